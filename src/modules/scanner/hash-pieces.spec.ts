/** Hashes are those of one state of a file, or there are none. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StillClock } from '../../../test/support/pull-fixture.js';
import { NO_LINKS } from '../../platform/root-links.js';
import { type HashReply, packPieces, PieceHasher } from './hash-pieces.js';

const BLOCK = 131_072;

describe('hashing a file of one piece', () => {
  let root: string;

  beforeEach(() => {
    root = fs.mkdtempSync(join(tmpdir(), 'syncnest-pieces-'));
    fs.writeFileSync(join(root, 'f'), 'before');
  });

  afterEach(() => fs.rmSync(root, { recursive: true }));

  /** `meanwhile` happens after the hasher has looked at the file, and before it reads it. */
  function hash(meanwhile: () => void): HashReply {
    const clock = new (class extends StillClock {
      override nowMs(): number {
        meanwhile();
        return Date.UTC(2100, 0);
      }
    })();
    const piece = { name: 'f', size: 6, blockSize: BLOCK, offset: 0, length: 6 };
    return new PieceHasher(clock).run(packPieces(1, { root, links: NO_LINKS }, [piece]));
  }

  it('gives the hash of what is in it', () => {
    const { failures, hashes } = hash(() => undefined);
    expect(failures.size).toBe(0);
    expect(Buffer.from(hashes)).toEqual(createHash('sha256').update('before').digest());
  });

  it('fails when it is written to, though its size stays', () => {
    const { failures } = hash(() => {
      fs.writeFileSync(join(root, 'f'), 'after!');
      fs.utimesSync(join(root, 'f'), 1, 1);
    });
    expect([...failures.values()]).toMatchObject([{ code: 'changed', retryable: true }]);
  });
});
