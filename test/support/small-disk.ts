/**
 * A disk of a few MiB that only the processes in a mount namespace of their own see, and that is gone with them. Tests
 * look at it through the namespace's holder. Needs the rights of root.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { until } from './wait.js';

const LIFE_S = 300;

/** Are mount namespaces permitted? With CI=true their absence is a failure. */
export function hasSmallDisks(): boolean {
  const isPermitted = spawnSync('unshare', ['--mount', 'true']).status === 0;
  if (isPermitted) return true;
  if (process.env.CI === 'true') throw new Error('no mount namespaces');
  process.stderr.write('Full disks were not tried: no mount namespaces.\n');
  return false;
}

export class SmallDisk {
  private constructor(
    private readonly holder: ChildProcess,
    /** Where the processes inside find it. */
    readonly path: string,
  ) {}

  /** Mounted on the directory, which exists. */
  static async mount(directory: string, sizeMiB: number): Promise<SmallDisk> {
    const mounting = `mount -t tmpfs -o size=${sizeMiB}m small "$1" && exec sleep ${LIFE_S}`;
    const args = ['--mount', '--propagation', 'private', 'sh', '-c', mounting, 'sh', directory];
    const holder = spawn('unshare', args, { stdio: 'ignore' });
    const disk = new SmallDisk(holder, directory);
    const before = fs.statSync(directory).dev;
    await until('the small disk is there', () => {
      if (holder.exitCode !== null) throw new Error('the small disk could not be mounted');
      const found = fs.statSync(disk.seen(), { throwIfNoEntry: false });
      return found !== undefined && found.dev !== before;
    });
    return disk;
  }

  /** The path by which this process reaches a name on the disk. */
  seen(name = ''): string {
    return join(`/proc/${this.holder.pid}/root`, this.path, name);
  }

  /** What starts a command inside: to be put before it. */
  get entry(): readonly string[] {
    return ['nsenter', '-t', String(this.holder.pid), '--mount'];
  }

  resize(sizeMiB: number): void {
    const remount = ['mount', '-o', `remount,size=${sizeMiB}m`, this.path];
    const [command, ...args] = [...this.entry, ...remount];
    const { status, stderr } = spawnSync(command!, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  }

  /** Bytes in use. */
  used(): number {
    const { blocks, bfree, bsize } = fs.statfsSync(this.seen());
    return (blocks - bfree) * bsize;
  }

  /** After the processes inside have ended. */
  close(): void {
    this.holder.kill('SIGKILL');
  }
}
