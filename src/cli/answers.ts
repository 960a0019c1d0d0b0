/** Reads fields of the API's answers: what is absent or of another type counts as empty, since versions differ. Pure. */

export type Answer = Readonly<Record<string, unknown>>;

export function objectOf(value: unknown): Answer {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Answer)
    : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

/** Entries of an object whose values are objects. */
export function entriesOf(value: unknown): readonly (readonly [string, Answer])[] {
  return Object.entries(objectOf(value)).map(([key, each]) => [key, objectOf(each)]);
}
