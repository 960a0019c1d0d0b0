/** The laws that hold once everything is at rest; docs/LAWS.md has them in words. */
import { createHash } from 'node:crypto';
import {
  type SimulatedCluster,
  type SimulatedItem,
  type SimulatedNode,
  treeOn,
} from '../../../src/testing/index.js';
import { type FileInfo, type LocalFileInfo } from '../../../src/domain/file-info.js';
import { isTempName } from '../../../src/domain/file-name.js';
import { hashesOf } from '../../support/file-info.factory.js';
import { type ContentModel } from './history-model.js';

const FOLDER = 'default';
const ROWS_MAX = 10_000;
const NS_PER_S = 1_000_000_000n;

/** What is broken, in words. */
export async function brokenLaws(
  cluster: SimulatedCluster,
  model: ContentModel,
): Promise<string[]> {
  const wrong: string[] = [];
  const [first, ...others] = cluster.nodes;
  const tree = shown(first!.user().tree());
  for (const other of others) {
    wrong.push(...differences(first!.name, tree, other.name, shown(other.user().tree())));
  }
  const kept = new Set<string>();
  for (const node of cluster.nodes) {
    const { disk } = node.user();
    for (const [name, { hash }] of model.files(disk)) {
      if (!model.isWritten(name, hash)) wrong.push(`${node.name}: nobody wrote what ${name} holds`);
      kept.add(hash);
    }
    wrong.push(...tempsOn(node).map((name) => `${node.name}: temp file left: ${name}`));
    wrong.push(...(await indexProblems(node)));
  }
  // Neither may it be among the versions alone: that is where the nodes put what was replaced.
  for (const { hash, how } of model.required()) if (!kept.has(hash)) wrong.push(`lost: ${how}`);
  wrong.push(...(await versionProblems(cluster)));
  return wrong;
}

/** All have the same version of each item. */
async function versionProblems({ nodes }: SimulatedCluster): Promise<string[]> {
  const wrong: string[] = [];
  const [first, ...others] = nodes;
  const rows = await rowsOf(first!);
  for (const other of others) {
    for (const [name, theirs] of await rowsOf(other)) {
      const mine = rows.get(name);
      if (mine === undefined || mine.deleted !== theirs.deleted) continue;
      const [a, b] = [versionText(mine), versionText(theirs)];
      if (a !== b)
        wrong.push(`${name} has version ${a} on ${first!.name} and ${b} on ${other.name}`);
    }
  }
  return wrong;
}

async function rowsOf(node: SimulatedNode): Promise<Map<string, FileInfo>> {
  const rows = await node.database.localsAfter(FOLDER, 0, ROWS_MAX, Infinity);
  return new Map(rows.map((row) => [row.name, row]));
}

function versionText({ version, deleted }: FileInfo): string {
  const counts = version.map(({ id, value }) => `${id.toString(16)}:${value}`);
  return `${deleted ? 'deleted ' : ''}${counts.join(' ')}`;
}

export function tempsOn(node: SimulatedNode): string[] {
  const names = [...treeOn(node.user().disk, true).keys()];
  return names.filter((name) => isTempName(name.slice(name.lastIndexOf('/') + 1)));
}

/** Needs are zero, and the index says what is on the disk. */
async function indexProblems(node: SimulatedNode): Promise<string[]> {
  const wrong: string[] = [];
  const { need, local } = await node.database.summary(FOLDER);
  const needed = need.files + need.directories + need.symlinks + need.deleted;
  if (needed > 0) wrong.push(`${node.name}: needs ${needed} items`);
  const runner = node.runner()!;
  if (runner.problems.length > 0) wrong.push(`${node.name}: ${JSON.stringify(runner.problems)}`);
  const tree = node.user().tree();
  const known = local.files + local.directories + local.symlinks;
  if (known !== tree.size) {
    wrong.push(`${node.name}: ${known} items in the index, ${tree.size} on disk`);
  }
  for (const [name, item] of tree) {
    const row = await node.database.local(FOLDER, name);
    if (row === undefined || row.deleted) wrong.push(`${node.name}: ${name} is not in the index`);
    else {
      const [said, found] = [rowText(row), itemText(item)];
      if (said !== found) wrong.push(`${node.name}: ${name} is ${found}, index: ${said}`);
    }
  }
  return wrong;
}

function rowText(row: LocalFileInfo): string {
  if (row.type === 'symlink') return `link to ${row.symlinkTarget}`;
  const mode = row.permissions.toString(8);
  if (row.type === 'directory') return `directory ${mode}`;
  const time = BigInt(row.diskModifiedS) * NS_PER_S + BigInt(row.diskModifiedNs);
  return `file ${mode} of ${time}: ${row.size} bytes ${textOf(row.blockHashes)}`;
}

function itemText({ type, permissions, modifiedNs, content, target }: SimulatedItem): string {
  if (type === 'symlink') return `link to ${target}`;
  const mode = permissions.toString(8);
  if (type !== 'file') return `${type} ${mode}`;
  return `file ${mode} of ${modifiedNs}: ${content.length} bytes ${textOf(hashesOf(content))}`;
}

function textOf(hashes: Uint8Array): string {
  return createHash('sha1').update(hashes).digest('hex').slice(0, 8);
}

export function differences(
  first: string,
  tree: ReadonlyMap<string, string>,
  other: string,
  theirs: ReadonlyMap<string, string>,
): string[] {
  const names = new Set([...tree.keys(), ...theirs.keys()]);
  return [...names]
    .filter((name) => tree.get(name) !== theirs.get(name))
    .map((name) => {
      const [mine, yours] = [tree.get(name) ?? 'nothing', theirs.get(name) ?? 'nothing'];
      return `${name} is ${mine} on ${first} and ${yours} on ${other}`;
    });
}

/** Items in words, as they are to be the same on all. */
export function shown(tree: ReadonlyMap<string, SimulatedItem>): Map<string, string> {
  return new Map([...tree].map(([name, item]) => [name, show(item)]));
}

function show({ type, permissions, modifiedNs, content, target }: SimulatedItem): string {
  if (type === 'symlink') return `link to ${target}`;
  const mode = permissions.toString(8);
  if (type !== 'file') return `${type} ${mode}`;
  const head = content.subarray(0, 12).toString();
  const hash = createHash('sha1').update(content).digest('hex').slice(0, 8);
  return `file ${mode} of ${modifiedNs}: ${content.length} bytes ${head} ${hash}`;
}
