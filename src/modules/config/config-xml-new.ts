/** A first config.xml, and the key of the HTTP side in one that has none. Pure. */
import { DEFAULT_VALUES } from './defaults.js';
import {
  appendIndented,
  documentOf,
  elementsNamed,
  indentedElement,
  newElement,
  textOf,
  type XmlDocument,
} from './xml-document.js';

/** The schema version of files that we write anew. */
export const NEW_CONFIG_VERSION = 37;
/** The one folder of a node that nobody configured; shared with nobody. */
export const FIRST_FOLDER = { id: 'default', label: 'Default Folder', path: '~/Sync' } as const;

export interface NewConfig {
  readonly ownId: string;
  readonly deviceName: string;
  readonly guiApiKey: string;
  /** Whether the default folder is in it: only where nobody configured anything else. */
  readonly hasFirstFolder: boolean;
}

/** What is left out has the defaults of the Syncthing network; the rescan interval has our own. */
export function newConfigXml(config: NewConfig): XmlDocument {
  const { ownId, deviceName, guiApiKey, hasFirstFolder } = config;
  const folder = indentedElement(
    'folder',
    { ...FIRST_FOLDER, type: 'sendreceive' },
    [newElement('device', { attributes: { id: ownId } })],
    1,
  );
  const device = indentedElement(
    'device',
    { id: ownId, name: deviceName, compression: 'metadata' },
    [newElement('address', { text: 'dynamic' })],
    1,
  );
  const gui = indentedElement(
    'gui',
    { enabled: 'true', tls: 'false' },
    [
      newElement('address', { text: DEFAULT_VALUES.guiAddress }),
      newElement('apikey', { text: guiApiKey }),
    ],
    1,
  );
  const options = indentedElement(
    'options',
    {},
    [newElement('listenAddress', { text: 'default' })],
    1,
  );
  const root = indentedElement(
    'configuration',
    { version: String(NEW_CONFIG_VERSION) },
    [...(hasFirstFolder ? [folder] : []), device, gui, options],
    0,
  );
  return documentOf(root);
}

/** Adds the key where the document has none; false when it has one and nothing was changed. */
export function addGuiApiKey({ root }: XmlDocument, guiApiKey: string): boolean {
  const gui = elementsNamed(root, 'gui').at(-1);
  const key = newElement('apikey', { text: guiApiKey });
  if (gui === undefined) {
    appendIndented(root, [indentedElement('gui', { enabled: 'true' }, [key], 1)], 0);
    return true;
  }
  const present = elementsNamed(gui, 'apikey').at(-1);
  if (present !== undefined && textOf(present) !== '') return false;
  gui.children.splice(
    0,
    gui.children.length,
    ...gui.children.filter((node) => !('apikey' in node)),
  );
  appendIndented(gui, [key], 1);
  return true;
}
