import { winsConflict } from '../../domain/global-version.js';
import { updateVector } from '../../domain/version-vector.js';
import { SystemRandomness } from '../../platform/randomness.js';
import { newReplicaId } from './identity.js';

const NOW_S = 1_700_000_000;

describe('the replica ID of an index made anew', () => {
  it('is a 64-bit number that differs from time to time', () => {
    const ids = Array.from({ length: 100 }, () => newReplicaId(new SystemRandomness()));
    expect(new Set(ids).size).toBe(100);
    for (const id of ids) expect(BigInt.asUintN(64, id)).toBe(id);
  });

  it('lets what others announced of the same item be the version for all', () => {
    const item = { deleted: false, invalid: false, localFlags: 0, modifiedS: 1, modifiedNs: 5 };
    for (const shortId of [1n, 0x7fff_0000_1234_5678n, 0xfffd_ffff_ffff_ffffn]) {
      const theirs = { ...item, version: updateVector([], shortId, NOW_S) };
      const replicaId = newReplicaId(new SystemRandomness());
      const ours = { ...item, version: updateVector([], replicaId, NOW_S + 100) };
      expect(winsConflict(theirs, ours)).toBe(true);
      expect(winsConflict(ours, theirs)).toBe(false);
    }
  });
});
