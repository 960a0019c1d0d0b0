/** The hashers of a running node and of a deterministic kit, held to one contract. */
import { describeHasher } from '../../../test/contracts/hasher.contract.js';
import { folderInMemory, folderOnDisk } from '../../../test/contracts/scanner-fixture.js';
import { InThreadHasher } from './in-thread-hasher.js';
import { ThreadHasher } from './thread-hasher.js';

describeHasher('ThreadHasher', () => new ThreadHasher(), folderOnDisk);
describeHasher('InThreadHasher on disk', () => new InThreadHasher(), folderOnDisk);
describeHasher('InThreadHasher in memory', () => new InThreadHasher(), folderInMemory);
