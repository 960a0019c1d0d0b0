/** The rules by which links directly below a root are followed, stopped or left as links. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type LinkTarget } from '../../platform/folder-fs.js';
import { NO_LINKS } from '../../platform/root-links.js';
import { changedNames, decideLinks, type LinkFacts, rootLinksOf } from './followed-links.js';

function target(inode: number): LinkTarget {
  return { path: `/elsewhere/${inode}`, device: 5n, inode: BigInt(inode) };
}

const T = target(1);
const LINE = ['5:1', '5:0'];

function facts(rest: Partial<LinkFacts> = {}): LinkFacts {
  return {
    name: 'link',
    item: { type: 'symlink', target: T },
    trouble: '',
    lineage: LINE,
    remembered: undefined,
    own: 'none',
    isLinkElsewhere: false,
    isEmpty: false,
    hasItems: false,
    ...rest,
  };
}

function standing(rest: Partial<LinkFacts>, isFollowing = true): string {
  const decided = decideLinks([facts(rest)], [], isFollowing).get('link')!;
  if (decided.kind === 'followed') return decided.isHidden ? 'hidden' : 'followed';
  if (decided.kind === 'plain') return 'plain';
  return decided.isAcceptable ? 'stopped, to be accepted' : 'stopped';
}

const GONE = { type: 'absent', target: undefined } as const;
const DANGLING = { type: 'symlink', target: undefined } as const;
const BORN = { type: 'symlink', target: { ...T, bornNs: 7n } } as const;
const EXCHANGED = { type: 'symlink', target: target(2) } as const;

describe('a link directly below a root', () => {
  it.each<[string, Partial<LinkFacts>, string]>([
    ['new, to a directory', {}, 'followed'],
    ['new, where a directory was', { own: 'directory' }, 'followed'],
    ['new, where a file was', { own: 'file' }, 'followed'],
    ['new, where a link was deleted', { own: 'deleted' }, 'followed'],
    ['new, to an empty directory', { isEmpty: true }, 'followed'],
    ['new, to nothing', { item: DANGLING }, 'plain'],
    ['new, to nothing, for a directory', { item: DANGLING, own: 'directory' }, 'stopped'],
    ['new, unreadable', { item: DANGLING, trouble: 'EACCES' }, 'stopped'],
    ['known as a link', { own: 'link' }, 'plain'],
    ['that the cluster has as a link', { isLinkElsewhere: true }, 'stopped'],
    [
      'new, to an empty directory where items are known',
      { isEmpty: true, hasItems: true },
      'stopped, to be accepted',
    ],
    ['followed before', { remembered: T, own: 'directory' }, 'followed'],
    ['followed before it was known when it was made', { remembered: T, item: BORN }, 'followed'],
    ['followed before, made then', { remembered: { ...T, bornNs: 7n }, item: BORN }, 'followed'],
    [
      'followed before, where another disk with the same numbers is mounted now',
      { remembered: { ...T, bornNs: 6n }, item: BORN, own: 'directory' },
      'stopped, to be accepted',
    ],
    [
      'followed before, known as one elsewhere',
      { remembered: T, isLinkElsewhere: true },
      'followed',
    ],
    ['removed', { remembered: T, item: GONE, own: 'directory' }, 'stopped, to be accepted'],
    [
      'removed, with items known',
      { remembered: T, item: GONE, hasItems: true },
      'stopped, to be accepted',
    ],
    ['removed after others deleted it', { remembered: T, item: GONE, own: 'deleted' }, 'plain'],
    [
      'made anew after others deleted it',
      { remembered: T, item: EXCHANGED, own: 'deleted' },
      'followed',
    ],
    ['that leads to nothing now', { remembered: T, item: DANGLING, own: 'directory' }, 'stopped'],
    [
      'that leads elsewhere now',
      { remembered: T, item: EXCHANGED, own: 'directory' },
      'stopped, to be accepted',
    ],
    [
      'whose disk was exchanged',
      { remembered: { ...T, device: 6n }, own: 'directory' },
      'stopped, to be accepted',
    ],
    [
      'emptied',
      { remembered: T, isEmpty: true, hasItems: true, own: 'directory' },
      'stopped, to be accepted',
    ],
    ['emptied by others', { remembered: T, isEmpty: true, own: 'directory' }, 'followed'],
    ['deleted by others', { remembered: T, isEmpty: true, own: 'deleted' }, 'hidden'],
    ['deleted by others, with something in it', { remembered: T, own: 'deleted' }, 'followed'],
    [
      'replaced by its directory',
      { remembered: T, item: { type: 'directory', target: T } },
      'plain',
    ],
    [
      'replaced by another directory',
      { remembered: T, item: { type: 'directory', target: target(2) }, own: 'directory' },
      'stopped, to be accepted',
    ],
    [
      'replaced by a file',
      { remembered: T, item: { type: 'file', target: undefined }, own: 'directory' },
      'stopped',
    ],
  ])('%s', (_, rest, expected) => {
    expect(standing(rest)).toBe(expected);
  });

  it.each<[string, Partial<LinkFacts>, string]>([
    ['a new one is a link', {}, 'plain'],
    ['one that was followed is left alone', { remembered: T }, 'stopped'],
    [
      'a removed one waits',
      { remembered: T, item: GONE, own: 'directory' },
      'stopped, to be accepted',
    ],
    [
      'its directory in its place is one',
      { remembered: T, item: { type: 'directory', target: T } },
      'plain',
    ],
  ])('while links are not followed: %s', (_, rest, expected) => {
    expect(standing(rest, false)).toBe(expected);
  });

  it('that is a conflict copy may be a copy of one from elsewhere, and stays a link', () => {
    const name = 'link.sync-conflict-20240102-030405-ABCDEFG';
    expect(decideLinks([facts({ name })], [], true).get(name)?.kind).toBe('plain');
  });

  it('says where a refused one leads', () => {
    const places = [{ what: 'the folder x', lineage: ['5:7', '5:6', '5:0'] }];
    const reasonOf = (lineage: string[]): string => {
      const decided = decideLinks([facts({ lineage })], places, true).get('link');
      return decided?.kind === 'stopped' ? decided.reason : '';
    };
    expect(reasonOf(['5:7', '5:6', '5:0'])).toContain('leads to the folder x');
    expect(reasonOf(['5:8', '5:7', '5:6', '5:0'])).toContain('leads into the folder x');
    expect(reasonOf(['5:6', '5:0'])).toContain('leads above the folder x');
    expect(reasonOf(['5:9', '5:0'])).toBe('');
    const nfd = decideLinks([facts({ name: 'a\u0308' })], [], true).get('a\u0308');
    expect(nfd?.kind).toBe('stopped');
  });

  it('that is new never stops one that was followed before', () => {
    const old = facts({ name: 'z', remembered: T });
    const decided = decideLinks([facts({ name: 'a' }), old], [], true);
    expect(decided.get('z')?.kind).toBe('followed');
    expect(decided.get('a')?.kind).toBe('stopped');
  });

  it('never has one content followed twice, in whichever order they are found', () => {
    // Directories 0 … 9 in one line each: n lies below n / 2.
    const lineOf = (n: number): string[] => (n === 0 ? ['5:0'] : [`5:${n}`, ...lineOf(n >> 1)]);
    const link = fc.record({ inode: fc.integer({ min: 1, max: 30 }), isOld: fc.boolean() });
    fc.assert(
      fc.property(fc.array(link, { maxLength: 8 }), (links) => {
        const all = links.map(({ inode, isOld }, index) => {
          const to = target(inode);
          const remembered = isOld ? to : undefined;
          const item = { type: 'symlink', target: to } as const;
          return facts({ name: `l${index}`, item, lineage: lineOf(inode), remembered });
        });
        const { followed } = rootLinksOf(decideLinks(all, [], true), true);
        const again = rootLinksOf(decideLinks([...all].reverse(), [], true), true).followed;
        expect(new Map([...again].sort())).toEqual(new Map([...followed].sort()));
        const lines = [...followed.values()].map(({ inode }) => lineOf(Number(inode)));
        lines.forEach((line, index) => {
          for (const other of lines.slice(index + 1)) {
            expect(line.includes(other[0]!) || other.includes(line[0]!)).toBe(false);
          }
        });
      }),
    );
  });

  it('is to be scanned when it stands otherwise than before', () => {
    const now = rootLinksOf(
      decideLinks([facts(), facts({ name: 'p', own: 'link' })], [], true),
      true,
    );
    expect(changedNames(NO_LINKS, now).sort()).toEqual(['link', 'p']);
    expect(changedNames(now, now)).toEqual([]);
    const moved = { ...now, followed: new Map([['link', { ...T, inode: 9n }]]) };
    expect(changedNames(now, moved)).toEqual(['link']);
  });
});
