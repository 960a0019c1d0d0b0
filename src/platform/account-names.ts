/**
 * Names and numbers of the users and groups of this machine, from /etc/passwd and /etc/group: Node knows no other way to
 * them. Accounts of a directory service are known by number only.
 */
import * as fs from 'node:fs/promises';
import { type Clock } from './clock.js';

/** What was read holds so long. */
const READ_AGE_MS = 60_000;
const FILE_BYTES_MAX = 16 * 1024 * 1024;

/** One kind: numbers by name and names by number. */
export interface Accounts {
  readonly ids: ReadonlyMap<string, number>;
  readonly names: ReadonlyMap<number, string>;
}

export interface KnownAccounts {
  readonly users: Accounts;
  readonly groups: Accounts;
}

export class AccountNames {
  private known: KnownAccounts | undefined;
  private readMs = 0;

  constructor(
    private readonly clock: Clock,
    private readonly directory = '/etc',
  ) {}

  /** As of a moment ago; empty where the files cannot be read. */
  async read(): Promise<KnownAccounts> {
    const nowMs = this.clock.monotonicMs();
    if (this.known !== undefined && nowMs - this.readMs < READ_AGE_MS) return this.known;
    const [users, groups] = await Promise.all([
      accountsIn(`${this.directory}/passwd`),
      accountsIn(`${this.directory}/group`),
    ]);
    this.known = { users, groups };
    this.readMs = nowMs;
    return this.known;
  }
}

async function accountsIn(path: string): Promise<Accounts> {
  const ids = new Map<string, number>();
  const names = new Map<number, string>();
  const text = await readSmall(path).catch(() => '');
  for (const line of text.split('\n')) {
    const [name, , number] = line.split(':');
    const id = Number(number);
    if (name === '' || number === undefined || !Number.isSafeInteger(id) || id < 0) continue;
    // The first line counts, as in the system itself.
    if (!ids.has(name)) ids.set(name, id);
    if (!names.has(id)) names.set(id, name);
  }
  return { ids, names };
}

async function readSmall(path: string): Promise<string> {
  const { size } = await fs.stat(path);
  return size > FILE_BYTES_MAX ? '' : fs.readFile(path, 'utf8');
}

const CAP_CHOWN = 0n;

/** Whether this process may give files to others: root, or with CAP_CHOWN. */
export async function mayChangeOwners(): Promise<boolean> {
  const status = await fs.readFile('/proc/self/status', 'utf8').catch(() => '');
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  if (effective === undefined) return process.geteuid?.() === 0;
  return ((BigInt(`0x${effective}`) >> CAP_CHOWN) & 1n) === 1n;
}
