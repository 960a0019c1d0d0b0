import { fileOf, version } from '../../../test/contracts/index-database-fixture.js';
import { ignoring } from '../../../test/support/ignoring.js';
import { FOLDER, PullFixture } from '../../../test/support/pull-fixture.js';
import { compareVectors } from '../../domain/version-vector.js';
import { LocalFlag } from '../../domain/file-info.js';
import { carryOut } from './folder-orders.js';
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

  it('deletes nowhere what is left out here, or what the scans could not see', async () => {
    const f = await PullFixture.inMemory();
    const names = ['cache', 'unreadable', 'unreadable/in', 'lacking'];
    await f.announce(...names.map((name) => f.file(name, name)));
    const folder = {
      settings: f.settings,
      fs: f.fs,
      ownShortId: 1n,
      replicaId: 9n,
      isSendOnly: true,
      ignores: await ignoring('cache'),
      onArrived: () => undefined,
    };
    const { signal } = new AbortController();
    await carryOut('override', folder, context.identity, f, signal, (name) =>
      name.startsWith('unreadable'),
    );
    const locals = await f.database.locals(FOLDER, names);
    expect(locals.map((local) => local?.deleted)).toEqual([undefined, undefined, undefined, true]);
    await f.close();
  });
});
