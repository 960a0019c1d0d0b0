/**
 * Carries out the steps of the Dockerfile without a container engine: each stage is a copy of a directory that stands for
 * its base image, and RUN runs in it with chroot. Only what our Dockerfile uses is understood. Needs root.
 *
 *     node scripts/dockerfile-steps.mjs --base DIR --out DIR [--caller-files FILE,…]
 *
 * --base: a Debian root with Node in /usr/local, as node:22-bookworm-slim has it. --out: where the stages go; the last
 * one is in DIR/final. --caller-files: files of this machine that RUN needs too, such as /etc/resolv.conf; --env
 * NAME=VALUE: a variable for RUN.
 */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

const PROJECT = join(import.meta.dirname, '..');
const { values: options } = parseArgs({
  options: {
    base: { type: 'string' },
    out: { type: 'string' },
    env: { type: 'string', multiple: true, default: [] },
    'caller-files': { type: 'string', default: '/etc/resolv.conf' },
  },
});
const callerFiles = options['caller-files'].split(',');

function ignored() {
  const lines = fs.readFileSync(join(PROJECT, '.dockerignore'), 'utf8').trim().split('\n');
  const kept = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  const dropped = lines.filter((line) => line.startsWith('**/*')).map((line) => line.slice(4));
  return (path) =>
    !kept.some(
      (each) => path === each || path.startsWith(`${each}/`) || each.startsWith(`${path}/`),
    ) || dropped.some((ending) => path.endsWith(ending));
}

function instructions() {
  const text = fs.readFileSync(join(PROJECT, 'Dockerfile'), 'utf8').replace(/\\\n/g, ' ');
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return lines.map((line) => /^(\S+)\s+(.*)$/.exec(line).slice(1));
}

const isIgnored = ignored();
const stages = new Map();
let stage;

function run(command) {
  for (const file of callerFiles) {
    fs.mkdirSync(dirname(join(stage.root, file)), { recursive: true });
    fs.copyFileSync(file, join(stage.root, file));
  }
  const shell = `cd ${stage.workdir} && ${command}`;
  const env = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ...stage.env,
  };
  for (const each of options.env) env[each.split('=')[0]] = each.split(/=(.*)/s)[1];
  const mounted = `mount --bind /dev ${stage.root}/dev && mount -t proc proc ${stage.root}/proc && exec chroot ${stage.root} /bin/sh -ec "$0"`;
  execFileSync('unshare', ['--mount', 'sh', '-ec', mounted, shell], { env, stdio: 'inherit' });
}

function copy(words) {
  const from = /^--from=(.*)$/.exec(words[0])?.[1];
  const sources = words.slice(from === undefined ? 0 : 1, -1);
  const target = join(stage.root, stage.workdir, words.at(-1));
  for (const source of sources) {
    const path = from === undefined ? join(PROJECT, source) : join(stages.get(from).root, source);
    const isInto = words.at(-1).endsWith('/');
    const to = isInto ? join(target, source.split('/').pop()) : target;
    fs.mkdirSync(dirname(to), { recursive: true });
    const filter = (each) => from !== undefined || !isIgnored(each.slice(PROJECT.length + 1));
    fs.cpSync(path, to, { recursive: true, filter, verbatimSymlinks: true });
  }
}

for (const [name, rest] of instructions()) {
  process.stdout.write(`${name} ${rest}\n`);
  const words = rest.split(/\s+/);
  if (name === 'FROM') {
    const key = words[2] ?? 'final';
    stage = { root: join(options.out, key), workdir: '/', env: {} };
    fs.mkdirSync(options.out, { recursive: true });
    execFileSync('cp', ['-a', options.base, stage.root]);
    stages.set(key, stage);
  } else if (name === 'WORKDIR') {
    stage.workdir = rest;
    fs.mkdirSync(join(stage.root, rest), { recursive: true });
  } else if (name === 'ENV') {
    const [key, value] = rest.split(/=(.*)/s);
    stage.env[key] = value;
  } else if (name === 'COPY') copy(words);
  else if (name === 'RUN') run(rest);
  // What follows says how to start the image, not what is in it.
  else if (!/^(ARG|VOLUME|EXPOSE|STOPSIGNAL|HEALTHCHECK|USER|ENTRYPOINT)$/.test(name)) {
    throw new Error(`an instruction that is not understood: ${name}`);
  }
}
