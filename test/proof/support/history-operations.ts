/** What can happen in a history, as values that fast-check makes and shrinks. Numbers choose among what is there then. */
import fc from 'fast-check';

export const USER_KINDS = [
  ...['write', 'replace', 'append', 'patch', 'truncate', 'rename', 'renameOver', 'moveTree'],
  ...['remove', 'makeDirectory', 'makeSymlink', 'changeType', 'setPermissions', 'setModified'],
] as const;

export const WORLD_KINDS = [
  ...['cut', 'heal', 'disconnect', 'delay', 'scan', 'wait', 'stop', 'start', 'restart', 'kill'],
  ...['failPower', 'loseIndex', 'oldIndex', 'pause', 'resume', 'addDevice', 'jumpClock'],
] as const;

export type Kind = (typeof USER_KINDS)[number] | (typeof WORLD_KINDS)[number];

export function isUserKind(kind: Kind): boolean {
  return (USER_KINDS as readonly Kind[]).includes(kind);
}

export interface Operation {
  readonly kind: Kind;
  /** Which node, counted around. */
  readonly node: number;
  /** Which item, or which other node. */
  readonly which: number;
  /** Which place it goes to, how large it is, how much there is of it. */
  readonly amount: number;
  readonly isFlushed: boolean;
  /** How much time passes afterwards. */
  readonly thenMs: number;
}

export interface History {
  /** Of the simulation: delays, and what a power failure takes. */
  readonly seed: number;
  readonly nodes: number;
  readonly hasVersions: boolean;
  /** All have the same tree when it begins; else nothing. */
  readonly beginsFull: boolean;
  /** Each node knows those before and after it alone; else all know all. */
  readonly isChain: boolean;
  /** One user at a time: what the others do not do cannot be in conflict with it. */
  readonly isInTurns: boolean;
  /** The share of disk operations that take time. */
  readonly slowShare: number;
  readonly operations: readonly Operation[];
}

/** How often each kind comes; what is not named does not come. */
export type Weights = Partial<Record<Kind, number>>;

export interface HistoryShape {
  readonly nodes: readonly [number, number];
  readonly operations: readonly [number, number];
  readonly weights: Weights;
  readonly withVersions?: boolean;
  readonly inTurns?: boolean;
}

export const USER_WEIGHTS: Weights = {
  ...{ write: 8, replace: 3, append: 3, patch: 3, truncate: 2, rename: 4, renameOver: 2 },
  ...{ moveTree: 3, remove: 5, makeDirectory: 3, makeSymlink: 1, changeType: 2 },
  ...{ setPermissions: 2, setModified: 1 },
};

export function histories(shape: HistoryShape): fc.Arbitrary<History> {
  const kinds = (Object.entries(shape.weights) as [Kind, number][]).map(([kind, weight]) => ({
    weight,
    arbitrary: fc.constant(kind),
  }));
  const operation: fc.Arbitrary<Operation> = fc.record({
    kind: fc.oneof(...kinds),
    node: fc.nat(3),
    which: fc.nat(30),
    amount: fc.nat(1000),
    isFlushed: fc.boolean(),
    thenMs: fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 1, max: 60 }) },
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 700 }) },
      { weight: 2, arbitrary: fc.integer({ min: 500, max: 6_000 }) },
    ),
  });
  const [nodesMin, nodesMax] = shape.nodes;
  const [minLength, maxLength] = shape.operations;
  // One that lost its index keeps to itself the deletes of what it does not have: those behind it keep the item.
  const losesIndexes = 'loseIndex' in shape.weights || 'oldIndex' in shape.weights;
  return fc.record({
    seed: fc.nat(),
    nodes: fc.integer({ min: nodesMin, max: nodesMax }),
    hasVersions: shape.withVersions === true ? fc.boolean() : fc.constant(false),
    beginsFull: fc.constantFrom(true, true, false),
    isChain: losesIndexes ? fc.constant(false) : fc.constantFrom(false, false, true),
    isInTurns: fc.constant(shape.inTurns === true),
    slowShare: fc.constantFrom(0, 0.05, 0.3),
    operations: fc.array(operation, { minLength, maxLength, size: 'max' }),
  });
}
