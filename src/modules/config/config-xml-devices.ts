/** The devices of a config.xml. */
import { type Compression } from '../../domain/wire-terms.js';
import { deviceBlocks, joinBlocks } from './access-limits.js';
import { isForeignAddress, parseAllowedNetwork, parseDeviceAddress } from './addresses.js';
import { type ElementReader } from './config-xml-reader.js';
import { type NodeValues, statedDevice } from './partial-settings.js';
import { type DeviceSettings } from './settings.js';
import { Refusal } from './setting-problem.js';
import { parseFullId } from './setting-values.js';

const COMPRESSIONS: ReadonlyMap<string, Compression> = new Map([
  ['', 'metadata'],
  ['metadata', 'metadata'],
  ['never', 'never'],
  ['always', 'always'],
  // Before version 6 of the schema it was a boolean.
  ['true', 'metadata'],
  ['false', 'never'],
]);

/** All but our own; of several with one ID the first, as stock does. */
export function readDevices(root: ElementReader, ownId: string): DeviceSettings[] {
  const devices = new Map<string, DeviceSettings>();
  for (const element of root.all('device', 'node')) {
    const id = idOf(element);
    if (id === undefined || id === ownId || devices.has(id)) continue;
    devices.set(id, readDevice(element, id));
  }
  return [...devices.values()];
}

/** Canonical; undefined for an empty one, which stock drops, and for a wrong one, which is noted. */
export function idOf(element: ElementReader): string | undefined {
  return element.attribute('id') ? element.value('@id', parseFullId) : undefined;
}

function readDevice(element: ElementReader, id: string): DeviceSettings {
  const compression = element.value(
    '@compression',
    (word) => COMPRESSIONS.get(word) ?? new Refusal('one of metadata, never, always'),
  );
  const networks = element.all('allowedNetwork').filter((each) => each.text() !== '');
  const isUntrusted = element.boolean('untrusted') ?? false;
  return statedDevice({
    id,
    name: element.attribute('name') ?? '',
    addresses: readAddresses(element),
    compression: compression ?? 'metadata',
    certName: element.attribute('certName') ?? '',
    paused: element.boolean('paused') ?? false,
    maxSendKbps: Math.max(element.integer('maxSendKbps') ?? 0, 0),
    maxRecvKbps: Math.max(element.integer('maxRecvKbps') ?? 0, 0),
    allowedNetworks: networks.flatMap((each) => each.parsed(parseAllowedNetwork) ?? []),
    blockedBy: joinBlocks(deviceBlocks({ isUntrusted })),
    source: 'config.xml',
  });
}

function readAddresses(element: ElementReader): string[] {
  const entries = element.all('address');
  const stated = entries.filter((entry) => entry.text() !== '');
  if (stated.length === 0) return ['dynamic'];
  return stated
    .filter((entry) => !isForeignAddress(entry.text()))
    .flatMap((entry) => entry.parsed(parseDeviceAddress) ?? []);
}

/** Our own name is that of our own entry. */
export function deviceNamed(root: ElementReader, ownId: string): NodeValues {
  const own = root
    .all('device', 'node')
    .find((element) => ownId !== '' && parseFullId(element.attribute('id') ?? '') === ownId);
  const deviceName = own?.attribute('name');
  return deviceName ? { deviceName } : {};
}
