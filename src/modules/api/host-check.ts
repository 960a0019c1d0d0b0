/** Which addresses are this machine's own: the base of the check that keeps web pages of elsewhere out. Pure. */
import { isIP, isIPv4 } from 'node:net';

/** `host` or `host:port`, as in a Host header or a listen address. */
export function isLoopbackAddress(address: string): boolean {
  const host = hostOf(address).toLowerCase();
  if (host === 'localhost' || host === 'localhost.' || host.endsWith('.localhost')) return true;
  if (isIP(host) === 0) return false;
  if (isIPv4(host)) return host.startsWith('127.');
  return host === '::1' || host === '0:0:0:0:0:0:0:1' || /^::ffff:127\./.test(host);
}

/** The host without port and brackets. */
export function hostOf(address: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d*)?$/.exec(address)?.[1];
  if (bracketed !== undefined) return bracketed;
  return (address.match(/:/g)?.length ?? 0) === 1
    ? address.slice(0, address.indexOf(':'))
    : address;
}
