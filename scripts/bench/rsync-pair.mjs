/** rsync for reference: a daemon that has the tree, and a client that fetches it, over a plain socket on loopback. */
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { cpuSeconds, freePort, until } from '../measuring.mjs';
import { bytesReceived, prefault } from './measure.mjs';
import { started } from './processes.mjs';

export const hasRsync = () => spawnSync('rsync', ['--version']).status === 0;

const isOpen = (port, host) =>
  new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once('connect', () => socket.destroy());
    socket.once('error', () => resolve(false));
    socket.once('close', (hadError) => resolve(!hadError));
  });

export class RsyncPair {
  static async start({ kind, dir, options }, root) {
    const pair = new RsyncPair();
    Object.assign(pair, { options, port: await freePort(), receiverRoot: join(dir, 'receiver') });
    pair.flags = kind === 'rsync-fsync' ? ['--fsync'] : [];
    fs.mkdirSync(pair.receiverRoot, { recursive: true });
    const config = join(dir, 'rsyncd.conf');
    const isRoot = process.getuid() === 0;
    // Without this the daemon of root reads as nobody, who may not enter the directory.
    const owner = isRoot ? 'uid = 0\ngid = 0\n' : '';
    fs.writeFileSync(config, `use chroot = no\n${owner}[tree]\npath = ${root}\n`);
    const args = ['--daemon', '--no-detach', `--config=${config}`, `--port=${pair.port}`];
    pair.daemon = started(
      'rsync',
      [...args, '--address=127.0.0.1', `--log-file=${join(dir, 'log')}`],
      {
        stdio: 'ignore',
      },
    );
    await until('rsync listens', () => isOpen(pair.port, '127.0.0.1'), 10_000);
    return pair;
  }

  /** Fetches all that is missing: the figures, in the form that `measured` gives them. */
  async fetch() {
    const { options, daemon } = this;
    prefault(options.prefaultMiB);
    const cpuBefore = cpuSeconds(daemon.pid);
    const wireBefore = bytesReceived('lo');
    const startMs = performance.now();
    const clientStat = await this.runClient();
    const s = (performance.now() - startMs) / 1000;
    const wireBytes = options.isAlone ? bytesReceived('lo') - wireBefore : null;
    const children = `/proc/${daemon.pid}/task/${daemon.pid}/children`;
    // Only what the daemon has seen end is in its account.
    await until('rsync is done', () => fs.readFileSync(children, 'utf8') === '', 10_000);
    const cpuS = [cpuSeconds(daemon.pid) - cpuBefore, clientStat];
    return { s, cpuS, wireBytes, peakMiB: null, wholePeakMiB: null, rssMiB: null, loop: [] };
  }

  /** A shell between tells what the client and its own child have worked. */
  runClient() {
    const url = `rsync://127.0.0.1:${this.port}/tree/`;
    const script = 'rsync "$@" && echo done && read -r _';
    const args = ['-a', '--exclude=.stfolder', ...this.flags, url, `${this.receiverRoot}/`];
    return new Promise((resolve, reject) => {
      const child = started('sh', ['-c', script, 'sh', ...args], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      let said = '';
      let cpuS;
      child.stdout.on('data', (data) => {
        said += data;
        if (cpuS !== undefined || !said.includes('done')) return;
        cpuS = cpuSeconds(child.pid);
        child.stdin.end('\n');
      });
      child.once('exit', (code) => {
        if (code === 0) resolve(cpuS);
        else reject(new Error(`rsync ended with ${code}`));
      });
    });
  }

  async stop() {
    const ended = new Promise((resolve) => this.daemon.once('exit', resolve));
    this.daemon.kill('SIGTERM');
    await ended;
  }
}
