/** Addresses of the network as text and as parts. The one place that knows the default port and the brackets of IPv6. */
import { isIP } from 'node:net';
import { SyncError } from '../../domain/errors.js';

/** The port of the Syncthing network where an address names none. */
export const DEFAULT_PORT = 22000;
const PORT_MAX = 65535;

export interface TcpAddress {
  /** Name or IP without brackets; '' = every interface (for listening only). */
  readonly host: string;
  readonly port: number;
  /** 4 or 6 where the address asks for one family (`tcp4://`, `tcp6://`, an IP), else 0. */
  readonly family: 0 | 4 | 6;
}

/** The parts of `tcp://host:port`, `tcp4://…`, `tcp6://…`. Throws SyncError 'config' that names the address. */
export function parseTcpAddress(address: string): TcpAddress {
  const match = /^tcp([46]?):\/\/(?:\[([^\]]*)\]|([^:/?#[\]]*))(?::(\d{1,5}))?\/?(?:\?.*)?$/.exec(
    address,
  );
  const port = match?.[4] === undefined ? DEFAULT_PORT : Number(match[4]);
  if (match === null || port > PORT_MAX) {
    throw new SyncError('config', `address ${address}: expected tcp://host:port`);
  }
  const host = match[2] ?? match[3] ?? '';
  const asked = match[1] === '' ? 0 : Number(match[1]);
  const literal = isIP(host.replace(/%.*$/, ''));
  if (asked !== 0 && literal !== 0 && asked !== literal) {
    throw new SyncError('config', `address ${address}: ${host} is not an IPv${asked} address`);
  }
  return { host, port, family: (asked || literal) as 0 | 4 | 6 };
}

/** `host:port`, an IPv6 host in brackets. */
export function hostPort(host: string, port: number): string {
  const plain = host.startsWith('::ffff:') && host.includes('.') ? host.slice(7) : host;
  return plain.includes(':') ? `[${plain}]:${port}` : `${plain}:${port}`;
}

/** The host of `host:port`, without brackets. */
export function hostOf(remoteAddress: string): string {
  return remoteAddress.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}

/** The IP of `host:port`; undefined where the host is a name. */
export function ipOf(remoteAddress: string): string | undefined {
  const host = hostOf(remoteAddress);
  return isIP(host.replace(/%.*$/, '')) === 0 ? undefined : host;
}
