import { isInvalid } from '../../domain/file-info-rules.js';
import { LocalFlag, type LocalFileInfo } from '../../domain/file-info.js';
import { withOwnership } from '../../domain/platform-data.js';
import { compareVectors } from '../../domain/version-vector.js';
import { deletedInfo, fileInfo, local } from '../../../test/support/file-info.factory.js';
import { type ScannedItem } from '../scanner/scanner.service.js';
import { deletedChange, ignoredChange, scannedChange } from './local-changes.js';

const OWN = 7n;
const context = {
  identity: { deviceId: 'us', shortId: OWN, replicaId: OWN },
  ignorePerms: false,
  nowS: 1_800_000_000,
};

function scanned(file: ReturnType<typeof fileInfo>, rest: Partial<ScannedItem> = {}): ScannedItem {
  const { name, type, size, modifiedS, modifiedNs, permissions, blockSize, blockHashes } = file;
  return {
    name,
    type,
    size,
    modifiedS,
    modifiedNs,
    permissions,
    symlinkTarget: '',
    blockSize,
    blockHashes,
    ...rest,
  };
}

describe('what a scan finding means for the index', () => {
  it('gives a new file a first version of ours', () => {
    const change = scannedChange(scanned(fileInfo('a', 'hello')), undefined, context);
    expect(change?.version).toEqual([{ id: OWN, value: 1_800_000_000n }]);
    expect(change?.modifiedBy).toBe(OWN);
    expect(Buffer.from(change!.blocksHash)).toEqual(Buffer.from(fileInfo('a', 'hello').blocksHash));
  });

  it('gives a changed file a version above the one it had', () => {
    const before = local(fileInfo('a', 'hello'));
    const change = scannedChange(scanned(fileInfo('a', 'world')), before, context);
    expect(compareVectors(change!.version, before.version)).toBe('newer');
  });

  it('says nothing of a file that is as announced', () => {
    const before = local(fileInfo('a', 'hello'));
    expect(scannedChange(scanned(before), before, context)).toBeUndefined();
  });

  it('does not take the time that the disk could keep for a change', () => {
    const announced = fileInfo('a', 'hello', { modifiedNs: 123_456_789 });
    const before = { ...local(announced), diskModifiedNs: 123_456_000 };
    const onDisk = scanned(announced, { modifiedNs: 123_456_000 });
    expect(scannedChange(onDisk, before, context)).toBeUndefined();
  });

  it('gives a file its own time where a directory of the same time on disk was announced with another one', () => {
    const file = fileInfo('a', 'hello', { modifiedNs: 0 });
    const announced = fileInfo('a', '', { type: 'directory', modifiedNs: 123_456_789 });
    const before = { ...local(announced), diskModifiedNs: 0 };
    expect(scannedChange(scanned(file), before, context)).toMatchObject({ modifiedNs: 0 });
  });

  it.each([
    ['a second', 1_700_000_001, 0, 'same'],
    ['two seconds, downwards', 1_700_000_000, 0, 'same'],
    ['two seconds, upwards', 1_700_000_002, 0, 'same'],
    ['ten milliseconds', 1_700_000_001, 130_000_000, 'same'],
    ['a hundred nanoseconds', 1_700_000_001, 123_456_700, 'same'],
    ['more than that', 1_700_000_004, 0, 'changed'],
    ['nothing', 1_700_000_001, 623_456_789, 'changed'],
  ])('takes a time that the disk cut to %s', (_, modifiedS, modifiedNs, expected) => {
    const file = fileInfo('a', 'hello', { modifiedS: 1_700_000_001, modifiedNs: 123_456_789 });
    const before = local(file);
    const change = scannedChange(scanned(file, { modifiedS, modifiedNs }), before, context);
    expect(change).toMatchObject({ diskModifiedS: modifiedS, diskModifiedNs: modifiedNs });
    const order = compareVectors(change!.version, before.version);
    expect(order).toBe(expected === 'same' ? 'equal' : 'newer');
    if (expected === 'same') expect(change!.modifiedNs).toBe(123_456_789);
    // The content decides: the same times say nothing of another one.
    const other = scanned(fileInfo('a', 'jello'), { modifiedS, modifiedNs });
    expect(compareVectors(scannedChange(other, before, context)!.version, before.version)).toBe(
      'newer',
    );
  });

  it('takes times within the window for the same', () => {
    const before = local(fileInfo('a', 'hello', { modifiedS: 1_700_000_001, modifiedNs: 5 }));
    const wide = { ...context, modTimeWindowNs: 3e9 };
    const onDisk = scanned(before, { modifiedS: 1_700_000_003, modifiedNs: 7 });
    expect(scannedChange(onDisk, before, wide)?.version).toEqual(before.version);
    expect(scannedChange(onDisk, before, context)?.version).not.toEqual(before.version);
  });

  it('tells an owner that was changed here, and keeps what else others have sent', () => {
    const attribute = Uint8Array.of(0x1a, 5, 0x0a, 3, 0x0a, 1, 0x61);
    const root = { ownerName: 'root', groupName: 'root', uid: 0, gid: 0 };
    const bob = { ownerName: 'bob', groupName: '', uid: 5, gid: 6 };
    const before = local(fileInfo('a', 'hello', { platform: withOwnership(attribute, root) }));
    expect(scannedChange(scanned(before), before, context)).toBeUndefined();
    expect(scannedChange(scanned(before, { owner: root }), before, context)).toBeUndefined();
    const change = scannedChange(scanned(before, { owner: bob }), before, context);
    expect(compareVectors(change!.version, before.version)).toBe('newer');
    expect(change!.platform).toEqual(withOwnership(attribute, bob));
  });

  it('keeps the announced time, blocks and all, when only the permissions changed', () => {
    const announced = fileInfo('a', 'hello', { modifiedNs: 123_456_789 });
    const before = { ...local(announced), diskModifiedNs: 123_456_000 };
    const rest = { modifiedNs: 123_456_000, permissions: 0o600, blockHashes: undefined };
    const change = scannedChange(scanned(announced, rest), before, context);
    expect(change).toMatchObject({ modifiedNs: 123_456_789, diskModifiedNs: 123_456_000 });
    expect(change?.blockHashes).toEqual(before.blockHashes);
  });

  it('announces a file again that was recorded as deleted', () => {
    const before = local(deletedInfo('a', { version: [{ id: 3n, value: 9n }] }));
    const change = scannedChange(scanned(fileInfo('a', 'back')), before, context);
    expect(change?.deleted).toBe(false);
    expect(compareVectors(change!.version, before.version)).toBe('newer');
  });

  it('sees a permission-only change, unless permissions are ignored', () => {
    const before = local(fileInfo('a', 'hello'));
    const onDisk = scanned(before, { permissions: 0o600 });
    expect(scannedChange(onDisk, before, context)?.permissions).toBe(0o600);
    expect(scannedChange(onDisk, before, { ...context, ignorePerms: true })).toBeUndefined();
  });

  it('records a delete once, without content', () => {
    const before = local(fileInfo('a', 'hello'));
    const change = deletedChange(before, context) as LocalFileInfo;
    expect(change).toMatchObject({ deleted: true, size: 0, modifiedBy: OWN });
    expect(change.blockHashes).toHaveLength(0);
    expect(compareVectors(change.version, before.version)).toBe('newer');
    expect(deletedChange(change, context)).toBeUndefined();
    expect(deletedChange(undefined, context)).toBeUndefined();
  });

  it('counts under the replica id, which no earlier life of the device used', () => {
    const replaced = { ...context, identity: { ...context.identity, replicaId: 99n } };
    const earlier = [{ id: OWN, value: 1_700_000_000n }];
    const change = scannedChange(scanned(fileInfo('a', 'hello')), undefined, replaced);
    expect(compareVectors(change!.version, earlier)).toMatch(/^concurrent/);
    expect(change?.modifiedBy).toBe(OWN);
  });
});

describe('an ignored item', () => {
  const before = local(fileInfo('a', 'hello'));

  it('keeps its version and is not to be had here', () => {
    const change = ignoredChange(before)!;
    expect(change.version).toEqual(before.version);
    expect(isInvalid(change)).toBe(true);
    expect(change.blockHashes).toHaveLength(0);
    expect(ignoredChange(change)).toBeUndefined();
    expect(ignoredChange(undefined)).toBeUndefined();
  });

  it('that is ignored no longer is a change which knows nothing of what others did', () => {
    const others = {
      ...before,
      version: [
        { id: 3n, value: 5n },
        { id: OWN, value: 2n },
      ],
    };
    const change = scannedChange(scanned(before), ignoredChange(others), context)!;
    expect(change.version).toEqual([{ id: OWN, value: 1_800_000_000n }]);
    expect(change.localFlags).toBe(0);
  });

  it('that is ignored no longer and not there is older than whatever others have', () => {
    const gone = ignoredChange({ ...before, deleted: true })!;
    for (const ignored of [ignoredChange(before), gone]) {
      const change = deletedChange(ignored, context);
      expect(change).toMatchObject({ deleted: true, version: [], localFlags: 0 });
    }
  });
});

describe('a change in a receive-only folder', () => {
  const receiveOnly = { ...context, isReceiveOnly: true };
  const later = { ...receiveOnly, nowS: context.nowS + 60 };
  const KEPT = { localFlags: LocalFlag.receiveOnly };
  const global = fileInfo('a', 'theirs', { version: [{ id: 3n, value: 5n }] });
  const known = local(global);
  const edited = scannedChange(scanned(fileInfo('a', 'mine')), known, receiveOnly, global)!;
  const deleted = deletedChange(known, receiveOnly, global) as LocalFileInfo;

  it('is marked, and based on what the cluster has: nothing is needed for it', () => {
    expect(edited).toMatchObject(KEPT);
    expect(compareVectors(edited.version, global.version)).toBe('newer');
    const again = scannedChange(scanned(fileInfo('a', 'mine too')), edited, later, global)!;
    expect(again).toMatchObject(KEPT);
    expect(compareVectors(again.version, edited.version)).toBe('newer');
    expect(scannedChange(scanned(edited), edited, later, global)).toBeUndefined();
  });

  it('is none once the item is as the cluster has it, to the exactness that times are kept with', () => {
    const onDisk = scanned(global, { modifiedNs: 1_500 });
    const change = scannedChange(onDisk, edited, later, global);
    expect(change).toMatchObject({ version: global.version, modifiedNs: 0, localFlags: 0 });
    expect(change).toMatchObject({ diskModifiedNs: 1_500 });
    expect(scannedChange(scanned(global), undefined, later, global)?.localFlags).toBe(0);
  });

  it('stays one when all that others have is what they gave up themselves: that has no version', () => {
    const givenUp = { ...fileInfo('a', 'mine'), version: [] };
    expect(scannedChange(scanned(givenUp), undefined, later, givenUp)).toMatchObject(KEPT);
    expect(deletedChange(edited, later, givenUp)).toBe('forget');
  });

  it('may be a delete, which is marked too; the delete of a change gives back what the cluster has', () => {
    expect(deleted).toMatchObject({ ...KEPT, deleted: true });
    expect(compareVectors(deleted.version, global.version)).toBe('newer');
    expect(deletedChange(deleted, later, global)).toBeUndefined();
    expect(deletedChange(edited, later, global)).toMatchObject({ ...KEPT, version: [] });
  });

  it('is forgotten when nobody has the item any more', () => {
    const onlyOurs = { ...edited, invalid: false };
    expect(deletedChange(edited, later, onlyOurs)).toBe('forget');
    expect(deletedChange(deleted, later, undefined)).toBe('forget');
    const gone = deletedInfo('a', { version: [{ id: 3n, value: 9n }] });
    for (const before of [deleted, edited, known]) {
      const change = deletedChange(before, later, gone);
      expect(change).toMatchObject({ deleted: true, version: gone.version, localFlags: 0 });
    }
  });

  it('is announced when the folder sends, in conflict with what others did meanwhile', () => {
    const announced = scannedChange(scanned(edited), edited, context, global)!;
    expect(announced.localFlags).toBe(0);
    expect(compareVectors(announced.version, global.version)).toMatch(/^concurrent/);
    expect(deletedChange(deleted, context, global)).toMatchObject({
      deleted: true,
      version: deleted.version,
      localFlags: 0,
    });
    // What was never told of and is gone must delete nothing elsewhere.
    expect(deletedChange(edited, context, global)).toMatchObject({ version: [], localFlags: 0 });
  });
});
