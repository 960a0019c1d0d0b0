/**
 * Links directly below the root in a walk, as root-links.ts names them: what is followed is walked as a directory, what is
 * stopped is a problem even where nothing has the name, so that its index entries are left alone.
 */
import { linkOnWay, type LinkTarget, type RootLinks } from '../../platform/root-links.js';
import { type WalkProblem } from './walker.js';

/** How a walk takes a name: as it lies there, not at all, or through a link. Throws SyncError for one that is stopped. */
export function wayTo(name: string, links: RootLinks): 'plain' | 'hidden' | LinkTarget {
  if (name.includes('/')) return 'plain';
  if (links.hidden.has(name)) return 'hidden';
  return linkOnWay(links, name) ?? 'plain';
}

/** A link that nobody has decided about yet: it was made a moment ago. */
export function linkProblem(name: string, { plain }: RootLinks): WalkProblem | undefined {
  if (plain === undefined || name.includes('/') || plain.has(name)) return undefined;
  const message = 'a link that was made while the folder was looked at';
  return { kind: 'problem', name, problem: { name, code: 'changed', message } };
}

/** The names found in the root, with those that must not be taken for gone. */
export function namesWithLinks(found: string[], { followed, stopped }: RootLinks): string[] {
  if (followed.size === 0 && stopped.size === 0) return found;
  return [...new Set([...found, ...followed.keys(), ...stopped.keys()])];
}
