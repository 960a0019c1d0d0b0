/** What every BlockSource keeps to, however it reaches the devices. */
import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { type BlockSource, type WantedBlock } from '../../src/modules/connections/block-source.js';

/** How a device of the test answers a request; a device that is not in the map is not connected. */
export type Answer = (block: WantedBlock, signal: AbortSignal) => Promise<Uint8Array>;
export type MakeBlockSource = (devices: ReadonlyMap<string, Answer>) => BlockSource;

const FOREVER = new AbortController().signal;

export function wantedBlock(content: Uint8Array, rest: Partial<WantedBlock> = {}): WantedBlock {
  const hash = createHash('sha256').update(content).digest();
  return {
    ...{ folder: 'default', name: 'a file', offset: 0, blockNo: 0 },
    ...{ size: content.length, hash },
    ...rest,
  };
}

export function blockSourceContract(name: string, make: MakeBlockSource): void {
  const content = Buffer.from('the bytes of one block');
  const block = wantedBlock(content);
  const gives: Answer = () => Promise.resolve(content);
  const lies: Answer = () => Promise.resolve(Buffer.alloc(content.length, 1));
  const cuts: Answer = () => Promise.resolve(content.subarray(1));
  const fails: Answer = () => Promise.reject(new Error('no such file'));
  const hangs: Answer = (_block, signal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });

  describe(`${name} as a block source`, () => {
    it('brings the block from a device that has it', async () => {
      const source = make(new Map([['A', gives]]));
      expect(Buffer.from(await source.fetch(block, ['A'], FOREVER))).toEqual(content);
    });

    it.each([
      ['sends other bytes', lies],
      ['sends too few bytes', cuts],
      ['says no', fails],
    ])('asks the next device when one %s', async (_case, bad) => {
      for (const order of [
        ['A', 'B'],
        ['B', 'A'],
      ]) {
        const source = make(
          new Map([
            ['A', bad],
            ['B', gives],
          ]),
        );
        expect(Buffer.from(await source.fetch(block, order, FOREVER))).toEqual(content);
      }
    });

    it('hands over what comes until it is taken, one answer at a time', async () => {
      const source = make(
        new Map([
          ['A', lies],
          ['B', cuts],
          ['C', gives],
        ]),
      );
      const taken: string[] = [];
      let running = 0;
      const take = async (data: Uint8Array): Promise<boolean> => {
        expect(++running).toBe(1);
        await Promise.resolve();
        running -= 1;
        taken.push(Buffer.from(data).toString());
        return content.equals(data);
      };
      await source.deliver(block, ['A', 'B', 'C'], FOREVER, take);
      expect(taken.at(-1)).toBe(content.toString());
      expect(taken.filter((text) => text === content.toString())).toHaveLength(1);
      await expect(source.deliver(block, ['A'], FOREVER, take)).rejects.toMatchObject({
        code: 'missing',
        message: expect.stringMatching(/A: .*other bytes/) as unknown as string,
      });
    });

    it('asks nobody else when the block cannot be taken', async () => {
      const asked: string[] = [];
      const answer =
        (name: string): Answer =>
        () => {
          asked.push(name);
          return Promise.resolve(content);
        };
      const source = make(
        new Map([
          ['A', answer('A')],
          ['B', answer('B')],
        ]),
      );
      const full = (): Promise<boolean> => Promise.reject(new Error('disk full'));
      await expect(source.deliver(block, ['A', 'B'], FOREVER, full)).rejects.toThrow('disk full');
      expect(asked).toHaveLength(1);
    });

    it('rejects as missing, to be tried again, and tells every reason', async () => {
      const source = make(
        new Map([
          ['A', lies],
          ['B', fails],
        ]),
      );
      await expect(source.fetch(block, ['A', 'B'], FOREVER)).rejects.toMatchObject({
        code: 'missing',
        retryable: true,
        message: expect.stringMatching(/a file.*A: .*B: no such file/) as unknown as string,
      });
    });

    it('rejects at once when none of the devices is connected', async () => {
      const source = make(new Map([['A', gives]]));
      await expect(source.fetch(block, ['B'], FOREVER)).rejects.toMatchObject({ code: 'missing' });
      await expect(source.fetch(block, [], FOREVER)).rejects.toMatchObject({ code: 'missing' });
    });

    it('asks nobody but the devices named', async () => {
      const asked: string[] = [];
      const source = make(
        new Map(
          ['A', 'B', 'C'].map((device) => [
            device,
            () => {
              asked.push(device);
              return Promise.reject(new Error('no'));
            },
          ]),
        ),
      );
      await expect(source.fetch(block, ['B', 'C'], FOREVER)).rejects.toThrow();
      expect(asked.sort()).toEqual(['B', 'C']);
    });

    it('stops at once when the fetch is given up', async () => {
      const source = make(new Map([['A', hangs]]));
      const scope = new AbortController();
      const fetching = source.fetch(block, ['A'], scope.signal);
      const reason = new Error('not needed any more');
      scope.abort(reason);
      await expect(fetching).rejects.toBe(reason);
      await expect(source.fetch(block, ['A'], scope.signal)).rejects.toBe(reason);
    });

    it('tells who of the devices is connected', () => {
      const source = make(
        new Map([
          ['A', gives],
          ['C', gives],
        ]),
      );
      expect(source.connected(['C', 'B', 'A'])).toEqual(['C', 'A']);
    });
  });
}
