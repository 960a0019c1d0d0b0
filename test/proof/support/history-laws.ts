/** The laws that hold once everything is at rest; docs/LAWS.md has them in words. */
import { createHash } from 'node:crypto';
import {
  type SimulatedCluster,
  type SimulatedItem,
  type SimulatedNode,
  treeOn,
} from '../../../src/testing/index.js';
import { isTempName } from '../../../src/domain/file-name.js';
import { type ContentModel } from './history-model.js';

const FOLDER = 'default';

/** What is broken, in words. */
export async function brokenLaws(
  cluster: SimulatedCluster,
  model: ContentModel,
): Promise<string[]> {
  const wrong: string[] = [];
  const [first, ...others] = cluster.nodes;
  const tree = shown(first!.user().tree());
  for (const other of others) wrong.push(...differences(first!, tree, other));
  const kept = new Set<string>();
  for (const node of cluster.nodes) {
    const { disk } = node.user();
    for (const [name, { hash }] of model.files(disk)) {
      if (!model.isWritten(name, hash)) wrong.push(`${node.name}: nobody wrote what ${name} holds`);
      kept.add(hash);
    }
    wrong.push(...tempsOn(node).map((name) => `${node.name}: temp file left: ${name}`));
    for (const [name, item] of treeOn(disk, true)) {
      if (name.startsWith('.stversions/') && item.type === 'file') {
        kept.add(createHash('sha1').update(item.content).digest('hex').slice(0, 16));
      }
    }
    wrong.push(...(await indexProblems(node)));
  }
  for (const [hash, what] of model.required()) if (!kept.has(hash)) wrong.push(`lost: ${what}`);
  return wrong;
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
    else if (item.type === 'file' && row.size !== item.content.length) {
      wrong.push(`${node.name}: ${name} has ${item.content.length} bytes, index: ${row.size}`);
    }
  }
  return wrong;
}

function differences(
  first: SimulatedNode,
  tree: ReadonlyMap<string, string>,
  other: SimulatedNode,
): string[] {
  const theirs = shown(other.user().tree());
  const names = new Set([...tree.keys(), ...theirs.keys()]);
  return [...names]
    .filter((name) => tree.get(name) !== theirs.get(name))
    .map((name) => {
      const [mine, yours] = [tree.get(name) ?? 'nothing', theirs.get(name) ?? 'nothing'];
      return `${name} is ${mine} on ${first.name} and ${yours} on ${other.name}`;
    });
}

function shown(tree: ReadonlyMap<string, SimulatedItem>): Map<string, string> {
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
