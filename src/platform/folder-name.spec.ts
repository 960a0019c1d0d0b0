import { describe, expect, it } from '@jest/globals';
import { SeededRandom } from '../../test/support/random.js';
import { componentsOf, splitName } from './folder-name.js';

const PARTS = ['a', 'b c', '.', '..', '/', '//', '.x', 'x.', '\0', '\ud800', 'ü', '🗂', ''];

function isRefused(act: () => unknown): boolean {
  try {
    act();
    return false;
  } catch (error) {
    expect(error).toMatchObject({ code: 'refused' });
    return true;
  }
}

describe('a name in two parts', () => {
  it('is refused exactly where its components are, whatever it is made of', () => {
    const random = new SeededRandom(3);
    let refused = 0;
    for (let i = 0; i < 4_000; i += 1) {
      const name = Array.from(
        { length: random.below(6) },
        () => PARTS[random.below(PARTS.length)],
      ).join(random.below(2) === 0 ? '/' : '');
      const isOdd = name === '' || isRefused(() => componentsOf(name));
      expect([name, isRefused(() => splitName(name))]).toEqual([name, isOdd]);
      if (isOdd) {
        refused += 1;
        continue;
      }
      const { parent, base } = splitName(name);
      expect([...componentsOf(parent), base]).toEqual(componentsOf(name));
    }
    expect(refused).toBeGreaterThan(500);
    expect(refused).toBeLessThan(3_500);
  });
});
