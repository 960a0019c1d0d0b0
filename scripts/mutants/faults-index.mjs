/** Mutants of the index: which version counts, what is remembered over crashes, and what a lost index may say. */
import { edit, mutant } from './mutant.mjs';

const DATABASE = 'src/modules/database';
const DOMAIN = 'src/domain';
const MODEL = 'src/modules/model';
const CONTRACT = `${DATABASE}/in-thread-index-database.spec.ts`;
const VECTORS = `${DOMAIN}/version-vector.spec.ts`;
const GLOBAL = `${DOMAIN}/global-version.spec.ts`;
const CLUSTER = `${MODEL}/cluster-plan.spec.ts`;

export const index = [
  mutant(
    'row-lost-at-a-crash',
    'What a device announced before a crash is never asked for again, and never comes.',
    [
      edit(
        `${DATABASE}/index-changes.ts`,
        '        if (isComplete && device !== LOCAL) {',
        '        if (device !== LOCAL) {',
      ),
    ],
    [CONTRACT],
  ),
  mutant(
    'commit-not-awaited',
    'What was acknowledged as recorded is lost with the process.',
    [
      edit(
        `${DATABASE}/call-runner.ts`,
        '      if (step.done) return step.value;\n      await this.pause();',
        '      if (step.done) return step.value;\n      return undefined;',
      ),
    ],
    [CONTRACT],
  ),
  mutant(
    'commit-not-flushed',
    'What was acknowledged as recorded is lost with the power.',
    [edit(`${DATABASE}/schema.ts`, 'synchronous = FULL', 'synchronous = OFF')],
    [`${DATABASE}/schema.spec.ts`],
  ),
  mutant(
    'sequence-not-raised',
    'Changes made here are never sent: others keep the old version, or the only copy dies with this disk.',
    [
      edit(
        `${DATABASE}/index-changes.ts`,
        'const sequence = tallies.sequenceOf(LOCAL) + 1;',
        'const sequence = 1;',
      ),
    ],
    [CONTRACT],
  ),
  mutant(
    'older-version-wins',
    'The older of two versions replaces the newer one.',
    [
      edit(
        `${DOMAIN}/global-version.ts`,
        "compareVectors(other.file.version, file.version) === 'newer'",
        "compareVectors(other.file.version, file.version) === 'older'",
      ),
    ],
    [GLOBAL],
  ),
  mutant(
    'delete-wins-over-edit',
    'A delete that did not know of an edit takes it from everybody.',
    [
      edit(
        `${DOMAIN}/global-version.ts`,
        'if (a.deleted !== b.deleted) return !a.deleted;',
        'if (a.deleted !== b.deleted) return a.deleted;',
      ),
    ],
    [GLOBAL],
  ),
  mutant(
    'merge-takes-the-smaller',
    'A version that includes two others counts as older than either: edits come back or are lost.',
    [edit(`${DOMAIN}/version-vector.ts`, 'value: av > bv ? av : bv', 'value: av < bv ? av : bv')],
    [VECTORS],
  ),
  mutant(
    'clock-set-back-hides-an-edit',
    'An edit made after the clock was set back counts as older than what it replaced, and is overwritten.',
    [edit(`${DOMAIN}/version-vector.ts`, 'value: clock > next ? clock : next', 'value: clock')],
    [VECTORS],
  ),
  mutant(
    'concurrent-taken-for-newer',
    'Of two edits that did not know of each other one is overwritten without a conflict copy.',
    [
      edit(
        `${DOMAIN}/version-vector.ts`,
        'else if (first !== here) return `concurrent-${first}`;',
        'else if (first !== here) return first;',
      ),
    ],
    [VECTORS],
  ),
  mutant(
    'own-counter-from-elsewhere-is-no-conflict',
    'After the index was lost, older content of ours that comes back overwrites what the user wrote since.',
    [
      edit(
        `${DOMAIN}/global-version.ts`,
        'return counterOf(replacement, ownId) > counterOf(current, ownId);',
        'return false;',
      ),
    ],
    [GLOBAL],
  ),
  mutant(
    'lost-index-keeps-its-replica',
    'A node that lost its index outranks what it announced before: stale content and deletes go to all.',
    [
      edit(
        'src/node.service.ts',
        'const replicaId = isFirst ? shortId : newReplicaId(this.randomness);',
        'const replicaId = shortId;',
      ),
    ],
    ['test/in-memory-nodes.e2e-spec.ts', 'test/two-nodes.e2e-spec.ts'],
  ),
  mutant(
    'dropped-index-keeps-its-replica',
    'A folder that is removed and added again with older content outranks what it announced before.',
    [
      edit(
        `${MODEL}/model.service.ts`,
        'if ((await this.announced.toAnybody(folder)) > 0) await this.renewReplica();',
        '',
      ),
    ],
    ['test/changed-folders.e2e-spec.ts'],
  ),
  mutant(
    'index-of-another-life-resumed',
    'A device that knows an index of another life gets the rest of this one only: it never learns of the beginning.',
    [
      edit(
        `${MODEL}/cluster-plan.ts`,
        'const isDelta = aboutUs.indexId !== 0n && aboutUs.indexId === own.indexId;',
        'const isDelta = aboutUs.indexId !== 0n;',
      ),
    ],
    [CLUSTER],
  ),
  mutant(
    'lost-index-of-a-device-believed',
    'What a device announced in another life of its index counts as what it has.',
    [
      edit(
        `${MODEL}/cluster-plan.ts`,
        'const isOther = theirs === 0n || theirs !== known.indexId;',
        'const isOther = theirs === 0n;',
      ),
    ],
    [CLUSTER],
  ),
  mutant(
    'rolled-back-index-goes-on',
    'An index brought back from a backup announces other changes under numbers that others know already.',
    [
      edit(
        `${MODEL}/cluster-plan.ts`,
        'const isRolledBack = isDelta && aboutUs.maxSequence > own.announced;',
        'const isRolledBack = false;',
      ),
    ],
    [CLUSTER],
  ),
  mutant(
    'update-without-its-index-taken',
    'A gap in what a device announced is never filled.',
    [edit(`${MODEL}/peer-session.ts`, '    return !this.awaited.has(folder);', '    return true;')],
    ['test/live-shares.e2e-spec.ts'],
  ),
];
