/** What the interfaces of this machine say about where to send to. Pure: the interfaces are passed in. */
import { isIPv4 } from 'node:net';
import { type NetworkInterfaceInfo } from 'node:os';

export type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/** In a network with a longer prefix there is nobody to broadcast to. */
const BROADCAST_PREFIX_MAX = 30;

/** The broadcast address of every IPv4 network that this machine is in, each once. */
export function broadcastAddresses(interfaces: Interfaces): string[] {
  const found = external(interfaces).flatMap(({ info }) => {
    if (!isIPv4(info.address) || !isIPv4(info.netmask)) return [];
    const mask = numberOf(info.netmask);
    const prefix = 32 - Math.log2((~mask >>> 0) + 1);
    if (prefix > BROADCAST_PREFIX_MAX) return [];
    return [textOf((numberOf(info.address) | ~mask) >>> 0)];
  });
  return [...new Set(found)];
}

/** The zones of the interfaces that have a link-local IPv6 address: `eth0`, on Windows a number. */
export function multicastZones(interfaces: Interfaces, platform: string): string[] {
  const found = external(interfaces).flatMap(({ name, info }) => {
    if (info.family !== 'IPv6' || !info.scopeid) return [];
    return [platform === 'win32' ? String(info.scopeid) : name];
  });
  return [...new Set(found)];
}

/** Sorted, so that two looks can be compared. */
export function externalAddresses(interfaces: Interfaces): string[] {
  return external(interfaces)
    .map(({ name, info }) => (info.scopeid ? `${info.address}%${name}` : info.address))
    .sort();
}

function external(interfaces: Interfaces): { name: string; info: NetworkInterfaceInfo }[] {
  return Object.entries(interfaces).flatMap(([name, list]) =>
    (list ?? []).filter(({ internal }) => !internal).map((info) => ({ name, info })),
  );
}

function numberOf(ip: string): number {
  return ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function textOf(ip: number): string {
  return [24, 16, 8, 0].map((shift) => (ip >>> shift) & 0xff).join('.');
}
