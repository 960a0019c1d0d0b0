/** The file in the home that remembers which full device ID was seen for a fingerprint of 2013. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isFingerprint2013, parseDeviceId } from '../../domain/device-id.js';
import { messageOf, SyncError } from '../../domain/errors.js';
import { writeFileAtomically } from '../../platform/atomic-file.js';
import { PRIVATE_FILE_MODE } from '../../platform/private-files.js';
import { systemCodeOf } from '../../platform/system-errors.js';

const FILE = 'device-ids.json';

/** Throws SyncError 'corrupt' when the file is damaged: guessing would let another device in. */
export function readLearnedIds(home: string): Map<string, string> {
  const path = join(home, FILE);
  try {
    const entries = Object.entries(JSON.parse(readFileSync(path, 'utf8')) as object);
    return new Map(
      entries.map(([fingerprint, id]) => {
        if (!isFingerprint2013(fingerprint)) throw new Error(`${fingerprint} is no fingerprint`);
        return [fingerprint, parseDeviceId(String(id))];
      }),
    );
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return new Map();
    throw new SyncError('corrupt', `${path}: ${messageOf(error)}`, false, { cause: error });
  }
}

export async function writeLearnedIds(
  home: string,
  ids: ReadonlyMap<string, string>,
): Promise<void> {
  const text = `${JSON.stringify(Object.fromEntries(ids), null, 2)}\n`;
  await writeFileAtomically(join(home, FILE), text, PRIVATE_FILE_MODE);
}
