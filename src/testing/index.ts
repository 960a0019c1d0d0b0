/** The test kit, `syncnest/testing`: whole nodes in memory, driven by one seed. docs/TESTING.md says how it is used. */
export { DiskUser, type WriteOptions } from './disk-user.js';
export { itemOn, type SimulatedItem, treeOn } from './disk-tree.js';
export { HandClock, turns } from './hand-clock.js';
export { SeededRandom, SeededRandomness } from './random.js';
export { type ClusterOptions, SimulatedCluster } from './simulated-cluster.js';
export { SimulatedMachine } from './simulated-machine.js';
export { type Folder, SimulatedNode } from './simulated-node.js';
export { Trace } from './trace.js';
