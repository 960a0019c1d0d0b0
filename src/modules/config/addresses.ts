/** Addresses of devices and listeners in settings: every accepted spelling becomes `tcp://host:port` or `dynamic`. */
import { isIP, isIPv6 } from 'node:net';
import { Refusal } from './setting-problem.js';

/** The port of the Syncthing network where an address names none. */
const DEFAULT_PORT = 22000;
const PORT_MAX = 65535;
/** Schemes of stock that need what this node does not have; such entries of a config.xml are passed over. */
const FOREIGN_SCHEME = /^(?:relay|quic[46]?|kcp|dynamic\+https?|unix):/;
export const DEFAULT_LISTEN_ADDRESSES = ['tcp://0.0.0.0:22000', 'tcp://[::]:22000'] as const;

const DEVICE_EXPECTED = 'dynamic, host:port or tcp://host:port (an IPv6 address in brackets)';
const LISTEN_EXPECTED = ':22000, host:port or tcp://host:port (an IPv6 address in brackets)';

interface HostAndPort {
  readonly family: '' | '4' | '6';
  /** '' = every interface. IPv6 in brackets. */
  readonly host: string;
  readonly port: number;
}

function parseHostAndPort(text: string): HostAndPort | undefined {
  const match =
    /^(?:tcp([46]?):\/\/)?(\[[0-9A-Za-z:.%_-]+\]|[^\s:/?#[\]@%]*)(?::(\d{1,5}))?\/?(?:\?\S*)?$/.exec(
      text,
    );
  if (match === null) return undefined;
  const [, family, host, portText] = match;
  const port = portText === undefined ? DEFAULT_PORT : Number(portText);
  if (port > PORT_MAX || (host === '' && portText === undefined)) return undefined;
  if (host.startsWith('[') && !isIPv6(host.slice(1, -1).replace(/%.*$/, ''))) return undefined;
  return { family: (family ?? '') as HostAndPort['family'], host: host.replace('%25', '%'), port };
}

/** Where to dial a device. */
export function parseDeviceAddress(text: string): string | Refusal {
  if (text === 'dynamic') return text;
  const parsed = parseHostAndPort(text);
  if (parsed === undefined || parsed.host === '' || parsed.port === 0) {
    return new Refusal(DEVICE_EXPECTED);
  }
  return `tcp://${parsed.host}:${parsed.port}`;
}

/** Where to listen: one address, or one for each IP version where no host is named. Port 0 = any free one. */
export function parseListenAddress(text: string): readonly string[] | Refusal {
  if (text === 'default') return DEFAULT_LISTEN_ADDRESSES;
  const parsed = parseHostAndPort(text);
  if (parsed === undefined) return new Refusal(LISTEN_EXPECTED);
  if (parsed.host !== '') return [`tcp://${parsed.host}:${parsed.port}`];
  const everywhere = [`tcp://0.0.0.0:${parsed.port}`, `tcp://[::]:${parsed.port}`];
  if (parsed.family === '') return everywhere;
  return parsed.family === '4' ? [everywhere[0]] : [everywhere[1]];
}

/** Several device addresses, separated by commas or blanks. */
export function parseDeviceAddresses(text: string): readonly string[] | Refusal {
  const addresses: string[] = [];
  for (const entry of text.split(/[\s,]+/).filter((each) => each !== '')) {
    const address = parseDeviceAddress(entry);
    if (address instanceof Refusal) return address;
    addresses.push(address);
  }
  return addresses.length > 0 ? addresses : new Refusal(DEVICE_EXPECTED);
}

/** An entry of a config.xml that stock can use and we cannot: not an error. */
export function isForeignAddress(text: string): boolean {
  return text === '' || FOREIGN_SCHEME.test(text);
}

/** `host:port` of the HTTP side. */
export function parseGuiAddress(text: string): string | Refusal {
  const bare = text.replace(/^http:\/\//, '').replace(/\/$/, '');
  const parsed = bare.startsWith('tcp') ? undefined : parseHostAndPort(bare);
  if (parsed === undefined || !/:\d+$/.test(bare)) {
    return new Refusal('host:port (an IPv6 address in brackets)');
  }
  return `${parsed.host === '' ? '0.0.0.0' : parsed.host}:${parsed.port}`;
}

/** `address/bits`. */
export function parseNetwork(text: string): string | Refusal {
  const [, address, bits] = /^([0-9A-Fa-f:.]+)\/(\d{1,3})$/.exec(text.trim()) ?? [];
  const version = isIP(address ?? '');
  const isRight = version !== 0 && Number(bits) <= (version === 4 ? 32 : 128);
  return isRight ? `${address}/${Number(bits)}` : new Refusal('a network such as 192.0.2.0/24');
}

/** A network, with `!` before one that is not allowed. */
export function parseAllowedNetwork(text: string): string | Refusal {
  const isDenied = text.trim().startsWith('!');
  const network = parseNetwork(isDenied ? text.trim().slice(1) : text);
  return network instanceof Refusal || !isDenied ? network : `!${network}`;
}
