/**
 * Compares the rules of src/domain with the answers of stock Syncthing 1.19.2, case by case. Where SYNCNEST_VECTORS
 * names no folder there is nothing to compare, and one test says so. The few answers that differ on purpose are
 * named here, each with its reason.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path/posix';
import { checkDigit } from '../src/domain/base32.js';
import {
  blockCountFor,
  blockHash,
  blockLength,
  blockOffset,
  blockSizeFor,
  blockSizeKeeping,
  blocksHashOf,
  BLOCKS_PER_FILE_DESIRED,
  isZeroBlock,
  MAX_BLOCK_BYTES,
  MIN_BLOCK_BYTES,
} from '../src/domain/block.js';
import {
  deviceIdBytes,
  deviceIdFromBytes,
  deviceIdFromCertificate,
  parseDeviceId,
  shortId,
  shortIdText,
} from '../src/domain/device-id.js';
import { consistencyProblem, itemsEqual } from '../src/domain/file-info-rules.js';
import { type FileInfo, type ItemType } from '../src/domain/file-info.js';
import {
  conflictNameFor,
  isConflictName,
  isInternalName,
  isTempName,
  tempNameFor,
  wireNameProblem,
} from '../src/domain/file-name.js';
import { winsConflict } from '../src/domain/global-version.js';
import { canonicalName, isBelow, unifySubtrees } from '../src/domain/tree-order.js';
import {
  compareVectors,
  counterOf,
  mergeVectors,
  updateVector,
  type VersionVector,
} from '../src/domain/version-vector.js';
import { isInside } from '../src/modules/config/merge-settings.js';
import { CaseCount, loadVectors, sayVectorsAbsent, vectorsFolder } from './support/vectors.js';

type Counters = [string, string][];

interface StockFile {
  name?: string;
  type?: string;
  size?: number;
  modifiedS?: number;
  modifiedNs?: number;
  permissions?: number;
  noPermissions?: boolean;
  deleted?: boolean;
  invalid?: boolean;
  localFlags?: number;
  symlinkTarget?: string;
  version?: Counters;
  sequence?: number;
  blockSize?: number;
  blocks?: { hash: string; size?: number }[];
}

const ITEM_TYPES: Record<string, ItemType> = {
  FILE_INFO_TYPE_FILE: 'file',
  FILE_INFO_TYPE_DIRECTORY: 'directory',
  FILE_INFO_TYPE_SYMLINK: 'symlink',
};

function vector(counters: Counters): VersionVector {
  return counters.map(([id, value]) => ({ id: BigInt(id), value: BigInt(value) }));
}

/** Hashes of another length than ours are stretched: only whether they are equal matters. */
function hashOf(hex: string): Uint8Array {
  const bytes = Buffer.from(hex, 'hex');
  return bytes.length === 32 ? bytes : createHash('sha256').update(bytes).digest();
}

function fileInfo(stock: StockFile): FileInfo {
  const { name = '', type = 'FILE_INFO_TYPE_FILE', version = [], blocks = [], ...rest } = stock;
  return {
    size: 0,
    modifiedS: 0,
    modifiedNs: 0,
    modifiedBy: 0n,
    sequence: 0,
    permissions: 0,
    noPermissions: false,
    deleted: false,
    invalid: false,
    blockSize: 0,
    blocksHash: new Uint8Array(0),
    symlinkTarget: '',
    platform: null,
    localFlags: 0,
    ...rest,
    name,
    type: ITEM_TYPES[type],
    version: vector(version),
    blockHashes: Buffer.concat(blocks.map(({ hash }) => hashOf(hash))),
  };
}

function compareFile<T>(
  name: string,
  verify: (cases: CaseCount, answers: T) => string | void,
): void {
  it(`gives the stock answers of ${name}`, () => {
    const answers = loadVectors<T>(name);
    if (answers === undefined) throw new Error('SYNCNEST_VECTORS was unset meanwhile');
    const cases = new CaseCount(name);
    cases.report(verify(cases, answers) ?? '');
  });
}

interface IdAnswer {
  hex: string;
  id: string;
  canonical: string;
  short?: string;
  shortUint64?: string;
  rawCertHex: string;
  input: string;
  ok: boolean;
}

function compareIdentities(): void {
  compareFile<{ fromCert: IdAnswer[]; fromHex: IdAnswer[]; parse: IdAnswer[] }>(
    'deviceid',
    (cases, { fromCert, fromHex, parse }) => {
      for (const answer of fromCert) {
        cases.check(answer, () => {
          const der = Buffer.from(answer.rawCertHex, 'hex');
          expect(deviceIdFromCertificate(der)).toBe(answer.id);
          expect(Buffer.from(deviceIdBytes(answer.id)).toString('hex')).toBe(answer.hex);
        });
      }
      const checkShort = (id: string, { short, shortUint64 }: IdAnswer): void => {
        if (shortUint64 !== undefined) expect(String(shortId(id))).toBe(shortUint64);
        if (short !== undefined) expect(shortIdText(shortId(id))).toBe(short);
      };
      for (const answer of fromHex) {
        cases.check(answer, () => {
          const id = deviceIdFromBytes(Buffer.from(answer.hex, 'hex'));
          expect(id).toBe(answer.id);
          checkShort(id, answer);
        });
      }
      for (const answer of parse) {
        cases.check(answer, () => {
          if (!answer.ok) {
            expect(() => parseDeviceId(answer.input)).toThrow(/device ID/);
            return;
          }
          const bytes = deviceIdBytes(answer.input);
          expect(Buffer.from(bytes).toString('hex')).toBe(answer.hex);
          expect(deviceIdFromBytes(bytes)).toBe(answer.canonical);
          checkShort(answer.canonical, answer);
          // The ID that stands for no device is read as stock does, and refused as a setting.
          if (answer.canonical === '') expect(() => parseDeviceId(answer.input)).toThrow();
          else expect(parseDeviceId(answer.input)).toBe(answer.canonical);
        });
      }
    },
  );

  compareFile<{ cases: { input: string; ok: boolean; check: string }[] }>('luhn', (cases, all) => {
    for (const answer of all.cases) {
      cases.check(answer, () => {
        expect(checkDigit(answer.input)).toBe(answer.ok ? answer.check : undefined);
      });
    }
  });
}

function compareVersions(): void {
  const orders: Record<string, string> = {
    equal: 'equal',
    greater: 'newer',
    lesser: 'older',
    concurrentGreater: 'concurrent-newer',
    concurrentLesser: 'concurrent-older',
  };
  compareFile<{
    compare: [Counters, Counters, string][];
    merge: [Counters, Counters, Counters][];
    update: { before: Counters; id: string; nowUnix: number; after: Counters }[];
    misc: { vector: Counters; counter42: string; isEmpty: boolean }[];
  }>('vector-clock', (cases, { compare, merge, update, misc }) => {
    for (const answer of compare) {
      cases.check(answer, () => {
        expect(compareVectors(vector(answer[0]), vector(answer[1]))).toBe(orders[answer[2]]);
      });
    }
    for (const answer of merge) {
      cases.check(answer, () => {
        expect(mergeVectors(vector(answer[0]), vector(answer[1]))).toEqual(vector(answer[2]));
      });
    }
    for (const answer of update) {
      cases.check(answer, () => {
        const { before, id, nowUnix, after } = answer;
        expect(updateVector(vector(before), BigInt(id), nowUnix)).toEqual(vector(after));
      });
    }
    for (const answer of misc) {
      cases.check(answer, () => {
        expect(String(counterOf(vector(answer.vector), 42n))).toBe(answer.counter42);
        expect(vector(answer.vector).length === 0).toBe(answer.isEmpty);
      });
    }
  });

  compareFile<{ cases: { a: StockFile; b: StockFile; aWins: boolean }[] }>(
    'conflict-winner',
    (cases, all) => {
      for (const answer of all.cases) {
        cases.check(answer, () => {
          expect(winsConflict(fileInfo(answer.a), fileInfo(answer.b))).toBe(answer.aWins);
        });
      }
    },
  );
}

function compareBlocks(): void {
  compareFile<{
    desiredPerFileBlocks: number;
    min: number;
    max: number;
    select: { fileSize: number | string; blockSize: number }[];
    hysteresis: { fileSize: number; oldBlockSize: number | null; expect: number }[];
    zeroBlocks: { blockSize: number; sha256OfZeroes: string }[];
  }>('block-size', (cases, { desiredPerFileBlocks, min, max, ...lists }) => {
    cases.check('limits', () => {
      expect([BLOCKS_PER_FILE_DESIRED, MIN_BLOCK_BYTES, MAX_BLOCK_BYTES]).toEqual([
        desiredPerFileBlocks,
        min,
        max,
      ]);
    });
    for (const answer of lists.select) {
      cases.check(answer, () => {
        expect(blockSizeFor(Number(answer.fileSize))).toBe(answer.blockSize);
      });
    }
    for (const answer of lists.hysteresis) {
      cases.check(answer, () => {
        const previous = answer.oldBlockSize ?? undefined;
        expect(blockSizeKeeping(answer.fileSize, previous)).toBe(answer.expect);
      });
    }
    for (const answer of lists.zeroBlocks) {
      cases.check(answer, () => {
        const hash = Buffer.from(answer.sha256OfZeroes, 'hex');
        expect(isZeroBlock(hash, answer.blockSize)).toBe(true);
        expect(isZeroBlock(hash, answer.blockSize * 2)).toBe(false);
      });
    }
  });

  compareFile<{
    cases: {
      blockSize: number;
      dataHex: string;
      blocksHash: string;
      blocks: { offset: number; size: number; sha256: string; weakAdler32: number }[];
    }[];
  }>('blocks', (cases, all) => {
    for (const answer of all.cases) {
      cases.check(answer, () => {
        const data = Buffer.from(answer.dataHex, 'hex');
        const file = {
          size: data.length,
          blockSize: answer.blockSize,
          blockHashes: Buffer.concat(answer.blocks.map(({ sha256 }) => Buffer.from(sha256, 'hex'))),
        };
        expect(blockCountFor(file.size, file.blockSize)).toBe(answer.blocks.length);
        answer.blocks.forEach((block, i) => {
          expect(blockOffset(file, i)).toBe(block.offset);
          expect(blockLength(file, i)).toBe(block.size);
          const content = data.subarray(block.offset, block.offset + block.size);
          const hash = createHash('sha256').update(content).digest();
          expect(hash.equals(blockHash(file, i))).toBe(true);
        });
        // 1.19 hashes the weak hashes too, which nobody sends any more; from 2.0 on it is the hashes alone.
        const withWeakHashes = answer.blocks.flatMap(({ sha256, weakAdler32 }) => {
          const weak = Buffer.alloc(4);
          weak.writeUInt32BE(weakAdler32);
          return [Buffer.from(sha256, 'hex'), weak];
        });
        const listHash = blocksHashOf(Buffer.concat(withWeakHashes));
        expect(Buffer.from(listHash).toString('hex')).toBe(answer.blocksHash);
      });
    }
  });
}

function compareFileInfos(): void {
  compareFile<{
    cases: {
      a: StockFile;
      b: StockFile;
      equivalent: boolean;
      ignorePerms: boolean;
      ignoreBlocks: boolean;
      ignoreFlags: number;
      modTimeWindowS: number;
    }[];
  }>('file-equivalence', (cases, all) => {
    for (const answer of all.cases) {
      cases.check(answer, () => {
        const { a, b, equivalent, modTimeWindowS, ...options } = answer;
        const withWindow = { ...options, modTimeWindowNs: modTimeWindowS * 1e9 };
        expect(itemsEqual(fileInfo(a), fileInfo(b), withWindow)).toBe(equivalent);
        expect(itemsEqual(fileInfo(b), fileInfo(a), withWindow)).toBe(equivalent);
      });
    }
  });

  compareFile<{
    names: { name: string; ok: boolean }[];
    fileInfos: { file: StockFile; ok: boolean }[];
  }>('filename-check', (cases, { names, fileInfos }) => {
    for (const answer of names) {
      cases.check(answer, () => {
        expect(wireNameProblem(answer.name) === undefined).toBe(answer.ok);
      });
    }
    let asIn2 = 0;
    for (const answer of fileInfos) {
      cases.check(answer, () => {
        const { file } = answer;
        const isStricter = ITEM_TYPES[file.type ?? ''] === 'symlink' && file.blocks !== undefined;
        if (isStricter) asIn2 += 1;
        const isAllowed = answer.ok && !isStricter;
        expect(consistencyProblem(fileInfo(file)) === undefined).toBe(isAllowed);
      });
    }
    return ` (${asIn2} as 2.x answers: a symlink with blocks is refused)`;
  });
}

interface PathAnswer {
  in: string;
  ok: boolean;
  out: string;
}

function comparePaths(): void {
  compareFile<{
    canonicalize: PathAnswer[];
    rooted: { root: string; rel: string; ok: boolean; joined: string }[];
    isParent: [string, string, boolean][];
    isInternal: [string, boolean][];
    isTemporary: [string, boolean][];
    tempName: { name: string; unix: string }[];
  }>('paths', (cases, answers) => {
    for (const answer of answers.canonicalize) {
      cases.check(answer, () => {
        const expected = answer.out === '.' ? '' : answer.out;
        expect(canonicalName(answer.in)).toBe(answer.ok ? expected : undefined);
      });
    }
    let others = 0;
    for (const answer of answers.rooted) {
      // A folder without a path is refused where settings are read, not here.
      if (answer.root === '') {
        others += 1;
        continue;
      }
      cases.check(answer, () => {
        const name = canonicalName(answer.rel);
        expect(name !== undefined).toBe(answer.ok);
        if (name === undefined) return;
        expect(join(answer.root, name).replace(/(.)\/$/, '$1')).toBe(answer.joined);
      });
    }
    for (const answer of answers.isParent) {
      const [path, parent, isParent] = answer;
      if (path.startsWith('/') && parent.startsWith('/')) {
        cases.check(answer, () => expect(path !== parent && isInside(path, parent)).toBe(isParent));
        continue;
      }
      // Names inside a folder are never absolute, and have one form.
      if (path.startsWith('/') || parent.startsWith('/') || path === '.') {
        others += 1;
        continue;
      }
      const tree = parent === '.' ? '' : parent;
      cases.check(answer, () => expect(path !== tree && isBelow(path, tree)).toBe(isParent));
    }
    for (const answer of answers.isInternal) {
      cases.check(answer, () => expect(isInternalName(answer[0])).toBe(answer[1]));
    }
    for (const answer of answers.isTemporary) {
      cases.check(answer, () => expect(isTempName(answer[0])).toBe(answer[1]));
    }
    for (const answer of answers.tempName) {
      cases.check(answer, () => expect(tempNameFor(answer.name)).toBe(answer.unix));
    }
    return ` (${others} that hold a name against a path, or have no root, left out)`;
  });

  compareFile<{
    conflictName: { name: string; modifiedByShortID: string; conflictName: string }[];
    isConflict: [string, boolean][];
    unifySubs: { subs: string[]; knownInDatabase: string[]; scan: string[] | null }[];
  }>('model', (cases, { conflictName, isConflict, unifySubs }) => {
    const date = new Date(2021, 2, 4, 5, 6, 7).getTime();
    for (const answer of conflictName) {
      cases.check(answer, () => {
        const expected = answer.conflictName.replace('YYYYMMDD-HHMMSS', '20210304-050607');
        expect(conflictNameFor(answer.name, date, answer.modifiedByShortID)).toBe(expected);
      });
    }
    for (const answer of isConflict) {
      cases.check(answer, () => expect(isConflictName(answer[0])).toBe(answer[1]));
    }
    for (const answer of unifySubs) {
      cases.check(answer, () => {
        const known = new Set(answer.knownInDatabase);
        const trees = unifySubtrees(answer.subs, (name) => known.has(name));
        expect(trees).toEqual(answer.scan ?? ['']);
      });
    }
  });
}

describe('the rules of the network', () => {
  if (vectorsFolder() === undefined) {
    it('are not compared with stock answers without a folder of them', () => {
      sayVectorsAbsent();
      expect(loadVectors('deviceid')).toBeUndefined();
    });
    return;
  }
  compareIdentities();
  compareVersions();
  compareBlocks();
  compareFileInfos();
  comparePaths();
});
