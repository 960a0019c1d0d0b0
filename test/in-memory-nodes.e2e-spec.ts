/** Whole nodes with every port replaced: no socket, no thread, no disk, and time that only the test moves. */
import { SimulatedCluster, type SimulatedNode } from '../src/testing/index.js';

describe('two nodes in memory', () => {
  let cluster: SimulatedCluster;
  let a: SimulatedNode;
  let b: SimulatedNode;

  beforeEach(async () => {
    cluster = new SimulatedCluster({ seed: 1 });
    [a, b] = [cluster.add('a'), cluster.add('b')];
    await cluster.share();
  });

  afterEach(() => cluster.stop());

  it('sync over a slow network, and again after one was stopped', async () => {
    await a.user().write('from-a', 'written on a');
    await b.user().write('from-b', 'written on b');
    await cluster.start();
    await cluster.untilQuiet();
    const both = { 'from-a': 'written on a', 'from-b': 'written on b' };
    expect([a.user().files(), b.user().files()]).toEqual([both, both]);

    await b.stop();
    await a.user().write('from-a', 'changed on a');
    await b.start();
    await cluster.settle();
    const changed = { 'from-a': 'changed on a', 'from-b': 'written on b' };
    expect([a.user().files(), b.user().files()]).toEqual([changed, changed]);
  });

  it('bring what is saved in a watched folder to the other, with no scan asked for', async () => {
    await cluster.start();
    await cluster.untilQuiet();
    await a.user().write('one', '1');
    await cluster.until('it is there', () => b.user().look('one') !== undefined);
    await b.user().write('one', 'changed on b');
    await cluster.until('it is back', () => a.user().read('one') === 'changed on b');
  });

  it('go on after the network was cut', async () => {
    await cluster.start();
    await a.user().write('one', '1');
    await cluster.settle();
    cluster.cut(a, b);
    await b.user().write('two', '2');
    await cluster.pass(30_000);
    expect(a.user().files()).toEqual({ one: '1' });
    cluster.heal(a, b);
    await cluster.settle();
    expect(a.user().files()).toEqual({ one: '1', two: '2' });
  });

  it('get back what a power failure took from the disk', async () => {
    await cluster.start();
    await a.user().write('one', '1');
    await cluster.settle();
    await b.user().write('two', '2', { flush: false });
    b.failPower();
    await b.start();
    await cluster.settle();
    expect(a.user().files()).toMatchObject({ one: '1' });
    expect(b.user().files()).toEqual(a.user().files());
  });

  it('keep what everybody has when an index is lost', async () => {
    await cluster.start();
    await a.user().write('one', '1');
    await cluster.settle();
    b.kill();
    b.loseIndex();
    await b.start();
    await cluster.settle();
    expect([a.user().files(), b.user().files()]).toEqual([{ one: '1' }, { one: '1' }]);
  });

  it('keep what was written last, too, when one comes back with an older copy and no index', async () => {
    await cluster.start();
    await a.user().write('one', 'older');
    await cluster.settle();
    await a.user().write('one', 'written last');
    await cluster.settle();
    await a.stop();
    a.loseIndex();
    await cluster.pass(60_000);
    await a.user().write('one', 'older');
    await a.start();
    await cluster.settle();
    for (const node of [a, b]) {
      expect(Object.values(node.user().files()).sort()).toEqual(['older', 'written last']);
    }
  });

  it('take a third one in, and leave out one whose folder is paused', async () => {
    await cluster.start();
    await a.user().write('one', '1');
    const c = cluster.add('c');
    await cluster.share();
    await c.start();
    await b.pause();
    await a.user().write('two', '2');
    await cluster.settle();
    expect(c.user().files()).toEqual({ one: '1', two: '2' });
    expect(b.user().files()).not.toHaveProperty('two');
    await b.resume();
    await cluster.settle();
    expect(b.user().files()).toEqual({ one: '1', two: '2' });
  });
});
