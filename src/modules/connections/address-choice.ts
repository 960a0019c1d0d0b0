/** Which of a device's addresses are dialed, and in which order. Pure; host names are dialed as what they may be. */
import { isIP } from 'node:net';
import { isAllowedNetwork } from './networks.js';
import { parseTcpAddress } from './tcp-address.js';

/** Addresses of one device that are tried at all in one attempt. */
export const ADDRESSES_MAX = 64;
/** How long near addresses are tried alone before the others join in. */
export const NEAR_HEAD_START_MS = 500;

export interface AddressChoice {
  readonly near: readonly string[];
  readonly far: readonly string[];
}

/**
 * `isNear`: whether an IP is in the LAN. `allowedNetworks`: the device's. `onlyNear`: the device is connected over a far
 * address already.
 */
export function chooseAddresses(
  addresses: readonly string[],
  isNear: (ip: string) => boolean,
  allowedNetworks: readonly string[],
  onlyNear: boolean,
): AddressChoice {
  const near: string[] = [];
  const far: string[] = [];
  for (const address of addresses) {
    const ip = ipOf(address);
    if (ip !== undefined && !isAllowedNetwork(ip, allowedNetworks)) continue;
    if (near.length + far.length >= ADDRESSES_MAX) break;
    if (ip !== undefined && isNear(ip)) near.push(address);
    else if (!onlyNear) far.push(address);
  }
  return { near, far };
}

/** undefined for a host name, and for what is no address of this network: dialing it says what is wrong. */
function ipOf(address: string): string | undefined {
  try {
    const { host } = parseTcpAddress(address);
    return isIP(host.replace(/%.*$/, '')) === 0 ? undefined : host;
  } catch {
    return undefined;
  }
}
