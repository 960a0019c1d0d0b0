/** Settings of a config.xml that somebody relies on and that this node does not implement: kept, and named in the log. */
import { type ElementReader } from './config-xml-reader.js';

const ID_CHARACTERS_SHOWN = 7;

/** One sentence for each folder and device that has such settings, and one for the rest. */
export function settingsWithoutEffect(root: ElementReader): string[] {
  return [
    ...said(
      'config.xml',
      root.all('remoteIgnoredDevice').length > 0 ? ['remoteIgnoredDevices'] : [],
    ),
    ...root.all('device', 'node').flatMap((device) => {
      const keys = [
        ...(isOn(device.attribute('introducer')) ? ['introducer'] : []),
        ...(isOn(device.childText('autoAcceptFolders')) ? ['autoAcceptFolders'] : []),
        ...(device.all('ignoredFolder').length > 0 ? ['ignoredFolders'] : []),
      ];
      return said(`Device ${(device.attribute('id') ?? '').slice(0, ID_CHARACTERS_SHOWN)}`, keys);
    }),
  ];
}

function said(owner: string, keys: readonly string[]): string[] {
  if (keys.length === 0) return [];
  return [`${owner}: without effect in this version: ${keys.join(', ')}`];
}

function isOn(text: string | undefined): boolean {
  return /^(?:true|1|t)$/i.test(text?.trim() ?? '');
}
