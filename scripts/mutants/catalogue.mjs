/** All mutants. */
import { content } from './faults-content.mjs';
import { guard } from './faults-guard.mjs';
import { index } from './faults-index.mjs';
import { peer } from './faults-peer.mjs';
import { placing } from './faults-placing.mjs';
import { scan } from './faults-scan.mjs';

/** @type {import('./mutant.mjs').Mutant[]} */
export const mutants = [...placing, ...content, ...scan, ...index, ...guard, ...peer];
