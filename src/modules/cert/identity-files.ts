/**
 * The pair in the home: cert.pem and key.pem. It is made once; a damaged or incomplete one is never overwritten,
 * because with it the device ID would be lost.
 */
import { readFileSync } from 'node:fs';
import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, SyncError } from '../../domain/errors.js';
import { type Clock } from '../../platform/clock.js';
import {
  createPrivateFile,
  makeFilePrivate,
  makePrivateDirectory,
} from '../../platform/private-files.js';
import { systemCodeOf } from '../../platform/system-errors.js';
import { makeCertificate } from './certificate.js';
import { certificateDer, type Identity, readIdentity } from './identity.js';

const CERT_FILE = 'cert.pem';
const KEY_FILE = 'key.pem';
/** Beside a new certificate, until its first index database was made: no earlier index of this device can exist. */
const FIRST_INDEX_FILE = 'first-index';
/** By these a directory is known as somebody's home. */
const HOME_FILES = [CERT_FILE, KEY_FILE, 'config.xml', 'syncthing.ini'];

/** Makes the home, 0700. Throws the system's error. */
export function makeHome(home: string): void {
  makePrivateDirectory(home, HOME_FILES);
}

/** DER of the certificate in the home; undefined when there is none, or none that can be read. */
export function certificateIn(home: string): Uint8Array | undefined {
  try {
    return certificateDer(readFileSync(join(home, CERT_FILE), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Undefined when the home has neither file. Throws SyncError 'corrupt' when the pair is damaged. */
export function loadIdentity(home: string): Identity | undefined {
  const certPem = readText(join(home, CERT_FILE));
  const keyPem = readText(join(home, KEY_FILE));
  if (certPem === undefined && keyPem === undefined) return undefined;
  if (certPem === undefined || keyPem === undefined) {
    const [there, missing] = certPem === undefined ? [KEY_FILE, CERT_FILE] : [CERT_FILE, KEY_FILE];
    throw damaged(home, `${there} is there and ${missing} is missing`);
  }
  makeFilePrivate(join(home, KEY_FILE));
  try {
    return readIdentity(certPem, keyPem);
  } catch (error) {
    throw damaged(home, messageOf(error), error);
  }
}

/** The caller holds the home, or nobody else may make a certificate in it meanwhile. */
export async function loadOrCreateIdentity(home: string, clock: Clock): Promise<Identity> {
  const existing = loadIdentity(home);
  if (existing !== undefined) return existing;
  makeHome(home);
  const { certPem, keyPem } = await makeCertificate(clock.nowMs());
  await createPrivateFile(join(home, KEY_FILE), keyPem);
  await createPrivateFile(join(home, CERT_FILE), certPem);
  // Last: if the node is killed before this, it only treats its first index more carefully than it had to.
  await createPrivateFile(join(home, FIRST_INDEX_FILE), '');
  return readIdentity(certPem, keyPem);
}

/** Whether the certificate was made and no index database since. */
export async function hasFirstIndex(home: string): Promise<boolean> {
  return access(join(home, FIRST_INDEX_FILE)).then(
    () => true,
    () => false,
  );
}

/** An index database was made: the next one will not be the first. */
export async function forgetFirstIndex(home: string): Promise<void> {
  await rm(join(home, FIRST_INDEX_FILE), { force: true });
}

function damaged(home: string, reason: string, cause?: unknown): SyncError {
  const advice =
    'Put back the pair that belongs here, or move both files away to become a new device.';
  const message = `The certificate in ${home} cannot be used: ${reason}. ${advice}`;
  return new SyncError('corrupt', message, false, { cause });
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw new SyncError('io', messageOf(error), false, { cause: error });
  }
}
