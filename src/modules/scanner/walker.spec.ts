/** The walkers of a running node and of a deterministic kit, held to one contract. */
import { folderInMemory, folderOnDisk } from '../../../test/contracts/scanner-fixture.js';
import { describeWalker } from '../../../test/contracts/walker.contract.js';
import { describeWalkerComparing } from '../../../test/contracts/walker-compare.contract.js';
import { describeWalkerLinks } from '../../../test/contracts/walker-links.contract.js';
import { InThreadWalker } from './in-thread-walker.js';
import { ThreadWalker } from './thread-walker.js';

describeWalker('ThreadWalker', () => new ThreadWalker(), folderOnDisk);
describeWalker('InThreadWalker on disk', () => new InThreadWalker(), folderOnDisk);
describeWalker('InThreadWalker in memory', () => new InThreadWalker(), folderInMemory);

describeWalkerLinks('ThreadWalker', () => new ThreadWalker(), folderOnDisk);
describeWalkerLinks('InThreadWalker in memory', () => new InThreadWalker(), folderInMemory);

describeWalkerComparing('ThreadWalker', () => new ThreadWalker(), folderOnDisk);
describeWalkerComparing('InThreadWalker on disk', () => new InThreadWalker(), folderOnDisk);
describeWalkerComparing('InThreadWalker in memory', () => new InThreadWalker(), folderInMemory);
