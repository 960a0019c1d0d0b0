import { fileOf, version } from '../../../test/contracts/index-database-fixture.js';
import { compareVectors } from '../../domain/version-vector.js';
import { LocalFlag } from '../../domain/file-info.js';
import { overriding } from './override.js';

const context = {
  identity: { deviceId: '', shortId: 1n, replicaId: 9n },
  ignorePerms: false,
  nowS: 1000,
};

describe('override', () => {
  const global = fileOf('x', { ...version(5, 3n), size: 7 });

  it('announces our item as it is, above the global version', () => {
    const local = fileOf('x', { ...version(2, 9n), size: 3 });
    const change = overriding({ global, local }, context);
    expect(change).toMatchObject({ size: 3, modifiedBy: 1n, deleted: false });
    expect(compareVectors(change!.version, global.version)).toBe('newer');
    expect(compareVectors(change!.version, local.version)).toBe('newer');
  });

  it('announces the delete of what we do not have', () => {
    const change = overriding({ global, local: undefined }, context);
    expect(change).toMatchObject({ deleted: true, size: 0, modifiedBy: 1n });
    expect(compareVectors(change!.version, global.version)).toBe('newer');
  });

  it('leaves what is invalid here', () => {
    const local = fileOf('x', { localFlags: LocalFlag.unsupported });
    expect(overriding({ global, local }, context)).toBeUndefined();
  });
});
