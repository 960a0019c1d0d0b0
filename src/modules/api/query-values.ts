/** Values of a query string, read as Syncthing reads them: what cannot be used is as if it were not there. Pure. */

/** The fallback also stands for a number that is too small; a larger one than `max` is `max`. */
export function wholeNumber(
  value: unknown,
  fallback: number,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): number {
  if (typeof value !== 'string' || !/^[+-]?\d{1,19}$/.test(value)) return fallback;
  const number = Number(value);
  return number < min ? fallback : Math.min(number, max);
}

/** The first of several; '' when there is none. */
export function text(value: unknown): string {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : '';
}

export function texts(value: unknown): string[] {
  const all: unknown[] = Array.isArray(value) ? value : [value];
  return all.filter((each): each is string => typeof each === 'string' && each !== '');
}

/** As Syncthing writes a time: in local time, with its distance from UTC. Whole seconds; `ms` since 1970. */
export function localTimeText(ms: number): string {
  const offsetMin = -new Date(ms).getTimezoneOffset();
  const local = new Date(ms + offsetMin * 60_000).toISOString().slice(0, -'.000Z'.length);
  if (offsetMin === 0) return `${local}Z`;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const distance = Math.abs(offsetMin);
  return `${local}${offsetMin < 0 ? '-' : '+'}${two(distance / 60)}:${two(distance % 60)}`;
}

export const PER_PAGE_MAX = 65_536;

export interface Page {
  /** From 1. */
  readonly page: number;
  readonly perpage: number;
}

export function pageOf(query: { readonly page?: unknown; readonly perpage?: unknown }): Page {
  return {
    page: wholeNumber(query.page, 1, 1),
    perpage: wholeNumber(query.perpage, PER_PAGE_MAX, 1, PER_PAGE_MAX),
  };
}

export function slice<T>(items: readonly T[], { page, perpage }: Page): T[] {
  return items.slice((page - 1) * perpage, page * perpage);
}
