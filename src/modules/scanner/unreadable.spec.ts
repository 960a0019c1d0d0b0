/** What a user without the right to read meets: done as another user where the tests run as root. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '../../platform/clock.js';
import { NO_LINKS } from '../../platform/root-links.js';
import { packPieces, PieceHasher } from './hash-pieces.js';
import { walkTree } from './walk-tree.js';
import { type WalkEntry } from './walker.js';

const NOBODY = 65534;

/** Synchronous, so nothing else in the process runs as that user. */
function asOrdinaryUser<T>(act: () => T): T {
  if (process.geteuid?.() !== 0) return act();
  process.seteuid?.(NOBODY);
  try {
    return act();
  } finally {
    process.seteuid?.(0);
  }
}

describe('an item that may not be read', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'syncnest-unreadable-'));
    chmodSync(root, 0o755);
    mkdirSync(join(root, 'closed'));
    writeFileSync(join(root, 'closed/inside'), 'x');
    mkdirSync(join(root, 'open'));
    writeFileSync(join(root, 'open/file'), 'x');
    chmodSync(join(root, 'open/file'), 0);
    chmodSync(join(root, 'closed'), 0);
  });

  afterEach(() => {
    chmodSync(join(root, 'closed'), 0o700);
    rmSync(root, { recursive: true });
  });

  function walk(names: readonly string[]): WalkEntry[] {
    const { dev, ino } = statSync(root, { bigint: true });
    return asOrdinaryUser(() => [
      ...walkTree({ root, device: dev, inode: ino, names, ignores: [], links: NO_LINKS }),
    ]);
  }

  it('is a problem when it is a directory, and the walk goes on after it', () => {
    const entries = walk(['']);
    expect(entries.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'problem closed',
      'item open',
      'item open/file',
    ]);
    expect(entries[0].kind === 'problem' && entries[0].problem).toEqual({
      name: 'closed',
      code: 'io',
      message: 'cannot read "closed": EACCES: permission denied',
    });
  });

  it('is a problem when it is asked for below such a directory', () => {
    expect(walk(['closed/inside']).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'problem closed/inside',
    ]);
  });

  it('is a failure of its own when it is a file among others', () => {
    writeFileSync(join(root, 'open/good'), 'y');
    const pieces = ['open/file', 'open/good'].map((name) => ({
      ...{ name, size: 1, blockSize: 131072, offset: 0, length: 1 },
    }));
    const hasher = new PieceHasher(new SystemClock());
    const reply = asOrdinaryUser(() =>
      hasher.run(packPieces(1, { root, links: NO_LINKS }, pieces)),
    );
    expect([...reply.failures.keys()]).toEqual([0]);
    expect(reply.failures.get(0)?.code).toBe('io');
  });
});
