/**
 * Compares the rules for kept versions, and names as disks and people have them, with the answers of stock Syncthing
 * 1.19.2. Where SYNCNEST_VECTORS names no folder there is nothing to compare, and one test says so.
 */
import { foldedName } from '../src/domain/folded-name.js';
import { commonPath, pathNameFrom } from '../src/domain/path-text.js';
import { makeVersioner } from '../src/modules/versions/make-versioner.js';
import { staggeredSelection } from '../src/modules/versions/staggered.js';
import {
  taggedName,
  tagOf,
  timeOfTag,
  untaggedName,
} from '../src/modules/versions/version-names.js';
import { SystemClock } from '../src/platform/clock.js';
import { type FolderFs } from '../src/platform/folder-fs.js';
import { MemoryFolderFsFactory } from '../src/platform/memory-folder-fs-factory.js';
import { CaseCount, loadVectors, sayVectorsAbsent, vectorsFolder } from './support/vectors.js';

const YEAR_S = 31_536_000;
const DAY_S = 86_400;

interface VersionerAnswers {
  cleanout: {
    cleanoutDays: number;
    files: Record<string, 'new' | 'old'>;
    keptDirs: string[];
    removed: string[];
    removedDirs: string[];
  };
  staggered: { maxAge: number | null; now: string; remove: string[]; versions: string[] }[];
  simple?: { keep: number; versions: string[]; remove: string[] }[];
  tagging: {
    name?: string;
    tag: string;
    tagged: string;
    parseOnly?: string;
    extractTag?: string;
    untaggedName: string;
    untaggedTag: string;
  }[];
}

async function namesIn(fs: FolderFs, directory = ''): Promise<string[]> {
  const names: string[] = [];
  for (const { name, type } of (await fs.list(directory)).entries) {
    const path = directory === '' ? name : `${directory}/${name}`;
    names.push(path, ...(type === 'directory' ? await namesIn(fs, path) : []));
  }
  return names.sort();
}

async function make(fs: FolderFs, name: string, modifiedS: number): Promise<void> {
  const parts = name.split('/');
  for (let i = 1; i < parts.length; i++) {
    await fs.makeDirectory(parts.slice(0, i).join('/'), 0o755).catch(() => undefined);
  }
  const handle = await fs.createFile(name, 0o644);
  await handle.setModified(modifiedS, 0);
  await handle.close();
}

describe('kept versions', () => {
  const answers = loadVectors<VersionerAnswers>('versioner');
  const paths = loadVectors<{
    caseFoldNFC: [string, string][];
    commonPrefix: [string, string, string][];
    sanitizePath: [string, string][];
  }>('paths');
  if (vectorsFolder() === undefined || answers === undefined || paths === undefined) {
    it('are not compared with stock answers without a folder of them', () => {
      sayVectorsAbsent();
      expect(answers).toBeUndefined();
    });
    return;
  }

  it('have the names that stock gives and reads', () => {
    const cases = new CaseCount('versioner');
    for (const answer of answers.tagging) {
      cases.check(answer, () => {
        const { name, tag, tagged, parseOnly, extractTag, untaggedName: untagged } = answer;
        if (name !== undefined) expect(taggedName(name, tag)).toBe(tagged);
        const path = parseOnly ?? tagged;
        if (extractTag !== undefined) expect(tagOf(path)).toBe(extractTag);
        const found = untaggedName(path) ?? { name: '', tag: '' };
        expect(found).toEqual({ name: untagged, tag: answer.untaggedTag });
      });
    }
    cases.report();
  });

  it('go as the table of the kind staggered says', () => {
    const cases = new CaseCount('versioner');
    for (const answer of answers.staggered) {
      cases.check(answer, () => {
        const selection = staggeredSelection(answer.maxAge ?? YEAR_S);
        const now = timeOfTag(answer.now) ?? NaN;
        expect(selection(answer.versions, now)).toEqual(answer.remove);
        expect(selection([...answer.versions].reverse(), now)).toEqual(answer.remove);
      });
    }
    cases.report();
  });

  it('leave the trash can when they are old, and empty directories with them', async () => {
    const clock = new SystemClock();
    const factory = new MemoryFolderFsFactory(clock);
    await factory.makeRoot('/f');
    await factory.makeRoot('/versions');
    const fs = await factory.open('/versions');
    const { cleanoutDays, files, keptDirs, removed, removedDirs } = answers.cleanout;
    const nowS = Math.floor(clock.nowMs() / 1000);
    for (const [name, age] of Object.entries(files)) {
      await make(fs, name, age === 'old' ? nowS - 8 * DAY_S : nowS);
    }
    const versioner = await makeVersioner(
      {
        type: 'trashcan',
        params: { cleanoutDays: String(cleanoutDays) },
        path: '/versions',
        cleanupIntervalS: 0,
      },
      { fs: await factory.open('/f'), factory, clock, onProblem: fail, environment: {} },
    );
    await versioner.clean(new AbortController().signal);
    const left = [...Object.keys(files).filter((name) => !removed.includes(name)), ...keptDirs];
    expect(await namesIn(fs)).toEqual(left.sort());
    expect(left).not.toContain(removedDirs[0]);
  });

  it('and the paths beside them are folded, compared and made as stock does', () => {
    const cases = new CaseCount('paths');
    for (const answer of paths.caseFoldNFC) {
      cases.check(answer, () => expect(foldedName(answer[0])).toBe(answer[1]));
    }
    for (const answer of paths.commonPrefix) {
      cases.check(answer, () => expect(commonPath(answer[0], answer[1])).toBe(answer[2]));
    }
    for (const answer of paths.sanitizePath) {
      cases.check(answer, () => expect(pathNameFrom(answer[0])).toBe(answer[1]));
    }
    cases.report();
  });
});

function fail(message: string): never {
  throw new Error(message);
}
