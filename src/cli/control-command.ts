/** `syncnest cli …` and `syncnest health`: asks or tells the running node over its HTTP side. */
import { SyncError } from '../domain/errors.js';
import { BadSettings } from '../modules/config/setting-problem.js';
import { printable } from '../modules/logging/log-line.js';
import { listOf, objectOf, textOf } from './answers.js';
import {
  type ActionName,
  ACTIONS,
  CONTROL_HELP,
  type ControlLine,
  REPORTS,
} from './control-line.js';
import { type Get, REPORT_OF } from './control-reports.js';
import { guard } from './guard-commands.js';
import { ask, type HttpSide, httpSideAt, httpSideOf } from './http-side.js';
import { type ProgramIo } from './program-io.js';
import { jsonText } from './table.js';
import { restore, versions } from './version-commands.js';

/** A probe has no time to lose. */
const HEALTH_LIMIT_MS = 5000;

/** Throws BadSettings for a wrong command line, and a SyncError where the node does not do what is asked. */
export async function control(line: ControlLine, io: ProgramIo): Promise<void> {
  if (line.problems.length > 0) throw new BadSettings(line.problems);
  if (line.command === 'help') {
    io.out(CONTROL_HELP);
    return;
  }
  if (line.command === 'health') return checkHealth(line, io);
  const side = await httpSideOf(line.node, io);
  const report = REPORTS.find((name) => name === line.command);
  if (report !== undefined) {
    const get: Get = (path) => ask(side, { path });
    const { answer, text } = await REPORT_OF[report](get);
    io.out(line.isJson ? jsonText(answer) : text);
    if (line.clears) await ask(side, { method: 'POST', path: 'system/error/clear' });
    return;
  }
  if (line.command === 'versions') return io.out(await versions(side, line));
  if (line.command === 'restore') return io.out(await restore(side, line));
  if (line.command === 'guard') return io.out(await guard(side, line));
  const action = ACTIONS.find((name) => name === line.command);
  const done = await tell(side, action, line);
  io.out(line.isJson ? `${JSON.stringify({ ok: true })}\n` : `${done}\n`);
}

/** What has been done, in a sentence. */
function tell(side: HttpSide, action: ActionName | undefined, line: ControlLine): Promise<string> {
  if (action === 'scan') return scan(side, line);
  if (action === 'override') return order(side, line, 'sendonly');
  if (action === 'revert') return order(side, line, 'receiveonly');
  return pauseOrResume(side, line);
}

/** The node itself says nothing when the folder is of another type. */
async function order(side: HttpSide, line: ControlLine, type: string): Promise<string> {
  const { command, folder = '' } = line;
  const id = encodeURIComponent(folder);
  const settings = objectOf(await ask(side, { path: `config/folders/${id}` }));
  if (textOf(settings.type) !== type) {
    const problem = `The folder ${folder} is ${textOf(settings.type)}; ${command} is for ${type} folders`;
    throw new SyncError('config', problem, false);
  }
  await ask(side, { method: 'POST', path: `db/${command}?folder=${id}` });
  return `The ${command} of the folder ${folder} has begun.`;
}

/** Says nothing but "OK"; needs no key. */
async function checkHealth({ node }: ControlLine, io: ProgramIo): Promise<void> {
  const side =
    node.guiAddress === undefined ? await httpSideOf(node, io) : httpSideAt(node.guiAddress, '');
  const question = { path: 'noauth/health', limitMs: HEALTH_LIMIT_MS };
  const answer = objectOf(await ask({ ...side, apiKey: '' }, question));
  if (textOf(answer.status) !== 'OK') {
    throw new SyncError(
      'io',
      `The node does not say that it is well: ${String(answer.status)}`,
      true,
    );
  }
  io.out('OK\n');
}

async function scan(side: HttpSide, { folder, paths }: ControlLine): Promise<string> {
  const query = new URLSearchParams();
  if (folder !== undefined) query.append('folder', folder);
  for (const path of paths) query.append('sub', path);
  const path = query.size === 0 ? 'db/scan' : `db/scan?${query.toString()}`;
  await ask(side, { method: 'POST', path, limitMs: 0 });
  return folder === undefined ? 'All folders are scanned.' : `The folder ${folder} is scanned.`;
}

async function pauseOrResume(side: HttpSide, line: ControlLine): Promise<string> {
  const { command, folder, isAll } = line;
  const done = command === 'pause' ? 'paused' : 'resumed';
  if (folder !== undefined) {
    const body = { paused: command === 'pause' };
    const path = `config/folders/${encodeURIComponent(folder)}`;
    await ask(side, { method: 'PATCH', path, body });
    return `The folder ${folder} is ${done}.`;
  }
  if (isAll) {
    await ask(side, { method: 'POST', path: `system/${command}` });
    return `All devices are ${done}.`;
  }
  const id = await deviceIdFor(line.device ?? '', side);
  await ask(side, { method: 'POST', path: `system/${command}?device=${id}` });
  return `The device ${id} is ${done}.`;
}

/** The one configured device that an ID, its first group or a name means. */
async function deviceIdFor(named: string, side: HttpSide): Promise<string> {
  const all = listOf(await ask(side, { path: 'config/devices' })).map(objectOf);
  const meant = all.filter(({ deviceID, name }) => {
    const id = textOf(deviceID);
    return [id, id.split('-')[0]].includes(named.toUpperCase()) || textOf(name) === named;
  });
  if (meant.length === 1) return textOf(meant[0].deviceID);
  const known = all.map(
    ({ deviceID, name }) => `${textOf(deviceID).split('-')[0]} ${printable(textOf(name))}`,
  );
  const problem = meant.length === 0 ? 'No device is' : 'Several devices are';
  throw new SyncError(
    'config',
    `${problem} called ${named}; there are: ${known.join(', ')}`,
    false,
  );
}
