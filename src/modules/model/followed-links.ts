/**
 * Which links directly below a folder's root are followed: pure. The rules that keep users' data:
 * - A link that the index knows as a link is never followed: another device may have put it there.
 * - What a followed link led to is remembered. While it leads elsewhere, or to nothing, or what is behind it is suddenly
 *   empty, that tree is stopped: nothing of it is deleted, changed or announced.
 * - No content is synced twice: two links never lead to one directory or into each other, nor into a folder or the home.
 */
import { isConflictName, toNfc } from '../../domain/file-name.js';
import { compareTreeOrder } from '../../domain/tree-order.js';
import { type LinkTarget, type RootItem, type RootLinks } from '../../platform/folder-fs.js';
import { isSameTarget } from '../../platform/root-links.js';

/** A directory that no followed link may lead to, into or above. */
export interface GuardedPlace {
  /** As in "it leads into …". */
  readonly what: string;
  /** FolderFsFactory.lineage. */
  readonly lineage: readonly string[];
}

/** All that is known of one name directly below the root. */
export interface LinkFacts {
  readonly name: string;
  readonly item: RootItem;
  /** Why nothing can be said of what it leads to, or ''. */
  readonly trouble: string;
  /** Of the directory that it leads to. */
  readonly lineage: readonly string[];
  /** What it led to when it was followed; undefined: it never was. */
  readonly remembered: LinkTarget | undefined;
  /** Our index entry. */
  readonly own: 'none' | 'deleted' | 'link' | 'directory' | 'file';
  /** The cluster has a link of this name, or had one that we know nothing else of. */
  readonly isLinkElsewhere: boolean;
  readonly isEmpty: boolean;
  /** The index has items below it that nobody deleted. */
  readonly hasItems: boolean;
}

export type LinkStanding =
  | { readonly kind: 'followed'; readonly target: LinkTarget; readonly isHidden: boolean }
  | {
      readonly kind: 'stopped';
      readonly reason: string;
      /** The user may tell to go on with what is there now. */
      readonly isAcceptable: boolean;
      readonly isEmptied?: boolean;
    }
  /** An item like any other; `note` where a user may wonder. */
  | { readonly kind: 'plain'; readonly note: string };

/** By a file of this name in the marker a user tells to go on with what is there now. */
export function acceptNameOf(name: string): string {
  return `accept-${name}`;
}

/** By a file of this name in the marker a user tells that an emptied tree was emptied for everybody. */
export function deleteNameOf(name: string): string {
  return `delete-${name}`;
}

/** What becomes of each name; those that are not given are no links and were never followed. */
export function decideLinks(
  all: readonly LinkFacts[],
  places: readonly GuardedPlace[],
  isFollowing: boolean,
): ReadonlyMap<string, LinkStanding> {
  const taken: GuardedPlace[] = [...places];
  const standings = new Map<string, LinkStanding>();
  for (const facts of [...all].sort(byAge)) {
    const standing = decideLink(facts, taken, isFollowing);
    standings.set(facts.name, standing);
    if (standing.kind === 'followed') {
      const what = `what the link ${JSON.stringify(facts.name)} leads to`;
      taken.push({ what, lineage: facts.lineage });
    }
  }
  return standings;
}

/** Those that were followed before come first, so that a new link never stops an old one. */
function byAge(a: LinkFacts, b: LinkFacts): number {
  const older = Number(b.remembered !== undefined) - Number(a.remembered !== undefined);
  return older !== 0 ? older : compareTreeOrder(a.name, b.name);
}

function decideLink(
  facts: LinkFacts,
  places: readonly GuardedPlace[],
  isFollowing: boolean,
): LinkStanding {
  const { item, remembered } = facts;
  if (remembered !== undefined && !isOver(facts, remembered)) {
    return decideRemembered(facts, remembered, places, isFollowing);
  }
  if (item.type !== 'symlink' || !isFollowing) return plain();
  if (facts.trouble !== '')
    return refused(`it cannot be told where this link leads: ${facts.trouble}`);
  if (item.target === undefined) return decideWithoutTarget(facts);
  // Made by this node, of a link that may have come from elsewhere.
  if (isConflictName(facts.name)) return plain();
  if (facts.own === 'link') {
    return plain('it was synced as a link before and stays one; to have it followed, remove it');
  }
  if (facts.isLinkElsewhere) {
    return refused('another device has a link of this name, so it is not followed');
  }
  if (facts.name !== toNfc(facts.name)) {
    return refused('its name is not in Unicode normal form C, so it is not followed');
  }
  return decideTarget(facts, item.target, places);
}

/** The cluster has deleted what the link led to, and the user has done away with the link, or made another. */
function isOver({ own, hasItems, item }: LinkFacts, remembered: LinkTarget): boolean {
  return own === 'deleted' && !hasItems && !isSame(item, remembered);
}

function isSame({ target }: RootItem, remembered: LinkTarget): boolean {
  return isSameTarget(target, remembered);
}

function decideRemembered(
  facts: LinkFacts,
  remembered: LinkTarget,
  places: readonly GuardedPlace[],
  isFollowing: boolean,
): LinkStanding {
  const { name, item } = facts;
  const { target } = item;
  // The directory itself was moved to where the link was.
  if (item.type === 'directory' && isSame(item, remembered)) return plain();
  if (item.type === 'symlink' && !isFollowing) {
    return refused(
      `this link was followed, to ${remembered.path}, and links are not followed now: what is behind it is left ` +
        `alone until they are, or until the link is removed and ${acceptanceOf(name)} made`,
    );
  }
  if (target === undefined) {
    const why = facts.trouble === '' ? '' : ` (${facts.trouble})`;
    const what = `the directory that it led to, ${remembered.path}, is not there${why}`;
    if (item.type === 'absent') {
      return { kind: 'stopped', reason: stopReason(name, what), isAcceptable: true };
    }
    const reason = `${STOPPED}: ${what}. Bring that back, or move away what has the link's name now`;
    return refused(reason);
  }
  if (!isSame(item, remembered)) {
    const is = item.type === 'symlink' ? 'now leads to' : 'is a directory itself now, at';
    const what = `it led to ${remembered.path} and ${is} ${target.path}, which is another directory`;
    return { kind: 'stopped', reason: stopReason(name, what), isAcceptable: true };
  }
  return decideTarget(facts, target, places);
}

/** To a directory that may be followed. */
function decideTarget(
  facts: LinkFacts,
  target: LinkTarget,
  places: readonly GuardedPlace[],
): LinkStanding {
  const { name, lineage, isEmpty, hasItems } = facts;
  // What it may overlap with shows only in the directories above it.
  if (lineage.length === 0) return refused(`it cannot be told where ${target.path} lies`);
  const place = places.find((each) => overlaps(lineage, each.lineage));
  if (place !== undefined) {
    const way =
      lineage[0] === place.lineage[0]
        ? 'to'
        : place.lineage.includes(lineage[0] ?? '')
          ? 'above'
          : 'into';
    return refused(`this link leads ${way} ${place.what} and is not followed (${target.path})`);
  }
  if (isEmpty && hasItems) {
    const what = `the directory that it leads to, ${target.path}, is suddenly empty`;
    const reason = `${stopReason(name, what)}; or, to delete it on all devices, ${emptyFile(deleteNameOf(name))}`;
    return { kind: 'stopped', reason, isAcceptable: true, isEmptied: true };
  }
  // Deleted in the cluster, with all that was in it; of that the link is left, and it is nothing to tell of.
  const isHidden = isEmpty && facts.own === 'deleted' && facts.remembered !== undefined;
  return { kind: 'followed', target, isHidden };
}

function decideWithoutTarget({ item, own }: LinkFacts): LinkStanding {
  if (own === 'directory' && item.type === 'symlink') {
    return refused('this link took the place of a directory and leads to none: that is left alone');
  }
  return plain();
}

/** One of the two is, or contains, the other. */
function overlaps(a: readonly string[], b: readonly string[]): boolean {
  if (a.length === 0 || b.length === 0) return false;
  return a.includes(b[0]) || b.includes(a[0]);
}

const STOPPED = 'this tree is stopped, and nothing of it is deleted or changed';

function stopReason(name: string, what: string): string {
  return (
    `${STOPPED}: ${what}. Bring that back; or, to go on with what is there now, ` +
    `make ${acceptanceOf(name)}`
  );
}

function acceptanceOf(name: string): string {
  return emptyFile(acceptNameOf(name));
}

function emptyFile(name: string): string {
  return `an empty file ${JSON.stringify(`.stfolder/${name}`)}`;
}

function refused(reason: string): LinkStanding {
  return { kind: 'stopped', reason, isAcceptable: false };
}

function plain(note = ''): LinkStanding {
  return { kind: 'plain', note };
}

/** For the file system. */
export function rootLinksOf(
  standings: ReadonlyMap<string, LinkStanding>,
  isFollowing: boolean,
): RootLinks {
  const followed = new Map<string, LinkTarget>();
  const stopped = new Map<string, string>();
  const hidden = new Set<string>();
  const plainOnes = new Set<string>();
  for (const [name, standing] of standings) {
    if (standing.kind === 'plain') plainOnes.add(name);
    if (standing.kind === 'stopped') stopped.set(name, standing.reason);
    if (standing.kind !== 'followed') continue;
    followed.set(name, standing.target);
    if (standing.isHidden) hidden.add(name);
  }
  return { followed, stopped, hidden, plain: isFollowing ? plainOnes : undefined };
}

/** Names that stand otherwise than before. */
export function changedNames(before: RootLinks, now: RootLinks): string[] {
  const names = new Set([before, now].flatMap((links) => [...namesIn(links)]));
  return [...names].filter((name) => textOf(before, name) !== textOf(now, name));
}

function namesIn({ followed, stopped, plain }: RootLinks): string[] {
  return [...followed.keys(), ...stopped.keys(), ...(plain ?? [])];
}

function textOf({ followed, stopped, hidden, plain }: RootLinks, name: string): string {
  const target = followed.get(name);
  if (target !== undefined) {
    const { path, device, inode, bornNs } = target;
    return `followed ${path} ${device} ${inode} ${bornNs} ${hidden.has(name)}`;
  }
  const reason = stopped.get(name);
  if (reason !== undefined) return `stopped ${reason}`;
  return plain?.has(name) ? 'plain' : '';
}
