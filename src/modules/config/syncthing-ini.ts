/**
 * syncthing.ini of 2013 as a source of settings. Pure. Its format is kept literally: a value runs to the end of its
 * line, comments are whole lines, section names are not nested, and nothing is ever overwritten or ignored in silence.
 */
import { fingerprint2013, isFingerprint2013 } from '../../domain/device-id.js';
import { parseDeviceAddresses } from './addresses.js';
import {
  type PathBase,
  type SourceSettings,
  statedDevice,
  statedFolder,
  type StatedFolder,
} from './partial-settings.js';
import { FOLDER_OPTION_DEFAULTS } from './folder-options.js';
import { type DeviceSettings, type GuardSettings } from './settings.js';
import { Refusal, type SettingProblem } from './setting-problem.js';
import { absolutePath, parseFullId } from './setting-values.js';

const SOURCE = 'syncthing.ini';
const DEFAULT_FOLDER_ID = 'default';
const FOLDER_SECTION = 'repository';
const FURTHER_FOLDER_PREFIX = 'repository.';
const NODES_SECTION = 'nodes';

interface Line {
  readonly number: number;
  readonly key: string;
  readonly value: string;
}

/** DER of our own certificate where there is one: the 2013 fingerprint that names ourselves comes from it. */
export interface IniContext extends PathBase {
  readonly ownCertificate?: Uint8Array;
}

type Refuse = (line: number, item: string, value: string, expected: string) => void;

export function readSyncthingIni(text: string, context: IniContext): SourceSettings {
  const problems: SettingProblem[] = [];
  const warnings: string[] = [];
  const refuse: Refuse = (line, item, value, expected) => {
    problems.push({ source: SOURCE, item: `line ${line}, ${item}`, value, expected });
  };
  const sections = readSections(text, refuse);
  const devices = readNodes(sections.get(NODES_SECTION) ?? [], context, refuse, warnings);
  const folders: StatedFolder[] = [];
  const ids = new Set<string>();
  for (const [name, lines] of sections) {
    if (name === NODES_SECTION) continue;
    const folder = readFolder(name, lines, context, refuse);
    if (folder === undefined) continue;
    if (ids.has(folder.id)) {
      problems.push({
        source: SOURCE,
        item: `[${name}]`,
        value: folder.id,
        expected: 'every ID once',
      });
      continue;
    }
    ids.add(folder.id);
    folders.push({ ...folder, devices: devices.map(({ id, fingerprint }) => id || fingerprint) });
  }
  return { source: SOURCE, values: {}, folders, devices, problems, warnings };
}

/** The lines of each section, in order. Unusable lines are refused and left out. */
function readSections(text: string, refuse: Refuse): Map<string, Line[]> {
  const sections = new Map<string, Line[]>();
  let current: Line[] | undefined;
  let keys = new Set<string>();
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const line = raw.trim();
    const number = index + 1;
    if (line === '' || line.startsWith(';') || line.startsWith('#')) continue;
    if (line.startsWith('[')) {
      current = [];
      keys = new Set();
      const name = openSection(line, number, sections, refuse);
      if (name !== undefined) sections.set(name, current);
      continue;
    }
    const at = line.indexOf('=');
    const key = line.slice(0, Math.max(at, 0)).trim();
    if (current === undefined) refuse(number, 'text', line, 'a section such as [repository] first');
    else if (key === '') refuse(number, 'text', line, 'key = value');
    else if (keys.has(key)) refuse(number, key, '', 'every key once');
    else {
      keys.add(key);
      current.push({ number, key, value: line.slice(at + 1).trim() });
    }
  }
  return sections;
}

function openSection(
  line: string,
  number: number,
  sections: ReadonlyMap<string, unknown>,
  refuse: Refuse,
): string | undefined {
  const name = line.endsWith(']') ? line.slice(1, -1) : undefined;
  const isKnown =
    name === NODES_SECTION ||
    name === FOLDER_SECTION ||
    (name !== undefined &&
      name.startsWith(FURTHER_FOLDER_PREFIX) &&
      name.length > FURTHER_FOLDER_PREFIX.length);
  if (!isKnown) {
    refuse(number, 'section', line, '[repository], [repository.<id>] or [nodes]');
    return undefined;
  }
  if (sections.has(name!)) {
    refuse(number, 'section', line, 'every section once');
    return undefined;
  }
  return name;
}

function readFolder(
  section: string,
  lines: readonly Line[],
  context: IniContext,
  refuse: Refuse,
): StatedFolder | undefined {
  let path = '';
  let id =
    section === FOLDER_SECTION ? DEFAULT_FOLDER_ID : section.slice(FURTHER_FOLDER_PREFIX.length);
  let guard: GuardSettings | undefined;
  const known = section === FOLDER_SECTION ? ['dir', 'id', 'guard'] : ['dir', 'guard'];
  for (const { number, key, value } of lines) {
    if (!known.includes(key)) refuse(number, key, value, `one of ${known.join(', ')}`);
    else if (value === '') refuse(number, key, '', 'a value');
    else if (key === 'dir') path = absolutePath(value, context);
    else if (key === 'guard') {
      const given = parseGuard(value);
      if (given instanceof Refusal) refuse(number, key, value, given.expected);
      else guard = given;
    } else id = value;
  }
  if (path !== '') {
    const options = guard === undefined ? {} : { guard };
    return statedFolder({ id, path, followSymlinks: true, ...options, source: SOURCE });
  }
  if (!lines.some(({ key }) => key === 'dir')) {
    refuse(lines.at(0)?.number ?? 0, `[${section}]`, '', 'dir = the path of the folder');
  }
  return undefined;
}

/** `hold`, or with its limits: `hold 25% 20`. */
function parseGuard(text: string): GuardSettings | Refusal {
  const match = /^(off|warn|hold)(?:\s+(\d{1,3}(?:\.\d+)?)\s*%)?(?:\s+(\d{1,9}))?$/.exec(text);
  if (match === null) return new Refusal('off, warn or hold, then percent and files: hold 25% 20');
  const { percent, filesMin } = FOLDER_OPTION_DEFAULTS.guard;
  return {
    mode: match[1] as GuardSettings['mode'],
    percent: match[2] === undefined ? percent : Number(match[2]),
    filesMin: match[3] === undefined ? filesMin : Number(match[3]),
  };
}

function readNodes(
  lines: readonly Line[],
  context: IniContext,
  refuse: Refuse,
  warnings: string[],
): DeviceSettings[] {
  const devices: DeviceSettings[] = [];
  const seen = new Set<string>();
  const ownFingerprint =
    context.ownCertificate === undefined ? undefined : fingerprint2013(context.ownCertificate);
  for (const { number, key, value } of lines) {
    const addresses = parseDeviceAddresses(value);
    if (addresses instanceof Refusal) refuse(number, key, value, addresses.expected);
    const isOld = isFingerprint2013(key);
    const parsed = isOld ? '' : parseFullId(key);
    if (parsed instanceof Refusal) refuse(number, 'ID', key, parsed.expected);
    if (parsed instanceof Refusal || addresses instanceof Refusal) continue;
    const fingerprint = isOld ? key.toUpperCase() : '';
    if (isOld && fingerprint === ownFingerprint) continue;
    if (seen.has(parsed + fingerprint)) {
      refuse(number, 'ID', key, 'every ID once');
      continue;
    }
    seen.add(parsed + fingerprint);
    if (isOld) warnings.push(oldFingerprintWarning(key));
    devices.push(statedDevice({ id: parsed, fingerprint, addresses, source: SOURCE }));
  }
  return devices;
}

function oldFingerprintWarning(fingerprint: string): string {
  return (
    `${SOURCE}: ${fingerprint} is a fingerprint of 2013 (SHA-1). It is checked when the device ` +
    'connects, and the full device ID seen then is used from then on; better write that ID here.'
  );
}
