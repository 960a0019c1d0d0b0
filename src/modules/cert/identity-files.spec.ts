import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SystemClock } from '../../platform/clock.js';
import { CertService } from './cert.service.js';
import { certificateIn, loadIdentity, loadOrCreateIdentity, makeHome } from './identity-files.js';

const clock = new SystemClock();
const ids = JSON.parse(readFileSync('testdata/certs/device-ids.json', 'utf8')) as Record<
  string,
  string
>;
let root: string;
let home: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'identity-'));
  home = join(root, 'home');
});

afterEach(() => rmSync(root, { recursive: true }));

const modeOf = (path: string): number => statSync(path).mode & 0o777;

/** Stock's own answer, undefined where stock is not installed, which CI does not accept. */
function stock(...args: string[]): string | undefined {
  const env = { ...process.env, HOME: root };
  const { error, stdout } = spawnSync('syncthing', args, { encoding: 'utf8', env });
  if (error === undefined) return stdout.trim();
  if (process.env.CI === 'true') throw error;
  process.stdout.write('syncthing is not installed: its answer was not compared.\n');
  return undefined;
}

describe('a new identity', () => {
  it('is of the kind that devices of the network expect, in private files', async () => {
    const identity = await loadOrCreateIdentity(home, clock);
    const certificate = new X509Certificate(identity.certDer);
    expect(certificate.subject).toBe('O=Syncthing\nOU=Automatically Generated\nCN=syncthing');
    expect(certificate.subjectAltName).toBe('DNS:syncthing');
    expect(certificate.publicKey.asymmetricKeyType).toBe('ed25519');
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    expect(certificate.ca).toBe(false);
    const years = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / 31_536e6;
    expect(years).toBe(20);
    expect(modeOf(home)).toBe(0o700);
    for (const file of readdirSync(home))
      expect([file, modeOf(join(home, file))]).toEqual([file, 0o600]);
  });

  it('is the same at the next start, and differs from home to home', async () => {
    const first = await loadOrCreateIdentity(home, clock);
    expect(await loadOrCreateIdentity(home, clock)).toEqual(first);
    const other = await loadOrCreateIdentity(join(root, 'other'), clock);
    expect(other.deviceId).not.toBe(first.deviceId);
  });

  it('is the one that stock sees', async () => {
    const { deviceId } = await loadOrCreateIdentity(home, clock);
    const seen = stock('--device-id', '--home', home);
    if (seen !== undefined) expect(seen).toBe(deviceId);
  });

  it('tells that no index can have existed before, until the first was made', async () => {
    const cert = new CertService(home, clock);
    await cert.loadOrCreate();
    expect(await cert.isFirstIndex()).toBe(true);
    await cert.firstIndexMade();
    await cert.firstIndexMade();
    expect(await new CertService(home, clock).isFirstIndex()).toBe(false);
  });
});

describe('an identity of Syncthing', () => {
  it.each(Object.keys(ids))('is usable as it is: %s', async (kind) => {
    cpSync(join('testdata/certs', kind), home, { recursive: true });
    chmodSync(join(home, 'key.pem'), 0o644);
    const before = readFileSync(join(home, 'key.pem'), 'utf8');
    const cert = new CertService(home, clock);
    expect((await cert.loadOrCreate()).deviceId).toBe(ids[kind]);
    expect(readFileSync(join(home, 'key.pem'), 'utf8')).toBe(before);
    expect(modeOf(join(home, 'key.pem'))).toBe(0o600);
    expect(await cert.isFirstIndex()).toBe(false);
  });

  it('is the same for us when stock made it', () => {
    const made = stock('generate', '--home', home, '--no-default-folder');
    if (made === undefined) return;
    expect(loadIdentity(home)?.deviceId).toBe(stock('--device-id', '--home', home));
  });
});

describe('a damaged identity', () => {
  async function damage(change: () => void): Promise<string> {
    await loadOrCreateIdentity(home, clock);
    change();
    const files = (): string[] =>
      readdirSync(home).map((file) => file + readFileSync(join(home, file), 'utf8'));
    const before = files();
    const failure = await loadOrCreateIdentity(home, clock).then(
      () => 'none',
      (error: Error) => error.message,
    );
    expect(files()).toEqual(before);
    return failure;
  }

  it.each([['cert.pem'], ['key.pem']])(
    'is named and never overwritten: %s missing',
    async (file) => {
      expect(await damage(() => rmSync(join(home, file)))).toContain(`${file} is missing`);
    },
  );

  it.each([
    ['cert.pem', ''],
    ['key.pem', 'rubbish'],
    ['cert.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ['key.pem', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'],
  ])('is named and never overwritten: %s is %j', async (file, content) => {
    const failure = await damage(() => writeFileSync(join(home, file), content));
    expect(failure).toContain(`The certificate in ${home} cannot be used: ${file}:`);
  });

  it('is one whose parts do not belong together', async () => {
    const failure = await damage(() =>
      cpSync('testdata/certs/ed25519/key.pem', join(home, 'key.pem')),
    );
    expect(failure).toContain('do not belong together');
  });

  it('is an encrypted key', async () => {
    const { privateKey } = generateKeyPairSync('ed25519', {
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
    });
    const failure = await damage(() => writeFileSync(join(home, 'key.pem'), privateKey));
    expect(failure).toContain('key.pem: the key is encrypted');
  });
});

it('closes an existing home to others, but not a directory that is somebody else’s', () => {
  mkdirSync(home, { mode: 0o755 });
  makeHome(home);
  expect(modeOf(home)).toBe(0o700);
  const shared = join(root, 'shared');
  mkdirSync(join(shared, 'things'), { recursive: true });
  chmodSync(shared, 0o755);
  makeHome(shared);
  expect(modeOf(shared)).toBe(0o755);
});

it('has no certificate to tell of in a home without one', () => {
  expect(certificateIn(home)).toBeUndefined();
  expect(loadIdentity(home)).toBeUndefined();
  expect(existsSync(home)).toBe(false);
});
