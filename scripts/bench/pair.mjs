/** Two nodes of the kinds that are compared, and the waits that the scenarios share. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../measuring.mjs';
import { NodeUnderTest } from './node-under-test.mjs';

/** The sender's kind and the receiver's. */
export const PAIRS = {
  ours: ['ours', 'ours'],
  stock: ['stock', 'stock'],
  tuned: ['tuned', 'tuned'],
  'ours-stock': ['ours', 'stock'],
  'stock-ours': ['stock', 'ours'],
};
export const SAME_KINDS = ['ours', 'stock'];
export const REFERENCES = ['tuned', 'ours-stock', 'stock-ours', 'rsync', 'rsync-fsync'];
export const KINDS = [...SAME_KINDS, ...REFERENCES];
export const LOOK_EVERY_MS = 20;

const SETTLE_LIMIT_MS = 120_000;
/** So that what follows a transfer (index updates both ways) is not counted as the next step. */
const REST_MS = 1000;

export async function makePair({ kind, dir, options }, places = {}) {
  const [sending, receiving] = PAIRS[kind];
  const sender = await NodeUnderTest.create(sending, dir, 'sender', options, places.sender);
  const receiver = await NodeUnderTest.create(receiving, dir, 'receiver', options, places.receiver);
  return { sender, receiver };
}

/** Stops what runs, whatever becomes of it, and takes the marker out of a tree that others will use. */
export async function endPair(nodes, sharedRoots = []) {
  const stopped = await Promise.allSettled(nodes.map((node) => node.stop()));
  for (const root of sharedRoots)
    fs.rmSync(join(root, '.stfolder'), { recursive: true, force: true });
  const failed = stopped.find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

export async function areInSync(a, b) {
  return (await a.isInSyncWith(b)) && (await b.isInSyncWith(a));
}

export async function settle(a, b) {
  await until('both are in sync', () => areInSync(a, b), SETTLE_LIMIT_MS, 100);
  await pause(REST_MS);
}

/** Asks for a scan, and waits for what is to be the same: the file may be there before the scan has answered. */
export async function scanUntil(sender, what, isSo, { limitMs, everyMs = LOOK_EVERY_MS, sub }) {
  let failure;
  const asked = sender.scan(sub).catch((error) => (failure = error));
  const isDone = () => {
    if (failure !== undefined) throw failure;
    return isSo();
  };
  await until(what, isDone, limitMs, everyMs);
  return asked;
}
