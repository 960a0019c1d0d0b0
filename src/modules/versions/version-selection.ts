/** A rule of a kind of versioning. */

/** Of all versions of one file, by their paths, those that go. Pure; the order of what it is given does not matter. */
export type Selection = (versions: readonly string[], nowMs: number) => string[];
