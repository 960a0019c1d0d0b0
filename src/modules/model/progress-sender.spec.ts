import { describe, expect, it } from '@jest/globals';
import { HandClock } from '../../../test/support/hand-clock.js';
import { fileInfo } from '../../../test/support/file-info.factory.js';
import { type PeerConnection } from '../protocol/connection-handler.js';
import { type DownloadProgress } from '../protocol/messages.js';
import { PartialFiles } from '../puller/partial-files.js';
import { planProgress, PROGRESS_INTERVAL_MS, ProgressSender } from './progress-sender.js';

const file = (name: string) => fileInfo(name, Buffer.alloc(1024 * 1024, name));

describe('what devices are told of files on their way', () => {
  it('is what is new since last time, and that a file is not on its way any more', () => {
    const files = new PartialFiles();
    const arrived = files.begin(file('f'), [3]);
    let { updates, next } = planProgress(new Map(), files.all());
    expect(updates).toMatchObject([{ type: 'append', name: 'f', blockIndexes: [3] }]);
    ({ updates, next } = planProgress(next, files.all()));
    expect(updates).toEqual([]);
    arrived([0]);
    arrived([1, 2]);
    ({ updates, next } = planProgress(next, files.all()));
    expect(updates).toMatchObject([{ type: 'append', blockIndexes: [0, 1, 2] }]);
    files.end('f');
    ({ updates, next } = planProgress(next, files.all()));
    expect(updates).toMatchObject([{ type: 'forget', name: 'f', version: file('f').version }]);
    expect(next.size).toBe(0);
  });

  it('begins anew when the file does, and says nothing of files of one block or without a block', () => {
    const files = new PartialFiles();
    files.begin(file('f'), [0]);
    files.begin(file('nothing yet'), []);
    files.begin(fileInfo('small', 'content'), [0]);
    const { next } = planProgress(new Map(), files.all());
    expect([...next.keys()]).toEqual(['f']);
    files.begin(file('f'), [1]);
    expect(planProgress(next, files.all()).updates).toMatchObject([
      { type: 'forget', name: 'f' },
      { type: 'append', name: 'f', blockIndexes: [1] },
    ]);
  });

  it('is gathered, goes to each device once, and waits for one that does not take it', async () => {
    const clock = new HandClock();
    const files = new PartialFiles();
    const sent: Record<string, DownloadProgress[]> = { quick: [], stuck: [] };
    const connection = (name: string, taken: () => Promise<void>): PeerConnection => {
      const downloadProgress = (message: DownloadProgress): Promise<void> => {
        sent[name]?.push(message);
        return taken();
      };
      return { downloadProgress, isClosed: false } as unknown as PeerConnection;
    };
    const exchanged = new Map([
      [connection('quick', () => Promise.resolve()), ['default']],
      [connection('stuck', () => new Promise(() => undefined)), ['default']],
    ]);
    const sender = new ProgressSender({
      ...{ clock, partialFiles: () => files.all(), isFetching: () => true },
      exchanged: () => exchanged,
    });
    sender.start();
    sender.start();
    const arrived = files.begin(file('f'), []);
    for (const block of [0, 1, 2]) arrived([block]);
    await clock.pass(PROGRESS_INTERVAL_MS);
    arrived([3]);
    await clock.pass(PROGRESS_INTERVAL_MS * 3);
    const blocks = (name: string) => sent[name]?.map(({ updates }) => updates[0]?.blockIndexes);
    expect(blocks('quick')).toEqual([[0, 1, 2], [3]]);
    expect(blocks('stuck')).toEqual([[0, 1, 2]]);
    exchanged.clear();
    await clock.pass(PROGRESS_INTERVAL_MS);
    expect(clock.timerCount).toBe(0);
  });

  it('is looked for while something is on its way only, and taken back before it rests', async () => {
    const clock = new HandClock();
    const files = new PartialFiles();
    const sent: DownloadProgress[] = [];
    const connection = {
      downloadProgress: (message: DownloadProgress) => Promise.resolve(void sent.push(message)),
      isClosed: false,
    } as unknown as PeerConnection;
    let isFetching = false;
    const sender = new ProgressSender({
      ...{ clock, partialFiles: () => files.all(), isFetching: () => isFetching },
      exchanged: () => new Map([[connection, ['default']]]),
    });
    sender.start();
    await clock.pass(PROGRESS_INTERVAL_MS);
    expect(clock.timerCount).toBe(0);
    isFetching = true;
    sender.start();
    await clock.pass(PROGRESS_INTERVAL_MS * 5);
    const arrived = files.begin(file('f'), []);
    for (const block of [0, 1, 2]) arrived([block]);
    await clock.pass(PROGRESS_INTERVAL_MS);
    isFetching = false;
    await clock.pass(PROGRESS_INTERVAL_MS);
    files.end('f');
    await clock.pass(PROGRESS_INTERVAL_MS);
    expect(sent.map(({ updates }) => updates[0]?.type)).toEqual(['append', 'forget']);
    expect(clock.timerCount).toBe(0);
  });
});
