import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { tellServiceManager } from './service-manager.js';

let base: string;
let told: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'service-'));
  told = join(base, 'told');
});

afterEach(() => rmSync(base, { recursive: true }));

/** Stands for systemd's own command. */
function installCommand(script: string): void {
  const path = join(base, 'systemd-notify');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

describe('the service manager', () => {
  it('is told the state at the socket it named, without the secrets of our environment', async () => {
    installCommand(`echo "$NOTIFY_SOCKET $*$SECRET" >> ${told}`);
    const environment = { NOTIFY_SOCKET: '@/a', PATH: `${base}:/bin:/usr/bin`, SECRET: 'key' };
    expect(await tellServiceManager('READY=1', environment)).toBeUndefined();
    expect(await tellServiceManager('STOPPING=1', environment)).toBeUndefined();
    expect(readFileSync(told, 'utf8')).toBe('@/a READY=1\n@/a STOPPING=1\n');
  });

  it('is not looked for where none asks', async () => {
    installCommand(`touch ${told}`);
    expect(await tellServiceManager('READY=1', { PATH: base })).toBeUndefined();
    expect(await tellServiceManager('READY=1', { PATH: base, NOTIFY_SOCKET: '' })).toBeUndefined();
    expect(existsSync(told)).toBe(false);
  });

  it('does not stop the node by failing or by being absent', async () => {
    const environment = { NOTIFY_SOCKET: '/nowhere', PATH: base };
    expect(await tellServiceManager('READY=1', environment)).toContain('not told READY=1');
    installCommand('exit 3');
    expect(await tellServiceManager('READY=1', environment)).toContain('not told READY=1');
  });
});
