/** Where our own files have blocks, as every index database tells it. */
import { LocalFlag } from '../../src/domain/file-info.js';
import { type IndexDatabase } from '../../src/modules/database/index-database.js';
import {
  ALICE,
  announced,
  deletedOf,
  fileOf,
  FOLDER,
  hashOf,
  KIB128,
} from './index-database-fixture.js';

export function indexDatabaseBlocksContract(database: () => IndexDatabase): void {
  describe('blocks', () => {
    it('finds blocks of one-block and of larger files in all folders, while we have them', async () => {
      await database().addFolder('music');
      await database().updateLocal(FOLDER, [fileOf('one'), fileOf('two', {}, ['p', 'q', 'p'])]);
      await database().updateLocal('music', [fileOf('copy', {}, ['p', 'q', 'p'])]);
      await database().updateRemote(FOLDER, ALICE, [announced(fileOf('t', {}, ['r', 's']))], 1);
      const [one, q, r] = await database().findBlocks([hashOf('one'), hashOf('q'), hashOf('r')]);
      expect(one).toEqual([{ folder: FOLDER, name: 'one', offset: 0, size: 100 }]);
      expect(q).toHaveLength(2);
      expect(q).toContainEqual({ folder: 'music', name: 'copy', offset: KIB128, size: KIB128 });
      expect(r).toEqual([]);
      await database().updateLocal(FOLDER, [deletedOf('two'), fileOf('one', {}, ['other'])]);
      const places = await database().findBlocks([hashOf('p'), hashOf('one')]);
      expect(places[0]?.every((at) => at.folder === 'music')).toBe(true);
      expect(places[1]).toEqual([]);
    });

    it('tells of many blocks at once what it tells of each', async () => {
      await database().updateLocal(FOLDER, [fileOf('one'), fileOf('two', {}, ['p', 'q', 'p'])]);
      const texts = ['a', 'one', 'b', 'c', 'q', 'd', 'e', 'f', 'p', 'g', 'one'];
      const together = await database().findBlocks(texts.map(hashOf));
      const each = await Promise.all(texts.map((text) => database().findBlocks([hashOf(text)])));
      expect(together).toEqual(each.flat());
      expect(together.map((places) => places.length)).toEqual([0, 1, 0, 0, 1, 0, 0, 0, 2, 0, 1]);
    });

    it('finds our valid files by the hash of all their blocks', async () => {
      const file = fileOf('a', {}, ['p', 'q']);
      const ignored = fileOf('b', { localFlags: LocalFlag.ignored, invalid: true }, ['p', 'q']);
      await database().updateLocal(FOLDER, [file, ignored]);
      const found = await database().localsWithBlocks(FOLDER, file.blocksHash, 5);
      expect(found).toEqual([{ ...file, sequence: 1 }]);
    });

    it('does not let a peer put its list of blocks under the hash of ours', async () => {
      const ours = fileOf('a', {}, ['p', 'q']);
      const lie = { ...announced(fileOf('x', {}, ['e', 'v'])), blocksHash: ours.blocksHash };
      await database().updateRemote(FOLDER, ALICE, [lie], 1);
      await database().updateLocal(FOLDER, [ours]);
      expect(await database().local(FOLDER, 'a')).toEqual(ours);
      expect((await database().remote(FOLDER, ALICE, 'x'))?.blockHashes).toEqual(lie.blockHashes);
    });
  });
}
