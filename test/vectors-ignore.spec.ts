/** Stock Syncthing's own answers on ignore patterns, where the folder that SYNCNEST_VECTORS names has them. */
import { expect, it } from '@jest/globals';
import { IgnoreMatcher } from '../src/domain/ignore/matcher.js';
import { parseIgnoreFile, patternText } from '../src/domain/ignore/patterns.js';
import { isInternalName } from '../src/domain/file-name.js';
import { CaseCount, loadVectors, sayVectorsAbsent } from './support/vectors.js';

interface IgnoreVectors {
  bad: { stignore: string; ok: boolean }[];
  sets: {
    name: string;
    stignore: string;
    includeFiles?: Record<string, string>;
    lines: string[];
    expanded: string[];
    matches: [name: string, isIgnored: boolean, isDeletable: boolean, foldsCase: boolean][];
  }[];
}

const vectors = loadVectors<IgnoreVectors>('ignore');

function reading(files: Record<string, string>): (path: string) => Promise<string> {
  return (path) =>
    path in files ? Promise.resolve(files[path]) : Promise.reject(new Error('file not found'));
}

it('ignore patterns are expanded and matched as by stock', async () => {
  if (vectors === undefined) {
    sayVectorsAbsent();
    return;
  }
  const count = new CaseCount('ignore');
  for (const { name, stignore, includeFiles = {}, matches, ...set } of vectors.sets) {
    const file = await parseIgnoreFile(stignore, '.stignore', reading(includeFiles));
    count.check(name, () => expect(file.patterns.map(patternText)).toEqual(set.expanded));
    const matcher = new IgnoreMatcher(file.patterns);
    for (const [path, isIgnored, isDeletable] of matches) {
      // What has to do with the root or with our own names is decided before patterns are asked.
      if (path === '.' || isInternalName(path)) continue;
      count.check([name, path], () =>
        expect(matcher.match(path)).toMatchObject({ isIgnored, isDeletable }),
      );
    }
  }
  for (const { stignore, ok } of vectors.bad) {
    const isOk = await parseIgnoreFile(stignore, '.stignore', reading({})).then(
      () => true,
      () => false,
    );
    count.check(stignore, () => expect(isOk).toBe(ok));
  }
  count.report();
});
