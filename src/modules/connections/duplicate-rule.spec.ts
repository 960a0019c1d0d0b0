import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CLIENT_NAME, CROSSING_MS, type Crossing, settle } from './duplicate-rule.js';

const crossing: Crossing = {
  ownId: 'A',
  peerId: 'B',
  clientName: 'syncthing',
  existingIsOurs: true,
  existingAgeMs: 100,
  existingIsChosen: false,
  newIsOurs: false,
};

describe('the rule for a second connection', () => {
  it('replaces one that is too old to have crossed, as stock peers do', () => {
    for (const clientName of ['syncthing', CLIENT_NAME, '']) {
      const old = { ...crossing, clientName, existingAgeMs: CROSSING_MS, existingIsChosen: true };
      expect(settle(old)).toBe('replace');
    }
  });

  it('replaces one that its dialer has lost: nobody dials who believes to be connected', () => {
    expect(settle({ ...crossing, existingIsOurs: false })).toBe('replace');
    expect(settle({ ...crossing, newIsOurs: true })).toBe('replace');
  });

  it('follows the choice of a stock peer', () => {
    expect(settle(crossing)).toBe('hold');
    expect(settle({ ...crossing, existingIsChosen: true })).toBe('refuse');
  });

  it('leaves one and the same connection to two nodes of our kind, whichever each saw first', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }),
        fc.string({ minLength: 1 }),
        fc.boolean(),
        fc.boolean(),
        (a, b, aSawOwnFirst, bSawOwnFirst) => {
          fc.pre(a !== b);
          // The connection that stays at a node, told by who dialed it.
          const staysAt = (ownId: string, peerId: string, sawOwnFirst: boolean): string => {
            const settlement = settle({
              ...crossing,
              ...{ ownId, peerId, clientName: CLIENT_NAME },
              ...{ existingIsOurs: sawOwnFirst, newIsOurs: !sawOwnFirst },
            });
            expect(settlement).not.toBe('hold');
            return (settlement === 'replace') === sawOwnFirst ? peerId : ownId;
          };
          expect(staysAt(a, b, aSawOwnFirst)).toBe(staysAt(b, a, bSawOwnFirst));
        },
      ),
    );
  });
});
