import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FlushChoice, TOGETHER_FILES_MIN } from './flush-choice.js';
import { type FlushTools, putFiles, type PutTask } from './put-files.js';

const FILES = TOGETHER_FILES_MIN + 2;

describe('putFiles', () => {
  let directory: string;
  beforeEach(() => {
    directory = fs.mkdtempSync(join(tmpdir(), 'put-files-'));
  });
  afterEach(() => fs.rmSync(directory, { recursive: true }));

  const task = (i: number): PutTask => ({
    kind: 'put',
    directory,
    file: {
      name: `file-${i}`,
      tempName: `.temp-${i}`,
      data: Buffer.from(`content ${i}`),
      createPermissions: 0o644,
      permissions: 0o600,
      modifiedS: 1_700_000_000 + i,
      modifiedNs: 0,
      replaced: undefined,
    },
  });
  const tasks = (): PutTask[] => Array.from({ length: FILES }, (_, i) => task(i));
  const device = (): bigint => fs.statSync(directory, { bigint: true }).dev;
  const put = (open: FlushTools['open']): ReturnType<typeof putFiles> =>
    putFiles(tasks(), { choice: new FlushChoice(), open });
  const names = (): string[] => fs.readdirSync(directory).filter((name) => !name.startsWith('.'));

  it('gives no file its name before all that is in them was flushed at once', () => {
    let flushes = 0;
    const results = put(() => ({
      device: device(),
      run: () => {
        flushes += 1;
        expect(names()).toEqual([]);
        expect(fs.readFileSync(join(directory, '.temp-3'), 'utf8')).toBe('content 3');
        return true;
      },
      close: () => undefined,
    }));

    expect(flushes).toBe(1);
    expect(results[3]).toMatchObject({ stat: { modifiedS: 1_700_000_003, modifiedNs: 0 } });
    expect(names()).toHaveLength(FILES);
    expect(fs.readdirSync(directory)).toHaveLength(FILES);
    expect(fs.statSync(join(directory, 'file-3')).mode & 0o777).toBe(0o600);
  });

  it('opens what flushes all before it writes, as that tells only of what fails from then on', () => {
    let found: string[] | undefined;
    put(() => {
      found = fs.readdirSync(directory);
      return undefined;
    });

    expect(found).toEqual([]);
    expect(names()).toHaveLength(FILES);
  });

  it('flushes each file by itself when flushing all of the disk fails', () => {
    const results = put(() => ({
      device: device(),
      run: () => false,
      close: () => undefined,
    }));

    expect(results.filter((result) => 'error' in result)).toEqual([]);
    expect(names()).toHaveLength(FILES);
  });

  it('puts the others when one has its name taken', () => {
    fs.writeFileSync(join(directory, 'file-2'), 'of the user');
    const results = putFiles(tasks());

    expect(results[2]).toMatchObject({ error: { code: 'EEXIST' } });
    expect(results.filter((result) => 'error' in result)).toHaveLength(1);
    expect(fs.readFileSync(join(directory, 'file-2'), 'utf8')).toBe('of the user');
    expect(fs.readFileSync(join(directory, 'file-9'), 'utf8')).toBe('content 9');
  });
});
