/** What a change of the settings means for the devices: who is to be disconnected and who dialed anew. Pure. */
import { type DeviceSettings } from '../config/settings.js';
import { keyOf, knownDevices } from './known-devices.js';
import { isAllowedNetwork } from './networks.js';

export interface LiveConnection {
  /** Full ID. */
  readonly device: string;
  /** Without port; undefined where the network has no IPs. */
  readonly ip: string | undefined;
}

export interface DeviceChanges {
  readonly disconnect: readonly { readonly device: string; readonly reason: string }[];
  /** Keys of those that are to be dialed at once, whatever happened before. */
  readonly redial: readonly string[];
}

export function planDeviceChanges(
  now: readonly DeviceSettings[],
  before: readonly DeviceSettings[],
  live: readonly LiveConnection[],
): DeviceChanges {
  const known = new Map(knownDevices(now).map((device) => [keyOf(device), device]));
  const earlier = new Map(knownDevices(before).map((device) => [keyOf(device), device]));
  const disconnect = live.flatMap(({ device, ip }) => {
    const reason = reasonToEnd(known.get(device), ip);
    return reason === undefined ? [] : [{ device, reason }];
  });
  const redial = [...known].flatMap(([key, device]) =>
    mayConnect(device) && reachesOtherwise(device, earlier.get(key)) ? [key] : [],
  );
  return { disconnect, redial };
}

/** Why the device may not be connected over that IP; undefined when it may. */
export function reasonToEnd(
  device: DeviceSettings | undefined,
  ip: string | undefined,
): string | undefined {
  if (device === undefined) return 'device removed';
  if (device.paused) return 'device is paused';
  if (device.blockedBy !== '') return device.blockedBy;
  const isAllowed = ip === undefined || isAllowedNetwork(ip, device.allowedNetworks ?? []);
  return isAllowed ? undefined : 'the network is not allowed';
}

function mayConnect(device: DeviceSettings): boolean {
  return !device.paused && device.blockedBy === '';
}

function reachesOtherwise(now: DeviceSettings, before: DeviceSettings | undefined): boolean {
  if (before === undefined || !mayConnect(before)) return true;
  const partsOf = ({ addresses, allowedNetworks = [] }: DeviceSettings): string =>
    JSON.stringify([addresses, allowedNetworks]);
  return partsOf(now) !== partsOf(before);
}
