/** What a device that shares the folder may read of it: what was announced, within what was announced, and nothing else. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FOLDER, PullFixture } from '../../../test/support/pull-fixture.js';
import { LocalFlag } from '../../domain/file-info.js';
import { tempNameFor } from '../../domain/file-name.js';
import { RequestServer } from './request-server.js';

const NO_HASH = new Uint8Array(0);

describe('a request for a block', () => {
  let f: PullFixture;
  let stale: string[];

  beforeEach(async () => {
    f = await PullFixture.inMemory();
    stale = [];
  });

  afterEach(async () => {
    await f.close();
  });

  async function ask(
    name: string,
    offset: number,
    size: number,
    rest: { hash?: Uint8Array; fromTemporary?: boolean } = {},
  ): Promise<string> {
    const server = new RequestServer(f.database, (_, item) => stale.push(item));
    const request = { folder: FOLDER, name, offset, size, blockNo: 0 };
    const data = await server.answer(f.fs, {
      ...request,
      hash: NO_HASH,
      fromTemporary: false,
      ...rest,
    });
    return Buffer.from(data).toString();
  }

  const hashOf = (text: string): Uint8Array => createHash('sha256').update(text).digest();

  it('is answered within the file, and not behind the end that was announced', async () => {
    await f.has(f.file('x', 'announced'));
    expect(await ask('x', 0, 9)).toBe('announced');
    expect(await ask('x', 4, 5)).toBe('unced');
    await f.write('x', 'announced, and a secret');
    await expect(ask('x', 4, 12)).rejects.toMatchObject({ code: 'invalid-file' });
    await expect(ask('x', 11, 12)).rejects.toMatchObject({ code: 'invalid-file' });
  });

  it('is refused where the bytes are no longer those that were announced, which are scanned', async () => {
    await f.has(f.file('x', 'announced'));
    await f.write('x', 'different');
    const asked = ask('x', 0, 9, { hash: hashOf('announced') });
    await expect(asked).rejects.toMatchObject({ code: 'no-such-file' });
    expect(stale).toEqual(['x']);
  });

  it.each([
    ['the patterns leave out', LocalFlag.ignored],
    ['a receive-only folder keeps to itself', LocalFlag.receiveOnly],
  ])('is refused for what %s', async (_, localFlags) => {
    await f.has(f.file('x', 'content'));
    const local = (await f.local('x'))!;
    await f.database.updateLocal(FOLDER, [{ ...local, localFlags }]);
    await expect(ask('x', 0, 7)).rejects.toMatchObject({ code: 'invalid-file' });
  });

  it.each(['.stignore', '.stversions/x', '.stfolder/x', '.syncthing.x.tmp', 'd/.syncthing.x.tmp'])(
    'is refused for %s, even where an index has such a name',
    async (name) => {
      await f.has(f.file('x', 'secret'));
      const local = (await f.local('x'))!;
      await f.database.updateLocal(FOLDER, [{ ...local, name }]);
      for (const parent of ['d', '.stversions', '.stfolder'])
        await f.fs.makeDirectory(parent, 0o755);
      await f.write(name, 'secret');
      await expect(ask(name, 0, 6)).rejects.toMatchObject({ code: 'invalid-file' });
    },
  );

  it('gives of a file that is being received what has the hash asked for, and nothing else', async () => {
    await f.announce(f.file('x', 'wanted'));
    await f.write(tempNameFor('x'), 'wanted');
    const ofTemporary = (text: string): Promise<string> =>
      ask('x', 0, 6, { hash: hashOf(text), fromTemporary: true });
    expect(await ofTemporary('wanted')).toBe('wanted');
    await expect(ofTemporary('secret')).rejects.toMatchObject({ code: 'no-such-file' });
    const unnamed = ask('x', 0, 6, { fromTemporary: true });
    await expect(unnamed).rejects.toMatchObject({ code: 'no-such-file' });
  });
});
