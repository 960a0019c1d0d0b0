import { describe, expect, it } from '@jest/globals';
import { HandClock } from '../../../test/support/hand-clock.js';
import { FolderOffers, OFFERS_PER_DEVICE_MAX } from './folder-offers.js';

function setup() {
  const lines: string[] = [];
  const stored: string[] = [];
  const events: unknown[] = [];
  const offers = new FolderOffers(
    {
      addPendingFolder: ({ folder, device }) => {
        stored.push(`${device} ${folder}`);
        return Promise.resolve(stored.indexOf(`${device} ${folder}`) === stored.length - 1);
      },
    },
    { emit: (_name, payload) => void events.push(payload) },
    new HandClock(),
    { log: (line) => lines.push(line), warn: (line) => lines.push(line) },
  );
  return { lines, stored, events, offers };
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

  it('are bounded for each device, which is said once, and leave room for those of others', async () => {
    const { offers, lines, stored } = setup();
    for (let i = 0; i < 3 * OFFERS_PER_DEVICE_MAX; i++) await offers.add('A', `made up ${i}`, '');
    expect(stored).toHaveLength(OFFERS_PER_DEVICE_MAX);
    expect(lines).toHaveLength(OFFERS_PER_DEVICE_MAX + 1);
    await offers.add('B', 'photos', '');
    expect(stored.at(-1)).toBe('B photos');
  });
});
