/** Sees to it that the home has a config.xml, and in it a key for the HTTP side. */
import { join } from 'node:path';
import { writeConfigXml } from '../modules/config/config-origin.js';
import { addGuiApiKey, newConfigXml } from '../modules/config/config-xml-new.js';
import { type LoadedSettings } from '../modules/config/load-settings.js';
import { type Settings } from '../modules/config/settings.js';
import { serializeXml } from '../modules/config/xml-document.js';
import { createPrivateFile } from '../platform/private-files.js';
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
    await writeConfigXml(path, serializeXml(configXml));
  }
  return gui === undefined ? settings : { ...settings, gui: { ...gui, apiKey } };
}
