/** What random histories found, each told in the few steps that it takes. */
import { SimulatedCluster, type SimulatedNode } from '../src/testing/index.js';

/** What a power failure takes is left to chance. */
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

describe('simulated nodes', () => {
  let cluster: SimulatedCluster;
  let a: SimulatedNode;
  let b: SimulatedNode;

  async function begin(seed: number): Promise<void> {
    cluster = new SimulatedCluster({ seed });
    [a, b] = [cluster.add('a'), cluster.add('b')];
    await cluster.share();
    await cluster.start();
    await cluster.untilQuiet();
  }

  afterEach(() => {
    for (const node of cluster.nodes) node.kill();
  });

  it.each(SEEDS)(
    'lose nothing that came into a directory which its user never flushed (seed %i)',
    async (seed) => {
      await begin(seed);
      await a.user().makeDirectory('d', false);
      await a.user().makeDirectory('d/deep', false);
      await cluster.settle();
      await b.user().write('d/deep/x', 'precious');
      await cluster.settle();
      expect(a.user().read('d/deep/x')).toBe('precious');
      a.failPower();
      await a.start();
      await cluster.settle();
      expect([a.user().read('d/deep/x'), b.user().read('d/deep/x')]).toEqual([
        'precious',
        'precious',
      ]);
    },
  );

  it('tell a device of all that follows an older index, though another one was told first', async () => {
    await begin(1);
    const c = cluster.add('c');
    cluster.estrange(b, c);
    await cluster.share();
    await c.start();
    await a.user().write('x', 'of old');
    await cluster.settle();
    const saved = a.saveIndex();

    cluster.cut(a, b);
    await a.user().write('x', 'in the life that is lost');
    await cluster.until('c has it', () => c.user().read('x') === 'in the life that is lost');
    a.kill();
    a.restoreIndex(saved);
    await cluster.pass(5_000);
    await a.user().write('x', 'in the new life');
    cluster.heal(a, b);
    cluster.cut(a, c);
    await a.start();
    await cluster.until('b has it', () => b.user().read('x') === 'in the new life');

    cluster.heal(a, c);
    await cluster.settle();
    for (const node of cluster.nodes) expect(node.user().read('x')).toBe('in the new life');
    expect(c.user().files()).toEqual(a.user().files());
  });
});
