/**
 * Jest's transform while a mutant is tested: the sources of the mutant that SYNCNEST_MUTANT names are compiled as changed,
 * everything else as always. Worker threads are not transformed: they are taken from the build that SYNCNEST_MUTANT_DIST
 * names (mutated-build.mjs).
 */
import { relative } from 'node:path';
import swcJest from '@swc/jest';
import { mutants } from './catalogue.mjs';
import { applyEdit, ROOT } from './mutant.mjs';

const WORKER_URL = {
  file: 'src/platform/worker-url.ts',
  find: "beside.href.replace('/src/', '/dist/')",
  replace: 'beside.href.replace(/^.*\\/src\\//, `file://${process.env.SYNCNEST_MUTANT_DIST}/`)',
};

const { SYNCNEST_MUTANT: name = '' } = process.env;
const chosen = mutants.find((each) => each.name === name);
if (name !== '' && chosen === undefined) throw new Error(`no mutant is named ${name}`);
const edits = chosen === undefined ? [] : [...chosen.edits, WORKER_URL];

function changed(source, path) {
  const file = relative(ROOT, path);
  return edits.filter((each) => each.file === file).reduce(applyEdit, source);
}

export default {
  createTransformer(options) {
    const swc = swcJest.createTransformer(options);
    return {
      canInstrument: swc.canInstrument,
      process: (source, path, rest) => swc.process(changed(source, path), path, rest),
      processAsync: (source, path, rest) => swc.processAsync(changed(source, path), path, rest),
      // Of the changed text: what was compiled with another mutant, or with none, is never taken for it.
      getCacheKey: (source, path, rest) => swc.getCacheKey(changed(source, path), path, rest),
    };
  },
};
