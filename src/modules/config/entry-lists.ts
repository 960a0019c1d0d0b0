/** SYNCNEST_FOLDERS and SYNCNEST_DEVICES: short entries (`id=…`), or a JSON array of objects as Syncthing's REST
 * interface has them. Pure. */
import { parseDeviceAddresses } from './addresses.js';
import {
  type PathBase,
  statedDevice,
  statedFolder,
  type StatedFolder,
} from './partial-settings.js';
import { isDeeper, JSON_LEVELS_MAX } from './config-json.js';
import { type DeviceSettings } from './settings.js';
import { readJsonDevice, readJsonFolder } from './json-entries.js';
import { Refusal, type SettingProblem } from './setting-problem.js';
import { absolutePath, parseFullId, splitEntries } from './setting-values.js';

const FOLDERS = 'SYNCNEST_FOLDERS';
const DEVICES = 'SYNCNEST_DEVICES';
const source = 'environment';

/** Folders in the short form are shared with all of allDevices. */
export function readFolderEntries(
  text: string,
  allDevices: readonly string[],
  base: PathBase,
  problems: SettingProblem[],
  warnings: string[],
): StatedFolder[] {
  const folders = isJson(text)
    ? readArray(text, FOLDERS, problems, (entry, item) =>
        readJsonFolder(entry, item, base, problems, warnings),
      )
    : shortEntries(text, FOLDERS, 'id=/path', problems).map(({ key: id, value }) =>
        statedFolder({ id, path: absolutePath(value, base), devices: allDevices, source }),
      );
  return withoutRepeats(folders, FOLDERS, problems);
}

export function readDeviceEntries(
  text: string,
  problems: SettingProblem[],
  warnings: string[],
): DeviceSettings[] {
  const devices = isJson(text)
    ? readArray(text, DEVICES, problems, (entry, item) =>
        readJsonDevice(entry, item, problems, warnings),
      )
    : shortEntries(text, DEVICES, 'ID=address[,address…]', problems).flatMap((entry) => {
        const id = parseFullId(entry.key);
        const addresses = parseDeviceAddresses(entry.value);
        refuseIfBad(id, entry.key, problems);
        refuseIfBad(addresses, entry.value, problems);
        if (id instanceof Refusal || addresses instanceof Refusal) return [];
        return [statedDevice({ id, addresses, source })];
      });
  return withoutRepeats(devices, DEVICES, problems);
}

function refuseIfBad(parsed: unknown, value: string, problems: SettingProblem[]): void {
  if (parsed instanceof Refusal) {
    problems.push({ source, item: DEVICES, value, expected: parsed.expected });
  }
}

function isJson(text: string): boolean {
  return text.trimStart().startsWith('[');
}

function shortEntries(
  text: string,
  item: string,
  expected: string,
  problems: SettingProblem[],
): { key: string; value: string }[] {
  return splitEntries(text).flatMap((entry) => {
    const at = entry.indexOf('=');
    const key = entry.slice(0, Math.max(at, 0)).trim();
    const value = entry.slice(at + 1).trim();
    if (key !== '' && value !== '') return [{ key, value }];
    problems.push({ source, item, value: entry, expected: `entries of the form ${expected}` });
    return [];
  });
}

function readArray<T>(
  text: string,
  item: string,
  problems: SettingProblem[],
  read: (entry: Record<string, unknown>, item: string) => T | undefined,
): T[] {
  const expected = 'a JSON array of objects';
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    problems.push({ source, item, value: text, expected: `${expected} (${String(error)})` });
    return [];
  }
  return (parsed as unknown[]).flatMap((entry, index) => {
    const at = `${item}[${index}]`;
    if (isDeeper(entry)) {
      problems.push({ source, item: at, value: '', expected: `at most ${JSON_LEVELS_MAX} levels` });
      return [];
    }
    if (typeof entry === 'object' && entry !== null && !Array.isArray(entry)) {
      const one = read(entry as Record<string, unknown>, at);
      return one === undefined ? [] : [one];
    }
    problems.push({ source, item: at, value: JSON.stringify(entry), expected: 'an object' });
    return [];
  });
}

function withoutRepeats<T extends { readonly id: string }>(
  entries: readonly T[],
  item: string,
  problems: SettingProblem[],
): T[] {
  const seen = new Set<string>();
  return entries.filter(({ id }) => {
    if (seen.has(id)) problems.push({ source, item, value: id, expected: 'every ID once' });
    return !seen.has(id) && seen.add(id);
  });
}
