/** What an address of a global discovery server says: where it is, how it is recognised, what it is used for. Pure. */
import { parseDeviceId } from '../../domain/device-id.js';
import { SyncError } from '../../domain/errors.js';
import { type DeviceId } from '../../domain/wire-terms.js';

/** What `default` stands for: the public servers of the Syncthing network. */
export const PUBLIC_SERVERS: readonly string[] = [
  'https://discovery-lookup.syncthing.net/v2/?noannounce',
  'https://discovery-announce-v4.syncthing.net/v2/?nolookup',
  'https://discovery-announce-v6.syncthing.net/v2/?nolookup',
];

export interface DiscoveryServer {
  /** Without the options. */
  readonly url: string;
  /** The device ID of the server's certificate, or '': then an authority has to vouch for it, unless insecure. */
  readonly id: DeviceId;
  /** The certificate's issuer is not checked. Always so when it is pinned. */
  readonly insecure: boolean;
  readonly announce: boolean;
  readonly lookUp: boolean;
}

/** Throws SyncError 'config' that names the address. */
export function parseServer(text: string): DiscoveryServer {
  if (!URL.canParse(text)) throw refusal(text, 'a URL');
  const url = new URL(text);
  const isOn = (option: string): boolean =>
    url.searchParams.has(option) && url.searchParams.get(option) !== 'false';
  const pinned = url.searchParams.get('id') ?? '';
  const id = pinned === '' ? '' : parseDeviceId(pinned);
  const server = {
    id,
    insecure: id !== '' || isOn('insecure'),
    announce: !isOn('noannounce'),
    lookUp: !isOn('nolookup'),
  };
  if (url.protocol === 'http:' && (!server.insecure || id !== '' || server.announce)) {
    throw refusal(text, 'https://; http:// only with ?insecure&noannounce and without id');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refusal(text, 'https://');
  url.search = '';
  url.hash = '';
  return { url: url.href, ...server };
}

/** The servers of a setting, each once, with `default` spelled out. */
export function expandServers(servers: readonly string[]): string[] {
  return [
    ...new Set(servers.flatMap((server) => (server === 'default' ? PUBLIC_SERVERS : [server]))),
  ];
}

function refusal(text: string, expected: string): SyncError {
  return new SyncError('config', `discovery server ${text}: expected ${expected}`);
}
