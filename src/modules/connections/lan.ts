/**
 * Whether an address is near: loopback, in a network that one of this machine's interfaces is in, or in one that the
 * user calls local. A private address of somebody else's network is not near. Asked anew each time, because
 * interfaces come and go.
 */
import { BlockList, isIP } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { isInNetwork, plainIp } from './networks.js';

export type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/** `localNetworks`: CIDR each. */
export function isLan(
  ip: string,
  interfaces: Interfaces = networkInterfaces(),
  localNetworks: readonly string[] = [],
): boolean {
  const plain = plainIp(ip);
  const family = isIP(plain);
  if (family === 0) return false;
  if (localNetworks.some((network) => isInNetwork(plain, network))) return true;
  const near = new BlockList();
  near.addSubnet('127.0.0.0', 8, 'ipv4');
  near.addAddress('::1', 'ipv6');
  for (const info of Object.values(interfaces).flatMap((list) => list ?? [])) {
    const [network, bits] = (info.cidr ?? '').split('/');
    if (!network || bits === undefined) continue;
    near.addSubnet(network, Number(bits), info.family === 'IPv6' ? 'ipv6' : 'ipv4');
  }
  return near.check(plain, family === 6 ? 'ipv6' : 'ipv4');
}
