/**
 * A model of the index that keeps plain maps and works everything out from scratch; random sequences of updates and
 * what must hold between the model and a database after them.
 */
import fc from 'fast-check';
import { isInvalid, isReceiveOnlyChange } from '../../src/domain/file-info-rules.js';
import { LocalFlag, type FileInfo, type LocalFileInfo } from '../../src/domain/file-info.js';
import { isNeeded, pickGlobal } from '../../src/domain/global-version.js';
import { compareTreeOrder } from '../../src/domain/tree-order.js';
import { compareVectors, isConcurrent } from '../../src/domain/version-vector.js';
import { type IndexDatabase, type WalkedItems } from '../../src/modules/database/index-database.js';
import {
  ALICE,
  announced,
  BOB,
  countsOf,
  deletedOf,
  directoryOf,
  fileOf,
  FOLDER,
  hashOf,
  names,
  toGlobals,
} from './index-database-fixture.js';

const MODEL_NAMES = ['a', 'a/b', 'a-b', 'é'];
/** '' is our own device. */
const MODEL_DEVICES = ['', ALICE, BOB];

export type Model = Map<string, Map<string, LocalFileInfo>>;
export type Step =
  | { kind: 'update'; device: string; files: LocalFileInfo[] }
  | { kind: 'forget'; names: string[] }
  | { kind: 'reset'; device: string }
  | { kind: 'keep'; devices: string[] };

function itemArbitrary(device: string): fc.Arbitrary<LocalFileInfo> {
  return fc
    .record({
      name: fc.constantFrom(...MODEL_NAMES),
      kind: fc.constantFrom('file', 'file', 'file', 'directory', 'deleted', 'invalid', 'kept'),
      isDeleted: fc.boolean(),
      counters: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)),
      modifiedS: fc.nat(2),
      blocks: fc.subarray(['1', '2', '3'], { minLength: 1 }),
    })
    .map(({ name, kind, counters, modifiedS, blocks, isDeleted }) => {
      const counted = counters.map((value, i) => ({ id: BigInt(i + 1), value: BigInt(value) }));
      const change = { version: counted.filter(({ value }) => value > 0n), modifiedS };
      if (kind === 'directory') return directoryOf(name, change);
      if (kind === 'deleted') return deletedOf(name, change);
      if (kind === 'file') return fileOf(name, change, blocks);
      if (kind === 'kept' && device === '') {
        const kept = { ...change, localFlags: LocalFlag.receiveOnly };
        return isDeleted ? deletedOf(name, kept) : fileOf(name, kept, blocks);
      }
      const localFlags = device === '' ? LocalFlag.ignored : 0;
      return fileOf(name, { ...change, invalid: true, localFlags }, blocks);
    });
}

export function stepArbitrary(): fc.Arbitrary<Step> {
  const update = fc
    .constantFrom(...MODEL_DEVICES)
    .chain((device) =>
      fc
        .array(itemArbitrary(device), { minLength: 1, maxLength: 4 })
        .map((files): Step => ({ kind: 'update', device, files })),
    );
  return fc.oneof(
    { weight: 8, arbitrary: update },
    {
      weight: 1,
      arbitrary: fc
        .subarray(MODEL_NAMES, { minLength: 1 })
        .map((forgotten): Step => ({ kind: 'forget', names: forgotten })),
    },
    { weight: 1, arbitrary: fc.constant<Step>({ kind: 'reset', device: ALICE }) },
    { weight: 1, arbitrary: fc.constant<Step>({ kind: 'keep', devices: [ALICE] }) },
  );
}

export async function applyTo(database: IndexDatabase, step: Step): Promise<void> {
  if (step.kind === 'reset') await database.resetRemoteIndex(FOLDER, step.device, 1n);
  else if (step.kind === 'keep') await database.keepRemotes(FOLDER, step.devices);
  else if (step.kind === 'forget') await database.forgetLocals(FOLDER, step.names);
  else if (step.device === '') await database.updateLocal(FOLDER, step.files);
  else await database.updateRemote(FOLDER, step.device, step.files.map(announced), 0);
}

export function applyToModel(model: Model, step: Step): void {
  if (step.kind === 'reset') model.delete(step.device);
  else if (step.kind === 'forget') {
    for (const name of step.names) model.get('')?.delete(name);
  } else if (step.kind === 'keep') {
    for (const device of model.keys()) {
      if (device !== '' && !step.devices.includes(device)) model.delete(device);
    }
  } else {
    const files = model.get(step.device) ?? new Map<string, LocalFileInfo>();
    for (const file of step.files) files.set(file.name, file);
    model.set(step.device, files);
  }
}

export async function expectAgreement(database: IndexDatabase, model: Model): Promise<void> {
  const globals: FileInfo[] = [];
  const needed: FileInfo[] = [];
  for (const name of [...MODEL_NAMES].sort(compareTreeOrder)) {
    const candidates = MODEL_DEVICES.flatMap((device) => {
      const file = model.get(device)?.get(name);
      return file ? [{ device, file }] : [];
    });
    const global = pickGlobal(candidates)?.file;
    const stored = await database.global(FOLDER, name);
    expect(stored && withoutSequence(stored)).toEqual(global && withoutSequence(global));
    const local = model.get('')?.get(name);
    if (global !== undefined) globals.push(global);
    const deletes = candidates.filter(({ file }) => isOutranked(file, local));
    const isWanted = global !== undefined && isNeeded(global, local);
    const wanted = isWanted ? global : pickGlobal(deletes)?.file;
    if (wanted === undefined) continue;
    needed.push(wanted);
    const holders = candidates.filter(
      ({ device, file }) =>
        device !== '' &&
        !isInvalid(file) &&
        compareVectors(file.version, wanted.version) === 'equal',
    );
    const need = await database.needed(FOLDER, name);
    expect(need?.devices.sort()).toEqual(holders.map(({ device }) => device).sort());
    expect(need?.local?.version).toEqual(local?.version);
  }
  expect(names(await toGlobals(database))).toEqual(names(needed));
  await expectWalks(database, model, globals);
  const summary = await database.summary(FOLDER);
  const locals = [...(model.get('')?.values() ?? [])];
  const isOurs = (file: FileInfo): boolean => !isInvalid(file) || isReceiveOnlyChange(file);
  expect({ ...summary.local, sequence: 0 }).toEqual(countsOf(locals, isOurs));
  expect(summary.receiveOnlyChanged).toEqual(countsOf(locals, isReceiveOnlyChange));
  await expectKept(database, locals.filter(isReceiveOnlyChange));
  expect({ ...summary.global, sequence: 0 }).toEqual(countsOf(globals));
  expect(summary.need).toEqual(countsOf(needed));
  for (const device of [ALICE, BOB]) {
    const counts = await database.remoteCounts(FOLDER, device);
    const files = [...(model.get(device)?.values() ?? [])];
    expect({ ...counts, sequence: 0 }).toEqual(countsOf(files));
  }
  await expectBlocks(database, locals);
}

/** In parts as small as they get. */
async function walked(
  part: (from: Uint8Array | undefined) => Promise<WalkedItems>,
): Promise<FileInfo[]> {
  const items: FileInfo[] = [];
  let from: Uint8Array | undefined;
  do {
    const { items: some, next } = await part(from);
    items.push(...some);
    from = next;
  } while (from !== undefined);
  return items;
}

/** globals: the global version of each name, in tree order. */
async function expectWalks(
  database: IndexDatabase,
  model: Model,
  globals: FileInfo[],
): Promise<void> {
  const existing = globals.filter((file) => !file.deleted && !isInvalid(file));
  const below = (tree: string, levels: number): Promise<FileInfo[]> =>
    walked((from) => database.walkGlobals(FOLDER, tree, levels, from, 1));
  expect(names(await below('', -1))).toEqual(names(existing));
  const top = existing.filter(({ name }) => !name.includes('/'));
  expect(names(await below('', 0))).toEqual(names(top));
  const inA = existing.filter(({ name }) => name.startsWith('a/'));
  expect(names(await below('a', 0))).toEqual(names(inA));
  for (const device of [ALICE, BOB]) {
    const lacking = globals.filter((file) => isNeeded(file, model.get(device)?.get(file.name)));
    const found = await walked((from) => database.walkRemoteNeeds(FOLDER, device, from, 1));
    expect(names(found)).toEqual(names(lacking));
  }
}

async function expectKept(database: IndexDatabase, kept: LocalFileInfo[]): Promise<void> {
  const found = await walked((from) => database.walkReceiveOnlyChanges(FOLDER, from, 1));
  expect(names(found)).toEqual(names(kept).sort(compareTreeOrder));
  expect(found.every(isReceiveOnlyChange)).toBe(true);
}

async function expectBlocks(database: IndexDatabase, locals: LocalFileInfo[]): Promise<void> {
  const contents = ['1', '2', '3'];
  const found = await database.findBlocks(contents.map(hashOf));
  contents.forEach((content, i) => {
    const hash = Buffer.from(hashOf(content));
    const holders = locals.filter(
      (file) => !isInvalid(file) && Buffer.from(file.blockHashes).includes(hash),
    );
    expect((found[i] ?? []).map(({ name }) => name).sort()).toEqual(names(holders).sort());
  });
}

function withoutSequence(file: FileInfo): FileInfo {
  return { ...announced(file as LocalFileInfo), sequence: 0, localFlags: 0 };
}

/** A delete that does not know of what we hold. */
function isOutranked(file: FileInfo, local: FileInfo | undefined): boolean {
  if (local === undefined || local.deleted || isInvalid(local)) return false;
  if (!file.deleted || isInvalid(file)) return false;
  return isConcurrent(compareVectors(file.version, local.version));
}
