/** Mutants of the guard: what holds back deletes until a person has looked. */
import { edit, mutant } from './mutant.mjs';

const GUARD = 'src/modules/guard';
const JUDGEMENT = `${GUARD}/judgement.spec.ts`;
const PEERS = 'test/guard.e2e-spec.ts';
const SCANS = 'test/guard-scan.e2e-spec.ts';

export const guard = [
  mutant(
    'guard-lets-held-changes-pass',
    'What a peer deletes with rm -rf goes here too, though the folder is to hold it back.',
    [
      edit(
        `${GUARD}/peer-guard.ts`,
        'return { gate: { upTo: this.settling.settled, held: Object.fromEntries(upTo) }, againMs };',
        'return { gate: undefined, againMs };',
      ),
    ],
    [PEERS],
  ),
  mutant(
    'guard-finds-nothing-too-much',
    'What a peer deletes with rm -rf goes here too, though the folder is to hold it back.',
    [
      edit(
        `${GUARD}/guard-rules.ts`,
        'return lost >= filesMin && lost > 0 && lost * 100 > files * percent;',
        'return lost >= filesMin && lost > files * percent;',
      ),
    ],
    [JUDGEMENT],
  ),
  mutant(
    'guard-forgets-over-a-restart',
    'Deletes that come a few at a time pass when the node is started again in between, and what a person approved is held again.',
    [
      edit(
        `${GUARD}/guard-memory.ts`,
        '    if (text !== this.saved) await this.database.setFact(factKey(this.folder), text);\n    this.saved',
        '    this.saved',
      ),
    ],
    [`${GUARD}/guard-memory.spec.ts`],
  ),
  mutant(
    'guard-takes-what-came-in-parts-for-little',
    'Deletes that come a few at a time pass, however many they are.',
    [
      edit(
        `${GUARD}/peer-judgement.ts`,
        'const passed = Math.max(0, tally.applied - recentBase(kept, nowMs));',
        'const passed = 0;',
      ),
    ],
    [JUDGEMENT],
  ),
  mutant(
    'guard-announces-an-emptied-root',
    'A disk that was emptied is emptied on all other devices.',
    [
      edit(
        `${GUARD}/scan-judgement.ts`,
        "  if (isEmptied(deletes + recent, base)) return { kind: 'hold', reason: 'emptied' };\n",
        '',
      ),
    ],
    [JUDGEMENT, SCANS],
  ),
  mutant(
    'guard-announces-an-exchanged-root',
    'Another disk in the place of the folder deletes and replaces what all other devices have.',
    [
      edit(
        `${GUARD}/scan-judgement.ts`,
        "  if (isExchanged) return { kind: 'hold', reason: 'exchanged' };\n",
        '',
      ),
    ],
    [JUDGEMENT, SCANS],
  ),
  mutant(
    'guard-rejects-without-announcing',
    'A person rejects deletes, and the files stay deleted on all other devices.',
    [
      edit(
        `${GUARD}/peer-guard.ts`,
        'if (files.length > 0) sequence = (await database.updateLocal(settings.id, files)).sequence;',
        '',
      ),
    ],
    [PEERS],
  ),
];
