/**
 * Whether an address lies in networks that the user listed, as CIDR each. Pure. A network that cannot be read matches
 * nothing: the settings have refused it already.
 */
import { BlockList, isIP } from 'node:net';

/** An IPv4 address that came in over an IPv6 socket as the IPv4 address it is; no zone. */
export function plainIp(ip: string): string {
  return ip.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}

/** False for anything that is no IP. */
export function isInNetwork(ip: string, network: string): boolean {
  const plain = plainIp(ip);
  const family = isIP(plain);
  const [base = '', bits = ''] = network.split('/');
  const baseFamily = isIP(base);
  if (family === 0 || family !== baseFamily || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(base, Number(bits), kind);
  return list.check(plain, kind);
}

/**
 * The rule of the Syncthing network: the first network that contains the address decides, a `!` before it excludes;
 * where there are networks and none contains the address, it is not allowed. An empty list allows all.
 */
export function isAllowedNetwork(ip: string, allowed: readonly string[]): boolean {
  if (allowed.length === 0) return true;
  for (const entry of allowed) {
    const isExcluded = entry.startsWith('!');
    if (isInNetwork(ip, isExcluded ? entry.slice(1) : entry)) return !isExcluded;
  }
  return false;
}
