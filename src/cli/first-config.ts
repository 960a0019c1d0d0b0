/** Sees to it that the home has a config.xml, and in it a key for the HTTP side. */
import { join } from 'node:path';
import { addGuiApiKey, newConfigXml } from '../modules/config/config-xml-new.js';
import { type LoadedSettings } from '../modules/config/load-settings.js';
import { type Settings } from '../modules/config/settings.js';
import { serializeXml } from '../modules/config/xml-document.js';
import { writeFileAtomically } from '../platform/atomic-file.js';
import { createPrivateFile, PRIVATE_FILE_MODE } from '../platform/private-files.js';
import { SystemRandomness } from '../platform/randomness.js';

const API_KEY_BYTES = 24;

/** The settings with the key. Throws the system's error when the file cannot be written. */
export async function ensureConfigXml(loaded: LoadedSettings, ownId: string): Promise<Settings> {
  const { settings, configXml, isUnconfigured } = loaded;
  const path = join(settings.home, 'config.xml');
  const { gui } = settings;
  const apiKey =
    gui?.apiKey || Buffer.from(new SystemRandomness().bytes(API_KEY_BYTES)).toString('base64url');
  if (configXml === undefined) {
    const first = newConfigXml({
      ownId,
      deviceName: settings.deviceName,
      guiApiKey: apiKey,
      hasFirstFolder: isUnconfigured,
    });
    await createPrivateFile(path, serializeXml(first));
  } else if (gui?.apiKey === '' && gui.enabled && addGuiApiKey(configXml, apiKey)) {
    await writeFileAtomically(path, serializeXml(configXml), PRIVATE_FILE_MODE);
  }
  return gui === undefined ? settings : { ...settings, gui: { ...gui, apiKey } };
}
