/** Where a server listens. Pure but for asking it. */
import { type Server } from 'node:http';
import { type AddressInfo } from 'node:net';

/** `host:port`; loopback as long as it does not listen, since nobody can have asked then. */
export function boundAddress(server: Server): string {
  const bound = server.address() as AddressInfo | null;
  if (bound === null) return '127.0.0.1:0';
  return `${bound.address.includes(':') ? `[${bound.address}]` : bound.address}:${bound.port}`;
}
