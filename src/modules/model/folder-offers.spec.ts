import { describe, expect, it } from '@jest/globals';
import { HandClock } from '../../../test/support/hand-clock.js';
import { settingsFor } from '../config/settings-for.js';
import { type PendingFolder } from '../database/index-database.js';
import {
  FOLDER_ID_CHARACTERS_MAX,
  FolderOffers,
  LABEL_CHARACTERS_MAX,
  OFFERS_PER_DEVICE_MAX,
  type OffersDatabase,
} from './folder-offers.js';

function setup() {
  const lines: string[] = [];
  const stored: string[] = [];
  let pending: PendingFolder[] = [];
  const pendingDevices = [{ device: 'A', name: '', address: '', seenMs: 0 }];
  const cleared: string[] = [];
  const events: unknown[] = [];
  const database: OffersDatabase = {
    addPendingFolder: (offer) => {
      const { folder, device } = offer;
      const isNew = pending.every((each) => each.folder !== folder || each.device !== device);
      if (isNew) {
        pending.push(offer);
        stored.push(`${device} ${folder}`);
      }
      return Promise.resolve(isNew);
    },
    pendingFolders: () => Promise.resolve(pending),
    removePendingFolder: (folder, device) => {
      pending = pending.filter((each) => each.folder !== folder || each.device !== device);
      return Promise.resolve();
    },
    pendingDevices: () => Promise.resolve(pendingDevices),
    removePendingDevice: () => Promise.resolve(),
  };
  const offers = new FolderOffers(
    database,
    {
      emit: (name, payload) => {
        if (name.endsWith('Changed')) events.push(payload);
        else cleared.push(Object.values(payload).join(' '));
      },
    },
    new HandClock(),
    { log: (line) => lines.push(line), warn: (line) => lines.push(line) },
  );
  return { lines, stored, events, offers, cleared, database };
}

describe('folders offered by devices', () => {
  it('are remembered and told once for each device', async () => {
    const { offers, lines, stored, events } = setup();
    for (const device of ['A', 'B', 'A']) await offers.add(device, 'photos', 'Photos');
    expect(stored).toEqual(['A photos', 'B photos']);
    expect(lines).toEqual([
      'Device A offers folder "photos", which is not shared with it here',
      'Device B offers folder "photos", which is not shared with it here',
    ]);
    expect(events).toHaveLength(2);
  });

  it('are not kept under an ID that cannot be kept, and their labels are cut', async () => {
    const { offers, stored, lines, events } = setup();
    await offers.add('A', 'pho\0tos', 'Photos');
    await offers.add('A', 'x'.repeat(FOLDER_ID_CHARACTERS_MAX + 1), 'Photos');
    expect([stored, lines, events]).toEqual([[], [], []]);
    await offers.add('A', 'photos', `a\0b${'x'.repeat(100_000)}`);
    expect(stored).toEqual(['A photos']);
    const label = `a\ufffdb${'x'.repeat(LABEL_CHARACTERS_MAX - 3)}`;
    expect(events).toEqual([{ folder: 'photos', device: 'A', label }]);
  });

  it('end when the device takes them back, and are told anew when it makes them again', async () => {
    const { offers, stored, cleared } = setup();
    for (const folder of ['photos', 'music']) await offers.add('A', folder, '');
    await offers.add('B', 'photos', '');
    await offers.keepOnly('A', new Set(['music']));
    expect(cleared).toEqual(['photos A']);
    await offers.add('A', 'photos', '');
    expect(stored.at(-1)).toBe('A photos');
  });

  it('that the user has dismissed wait again when they are made again', async () => {
    const { offers, database, lines, events } = setup();
    await offers.add('A', 'photos', '');
    await database.removePendingFolder('photos', 'A');
    await offers.add('A', 'photos', '');
    expect(await database.pendingFolders()).toHaveLength(1);
    expect(events).toHaveLength(2);
    expect(lines).toHaveLength(1);
  });

  it('end when the folder is shared with the device or the device is unknown, as does its own waiting', async () => {
    const { offers, cleared } = setup();
    await offers.add('A', 'photos', '');
    await offers.add('A', 'music', '');
    await offers.add('C', 'photos', '');
    await offers.settle(
      settingsFor({
        home: '/',
        devices: [{ id: 'A' }],
        folders: [{ id: 'photos', path: '/p' }],
      }),
    );
    expect(cleared).toEqual(['photos A', 'photos C', 'A']);
  });

  it('are bounded for each device, which is said once, and leave room for those of others', async () => {
    const { offers, lines, stored } = setup();
    for (let i = 0; i < 3 * OFFERS_PER_DEVICE_MAX; i++) await offers.add('A', `made up ${i}`, '');
    expect(stored).toHaveLength(OFFERS_PER_DEVICE_MAX);
    expect(lines).toHaveLength(OFFERS_PER_DEVICE_MAX + 1);
    await offers.add('B', 'photos', '');
    expect(stored.at(-1)).toBe('B photos');
  });
});
