/** What the text of one value means. Pure; every source uses these, so that a value reads the same everywhere. */
import { isIPv6 } from 'node:net';
import { isAbsolute, join, resolve } from 'node:path';
import { parseDeviceId } from '../../domain/device-id.js';
import { type PathBase } from './partial-settings.js';
import { Refusal, type ValueParser } from './setting-problem.js';

const PORT_MAX = 65535;
const SECONDS_PER_UNIT: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600 };
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 'true', 'yes', 'on'].map((word) => [word, true] as const),
  ...['0', 'false', 'no', 'off'].map((word) => [word, false] as const),
]);

export function parseBoolean(text: string): boolean | Refusal {
  return BOOLEANS.get(text.toLowerCase()) ?? new Refusal('true or false');
}

/** Seconds from `90`, `90s`, `5m`, `1h`. */
export function parseDurationS(text: string): number | Refusal {
  const [, digits, unit] = /^(\d{1,9})([smh]?)$/.exec(text) ?? [];
  if (digits === undefined) return new Refusal('a time such as 90, 90s, 5m or 1h');
  return Number(digits) * SECONDS_PER_UNIT[unit];
}

export function parseInteger(text: string): number | Refusal {
  const value = /^[+-]?\d{1,15}$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(value) ? value : new Refusal('a whole number');
}

export function parsePort(text: string): number | Refusal {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  return port >= 1 && port <= PORT_MAX ? port : new Refusal(`a port from 1 to ${PORT_MAX}`);
}

/** One of the words. */
export function oneOf<T extends string>(...words: readonly T[]): ValueParser<T> {
  return (text) => words.find((word) => word === text) ?? new Refusal(`one of ${words.join(', ')}`);
}

/** Canonical form of a device ID. */
export function parseFullId(text: string): string | Refusal {
  try {
    return parseDeviceId(text);
  } catch {
    return new Refusal('a device ID (8 groups of 7 letters and digits, with valid check digits)');
  }
}

/** `https://…` of a discovery server, or `default`. */
export function parseDiscoveryServer(text: string): string | Refusal {
  if (text === 'default') return text;
  const refusal = new Refusal('default, or an https:// URL, ?id= with a device ID if at all');
  if (!URL.canParse(text)) return refusal;
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return refusal;
  const pinned = url.searchParams.get('id');
  return pinned !== null && parseFullId(pinned) instanceof Refusal ? refusal : text;
}

/** `[group]:port` of an IPv6 multicast group. The two that older versions wrote stand for today's. */
export function parseMulticastAddress(text: string): string | Refusal {
  if (/^\[ff(?:32::5222\]:2102[56]|12::8384\]:21026)$/i.test(text)) return '[ff12::8384]:21027';
  const [, group, port] = /^\[([^\]%]+)\]:(\d{1,5})$/.exec(text) ?? [];
  const isGood =
    group !== undefined &&
    /^ff/i.test(group) &&
    isIPv6(group) &&
    typeof parsePort(port) === 'number';
  return isGood ? text : new Refusal('[address]:port of an IPv6 multicast group');
}

/** Absolute path from a path that may be relative or begin with `~`. */
export function absolutePath(text: string, base: PathBase): string {
  if (text === '~') return base.userHome;
  if (text.startsWith('~/')) return join(base.userHome, text.slice(2));
  return isAbsolute(text) ? resolve(text) : resolve(base.workingDirectory, text);
}

/** Several values in one text: one a line where it has lines, else separated by blanks. */
export function splitEntries(text: string): string[] {
  const entries = text.includes('\n') ? text.split('\n') : text.split(/\s/);
  return entries.map((entry) => entry.trim()).filter((entry) => entry !== '');
}
