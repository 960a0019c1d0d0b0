/** The example of docs/TESTING.md, which is this very text. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SimulatedCluster } from '../src/testing/index.js';

// example
it('keeps both contents where two people change one file at the same time', async () => {
  const cluster = new SimulatedCluster({ seed: 7 });
  const laptop = cluster.add('laptop');
  const server = cluster.add('server');
  await cluster.share({ id: 'notes' });
  await cluster.start();
  await laptop.user('notes').write('plan.txt', 'the plan');
  await cluster.settle();

  cluster.cut(laptop, server);
  await laptop.user('notes').append('plan.txt', ', as changed on the way');
  await server.user('notes').append('plan.txt', ', as changed at home');
  await cluster.pass(60_000);
  server.failPower();
  await server.start();
  cluster.heal(laptop, server);
  await cluster.settle();

  const files = laptop.user('notes').files();
  expect(Object.values(files).sort()).toEqual([
    'the plan, as changed at home',
    'the plan, as changed on the way',
  ]);
  expect(server.user('notes').files()).toEqual(files);
  await cluster.stop();
});
// example

it('is the example of the guide', () => {
  const [, example] = readFileSync(import.meta.filename, 'utf8').split('// example\n');
  const guide = readFileSync(join(import.meta.dirname, '../docs/TESTING.md'), 'utf8');
  expect(guide).toContain(example!.trim());
});
