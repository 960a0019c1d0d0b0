/** Which settings are read only when the node starts. Pure. */
import { sameJson } from './config-json.js';
import { type Settings } from './settings.js';

/** The keys as Syncthing's JSON names them. */
const READ_AT_START: readonly (readonly [string, (settings: Settings) => unknown])[] = [
  ['gui.enabled', ({ gui }) => gui?.enabled],
  ['gui.address', ({ gui }) => gui?.address],
];

/** What differs and takes effect only at the next start. */
export function restartKeys(started: Settings, now: Settings): string[] {
  return READ_AT_START.filter(([, of]) => !sameJson(of(started), of(now))).map(([key]) => key);
}
