/**
 * A build with a mutant in it, for worker threads: the modules of the ordinary build, those of the mutant compiled anew,
 * in a directory of its own from which the packages are found too.
 */
import { cpSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transformSync } from '@swc/core';
import { mutatedSources, ROOT } from './mutant.mjs';

/** The directory; the caller removes it. `dist` in it is the build. */
export function buildMutated(mutant) {
  const directory = mkdtempSync(join(tmpdir(), 'syncnest-mutant-'));
  const isModule = (path) => path !== join(ROOT, 'dist/program');
  cpSync(join(ROOT, 'dist'), join(directory, 'dist'), { recursive: true, filter: isModule });
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  cpSync(join(ROOT, 'package.json'), join(directory, 'package.json'));
  for (const [file, text] of mutatedSources(mutant)) {
    const compiled = compile(file, text);
    const built = file.replace(/^src\//, 'dist/').replace(/\.ts$/, '.js');
    writeFileSync(join(directory, built), compiled);
  }
  return directory;
}

/** Throws when the text is no TypeScript. */
export function compile(file, text) {
  const options = JSON.parse(readFileSync(join(ROOT, '.swcrc'), 'utf8'));
  delete options.$schema;
  const jsc = { ...options.jsc, baseUrl: ROOT };
  const settings = { ...options, jsc, sourceMaps: false, swcrc: false };
  return transformSync(text, { ...settings, filename: join(ROOT, file) }).code;
}
