/** Asks the HTTP side of a running node, and says in plain words why there is no answer. */
import { type IncomingMessage, request } from 'node:http';
import { SyncError } from '../domain/errors.js';
import { certificateIn } from '../modules/cert/identity-files.js';
import { parseGuiAddress } from '../modules/config/addresses.js';
import { homeOf } from '../modules/config/home-path.js';
import { type SourceSettings } from '../modules/config/partial-settings.js';
import { BadSettings, Refusal } from '../modules/config/setting-problem.js';
import { systemCodeOf } from '../platform/system-errors.js';
import { type NodeAddress } from './control-line.js';
import { type ProgramIo } from './program-io.js';

/** Of silence. A scan answers when it is done: that question is asked without a limit. */
export const ANSWER_LIMIT_MS = 10_000;
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;
const SHOWN_ANSWER_CHARACTERS_MAX = 300;

export interface HttpSide {
  readonly host: string;
  readonly port: number;
  readonly apiKey: string;
}

/** From the options, and what they leave open from the settings of the node. Throws BadSettings. */
export async function httpSideOf(node: NodeAddress, io: ProgramIo): Promise<HttpSide> {
  const commandLine: SourceSettings = {
    source: 'command line',
    values: { ...node },
    folders: [],
    devices: [],
    problems: [],
    warnings: [],
  };
  if (node.guiAddress !== undefined && node.guiApiKey !== undefined) {
    return httpSideAt(node.guiAddress, node.guiApiKey);
  }
  const { loadSettings } = await import('../modules/config/load-settings.js');
  const home = homeOf(commandLine, io.environment, io);
  const loaded = loadSettings({
    ...io,
    home,
    commandLine: { ...commandLine, values: {} },
    certificateOf: certificateIn,
  });
  const { gui } = loaded.settings;
  if (node.guiAddress === undefined && gui?.enabled !== true) {
    throw new SyncError('config', 'The HTTP side of this node is turned off.', false);
  }
  return httpSideAt(node.guiAddress ?? gui?.address ?? '', node.guiApiKey ?? gui?.apiKey ?? '');
}

/** A node that listens on every interface is asked on loopback. */
export function httpSideAt(address: string, apiKey: string): HttpSide {
  const parsed = parseGuiAddress(address);
  if (parsed instanceof Refusal) {
    const { expected } = parsed;
    const item = { source: 'command line', item: '--gui-address', value: address, expected };
    throw new BadSettings([{ ...item, source: 'command line' }]);
  }
  const at = parsed.lastIndexOf(':');
  const host = parsed.slice(0, at).replace(/^\[|\]$/g, '');
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return { host: reachable, port: Number(parsed.slice(at + 1)), apiKey };
}

export interface Question {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below /rest/, with its query. */
  readonly path: string;
  readonly body?: unknown;
  /** 0 = wait as long as it takes. */
  readonly limitMs?: number;
}

/** The answer's JSON; undefined where it is empty. Throws a SyncError that people can read. */
export async function ask(side: HttpSide, question: Question): Promise<unknown> {
  const { status, text } = await exchange(side, question);
  const where = addressOf(side);
  if (status === 401 || status === 403) {
    const why = 'is the key right? (--gui-apikey, or --home for the node whose key it is)';
    throw new SyncError('config', `The node at ${where} refuses the API key; ${why}`, false);
  }
  if (status < 200 || status > 299) {
    const said = text.trim().slice(0, SHOWN_ANSWER_CHARACTERS_MAX) || 'without a word';
    const what = `${question.method ?? 'GET'} /rest/${question.path}`;
    throw new SyncError('io', `The node at ${where} answers ${status} to ${what}: ${said}`, false);
  }
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new SyncError('io', `What answers at ${where} is not a sync node: no JSON.`, false);
  }
}

function addressOf({ host, port }: HttpSide): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function exchange(side: HttpSide, question: Question): Promise<{ status: number; text: string }> {
  const { method = 'GET', path, body, limitMs = ANSWER_LIMIT_MS } = question;
  const json = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => reject(inPlainWords(error, side, limitMs));
    const sent = request({
      host: side.host,
      port: side.port,
      method,
      path: `/rest/${path}`,
      timeout: limitMs,
      headers: {
        ...(side.apiKey === '' ? {} : { 'X-API-Key': side.apiKey }),
        ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
    });
    sent.once('timeout', () => sent.destroy(new Error('timeout')));
    sent.once('error', fail);
    sent.once('response', (response) => {
      textOf(response).then(
        (text) => resolve({ status: response.statusCode ?? 0, text }),
        (error: unknown) => {
          sent.destroy();
          fail(error);
        },
      );
    });
    sent.end(json);
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) throw new Error(`more than ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function inPlainWords(error: unknown, side: HttpSide, limitMs: number): SyncError {
  const where = addressOf(side);
  const code = systemCodeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const words =
    code === 'ECONNREFUSED'
      ? `No node answers at ${where}: is it running, and is this its address? ` +
        '(--home, --gui-address)'
      : code === 'ENOTFOUND' || code === 'EAI_AGAIN'
        ? `There is no host named ${side.host}.`
        : message === 'timeout'
          ? `The node at ${where} does not answer within ${limitMs / 1000} s.`
          : `The node at ${where} cannot be asked: ${message}`;
  return new SyncError('io', words, true, { cause: error });
}
