import { type Announcement } from './announcement.js';
import { NEIGHBOUR_LIFE_MS, Neighbours, PLACES_MAX, STRANGERS_MAX } from './neighbours.js';

const HERE = ['tcp://10.0.0.1:22000'];
const THERE = ['tcp://10.0.0.2:22000'];

function from(id: string, instanceId = 1n): Announcement {
  return { id, instanceId, addresses: [] };
}

describe('the neighbours', () => {
  it.each([
    ['the same again', from('A'), HERE, 1, 'known'],
    ['another address', from('A'), THERE, 1, 'moved'],
    ['another instance', from('A', 2n), HERE, 1, 'newcomer'],
    ['a long silence', from('A'), HERE, NEIGHBOUR_LIFE_MS, 'newcomer'],
    ['another device', from('B'), HERE, 1, 'newcomer'],
  ])('tell %s', (_what, announcement, addresses, laterMs, expected) => {
    const neighbours = new Neighbours();
    expect(neighbours.hear(from('A'), HERE, 'place', true, 0)).toBe('newcomer');
    expect(neighbours.hear(announcement, addresses, 'place', true, laterMs)).toBe(expected);
  });

  it('are forgotten after three intervals of silence', () => {
    const neighbours = new Neighbours();
    neighbours.hear(from('A'), HERE, 'place', true, 0);
    expect(neighbours.addresses('A', NEIGHBOUR_LIFE_MS - 1)).toEqual(HERE);
    expect(neighbours.addresses('A', NEIGHBOUR_LIFE_MS)).toEqual([]);
    expect(neighbours.all(NEIGHBOUR_LIFE_MS).size).toBe(0);
  });

  it('are bounded in number, and strangers take no place of a configured device', () => {
    const neighbours = new Neighbours();
    neighbours.hear(from('A'), HERE, 'place', true, 0);
    for (let i = 0; i < 10 * STRANGERS_MAX; i += 1)
      neighbours.hear(from(`S${i}`), THERE, 'place', false, 1);
    expect(neighbours.all(2).size).toBe(STRANGERS_MAX + 1);
    expect(neighbours.addresses('A', 2)).toEqual(HERE);
    expect(neighbours.addresses('S0', 2)).toEqual([]);
    expect(neighbours.addresses(`S${10 * STRANGERS_MAX - 1}`, 2)).toEqual(THERE);
  });

  it('are known at all addresses of a machine that is heard over several interfaces, and are news once', () => {
    const neighbours = new Neighbours();
    expect(neighbours.hear(from('A'), HERE, 'wire', true, 0)).toBe('newcomer');
    expect(neighbours.hear(from('A'), THERE, 'radio', true, 1)).toBe('moved');
    for (let atMs = 30_000; atMs <= 600_000; atMs += 30_000) {
      expect(neighbours.hear(from('A'), HERE, 'wire', true, atMs)).toBe('known');
      expect(neighbours.hear(from('A'), THERE, 'radio', true, atMs + 1)).toBe('known');
    }
    expect(neighbours.addresses('A', 600_002)).toEqual([...THERE, ...HERE]);
    neighbours.hear(from('A'), HERE, 'wire', true, 600_000 + NEIGHBOUR_LIFE_MS);
    expect(neighbours.addresses('A', 600_001 + NEIGHBOUR_LIFE_MS)).toEqual(HERE);
  });

  it('have a bounded number of places, however many senders speak for a device', () => {
    const neighbours = new Neighbours();
    for (let i = 0; i < 1000; i += 1) {
      neighbours.hear(from('A'), [`tcp://10.0.0.1:${1 + i}`], `sender ${i}`, true, i);
    }
    expect(neighbours.addresses('A', 1000)).toHaveLength(PLACES_MAX);
  });
});
