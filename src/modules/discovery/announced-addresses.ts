/**
 * Addresses that travel in announcements: what we say of ourselves, what we believe of others, and which of it we can
 * dial. Pure. What others say may hold anything: only printable URLs with a host and a port pass.
 */
import { isIPv4, isIPv6 } from 'node:net';

const PORT_MAX = 65535;
/** Visible ASCII only, so that what a stranger sends can be logged. */
const URL_FORM = /^([a-z][a-z0-9+.-]*):\/\/(\[[!-Z^-~]*\]|[^:/?#[\]@\s]*):(\d{1,5})([/?#][!-~]*)?$/;
const UNSPECIFIED = /^(?:|0\.0\.0\.0|\[[0:]+\]|\[[0:]*:ffff:0\.0\.0\.0\])$/i;
const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|\[[0:]+1\]|\[[0:]*:ffff:127\.[\d.]+\]|localhost)$/i;
const MULTICAST = /^(?:22[4-9]\.|23\d\.|255\.255\.255\.255$|\[ff)/i;

interface Parts {
  readonly scheme: string;
  /** An IPv6 host in brackets. */
  readonly host: string;
  readonly port: number;
  readonly rest: string;
}

function partsOf(address: string): Parts | undefined {
  const [, scheme, host, portText, rest] = URL_FORM.exec(address) ?? [];
  if (scheme === undefined || !/^[!-~]*$/.test(address)) return undefined;
  const port = Number(portText);
  if (port === 0 || port > PORT_MAX) return undefined;
  if (host.startsWith('[') && !isIPv6(host.slice(1, -1).replace(/%.*$/, ''))) return undefined;
  return { scheme, host, port, rest: rest ?? '' };
}

/**
 * What an announcement's addresses mean: an unspecified host is filled in from the sender, where the scheme's
 * IP version permits; what is no URL with host and port is left out. `source`: the sender's IP, with its zone.
 */
export function resolveAddresses(announced: readonly string[], source: string): string[] {
  const resolved: string[] = [];
  for (const address of announced) {
    const parts = partsOf(address);
    if (parts === undefined) continue;
    if (!UNSPECIFIED.test(parts.host)) {
      resolved.push(address);
      continue;
    }
    const isV4 = isIPv4(source);
    if (parts.scheme.endsWith(isV4 ? '6' : '4')) continue;
    const host = isV4 ? source : `[${source.replace('%', '%25')}]`;
    resolved.push(`${parts.scheme}://${host}:${parts.port}${parts.rest}`);
  }
  return [...new Set(resolved)];
}

/** Of a server's answer: what is a URL with a host that leads somewhere. */
export function specifiedAddresses(addresses: readonly string[]): string[] {
  return addresses.filter((address) => {
    const parts = partsOf(address);
    return parts !== undefined && !UNSPECIFIED.test(parts.host);
  });
}

/** What this node can dial, as `tcp://host:port`; the others belong to transports that it does not have. */
export function dialableAddresses(addresses: readonly string[]): string[] {
  return addresses.flatMap((address) => {
    const parts = partsOf(address);
    if (parts === undefined || !/^tcp[46]?$/.test(parts.scheme) || MULTICAST.test(parts.host)) {
      return [];
    }
    // In a URL the sign before a zone is escaped; the system wants it plain.
    return [`${parts.scheme}://${parts.host.replace('%25', '%')}:${parts.port}`];
  });
}

/** What we say of ourselves: the addresses listened on, without those that nobody else can reach. */
export function ownAddresses(listening: readonly string[], announcedPort: number): string[] {
  const announced = listening.flatMap((address) => {
    const parts = partsOf(address);
    if (parts === undefined || LOOPBACK.test(parts.host)) return [];
    const port = announcedPort === 0 ? parts.port : announcedPort;
    return [`${parts.scheme}://${parts.host.replace(/%(?!25)/, '%25')}:${port}`];
  });
  return [...new Set(announced)];
}
