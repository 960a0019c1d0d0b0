/**
 * The specs that a mutant has to pass unnoticed by to survive: all that are quick and need no other program. Others
 * (nodes as processes of their own, a stock Syncthing, large files, hours) may catch more; they are not counted on.
 */
import { dirname, join } from 'node:path';
import { readdirSync } from 'node:fs';
import { ROOT } from './mutant.mjs';

/** They need a stock Syncthing, or wait for time to pass. */
const LEFT_OUT = new Set([
  'src/modules/connections/stock-peer.spec.ts',
  'src/modules/connections/live-changes.spec.ts',
]);

/** Whole nodes in one process, the quick ones. */
const NODES = ['in-memory-nodes', 'folder-types', 'live-shares', 'scripted-peer', 'hostile-peer'];

/** The proofs that are quick. */
const PROOFS = /^test\/proof\/(?!stock|processes).*\.(spec|e2e-spec)\.ts$/;

export function allSpecs() {
  const ofSources = specsBelow('src').filter((path) => !LEFT_OUT.has(path));
  const nodes = NODES.map((name) => `test/${name}.e2e-spec.ts`);
  const proofs = specsBelow('test').filter((path) => PROOFS.test(path));
  return [...ofSources, ...nodes, ...proofs];
}

/** Those that the mutant names, those beside what it changes, then all others. */
export function specsFor({ edits, specs }) {
  const all = allSpecs();
  const beside = new Set(edits.map(({ file }) => dirname(file)));
  const near = all.filter((path) => beside.has(dirname(path)));
  return [...new Set([...specs, ...near, ...all])];
}

function specsBelow(directory) {
  const entries = readdirSync(join(ROOT, directory), { recursive: true });
  return entries
    .filter((path) => /[.-]spec\.ts$/.test(path))
    .map((path) => `${directory}/${path}`)
    .sort();
}
