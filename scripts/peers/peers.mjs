/** The peers of `measure-peers.mjs`: whole nodes in this one process, that dial the node which is measured. */
import { NestFactory } from '@nestjs/core';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppModule } from '../../dist/app.module.js';
import { settingsFor } from '../../dist/modules/config/settings-for.js';
import { IndexDatabase } from '../../dist/modules/database/index-database.js';

const OWN_FILES = 5;
const LOOK_MS = 500;

async function start({ home, root }, node, place) {
  fs.mkdirSync(root, { recursive: true });
  for (let i = 0; i < OWN_FILES; i += 1) {
    fs.writeFileSync(join(root, `of peer ${place} number ${i}`), `${place} ${i}`);
  }
  const settings = settingsFor({
    home,
    deviceName: `peer ${place}`,
    listenAddresses: ['tcp://127.0.0.1:0'],
    folders: [{ id: 'default', path: root }],
    devices: [{ id: node.id, addresses: [`tcp://127.0.0.1:${node.port}`] }],
  });
  return NestFactory.createApplicationContext(AppModule.register({ settings }), {
    logger: ['error', 'warn'],
  });
}

process.once('message', async ({ peers, node, files }) => {
  const apps = [];
  for (const [i, peer] of peers.entries()) apps.push(await start(peer, node, i));
  const all = files + peers.length * OWN_FILES;
  const hasAll = async (app) => {
    const { local } = await app.get(IndexDatabase).summary('default');
    return local.files === all;
  };
  while (!(await Promise.all(apps.map(hasAll))).every(Boolean)) await sleep(LOOK_MS);
  process.send('settled');
});
