/** What a request shows to be let in: reading it, and comparing secrets in constant time. Pure. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type IncomingHttpHeaders } from 'node:http';

export interface Login {
  readonly user: string;
  readonly password: string;
}

/** The API key of the request: of X-API-Key, or a bearer token. */
export function shownKey(headers: IncomingHttpHeaders): string | undefined {
  const key = headers['x-api-key'];
  if (typeof key === 'string') return key;
  return /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
}

export function shownLogin(headers: IncomingHttpHeaders): Login | undefined {
  const encoded = /^basic +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Takes the same time whatever the two have in common. */
export function isSameSecret(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

export function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** A browser sends a login by itself, also for a page of another site: such a request is not the user's. */
export function isFromOtherSite(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (typeof site === 'string' && site !== 'same-origin' && site !== 'none') return true;
  const { origin, host } = headers;
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}
