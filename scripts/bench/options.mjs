/** What the benchmark can be told, and its sizes: full and quick. */
import { parseArgs } from 'node:util';
import { KINDS, SAME_KINDS } from './pair.mjs';
import { SCENARIOS, USUAL } from './scenarios/index.mjs';

/** Name, full, quick, what it is. */
const NUMBERS = [
  ['rounds', 3, 1, 'rounds; the tables have the medians'],
  ['reference-rounds', 1, 1, 'rounds in which all but ours and stock take part'],
  ['big-mib', 2048, 64, 'the big file'],
  ['new-mib', 256, 32, 'the one that comes when the nodes are connected'],
  ['files', 20_000, 1000, 'small files that are transferred'],
  ['flat-files', 4000, 400, 'small files in one directory'],
  ['scan-files', 50_000, 4000, 'small files that are scanned'],
  ['million-files', 1_000_000, 20_000, 'files of 100 bytes'],
  ['million-rescans', 2, 1, 'rescans of them, in each round'],
  ['starts', 3, 2, 'starts with an empty folder, in each round'],
  ['rescans', 5, 3, 'rescans, in each round'],
  ['saves', 2, 1, 'saved files, in each round, where stock sends'],
  ['saves-ours', 5, 3, 'saved files where ours sends'],
  ['idle-s', 60, 5, 'seconds of rest'],
  ['five-mib', 512, 16, 'the big file for five receivers'],
  ['five-files', 4000, 200, 'small files for five receivers'],
  ['link-mib', 512, 8, 'the big file over the slow link'],
  ['link-files', 4000, 200, 'small files over the slow link'],
  ['link-rtt-ms', 50, 50, 'delay of the link, there and back'],
  ['link-mbit', 100, 100, 'rate of the link; 0: no limit'],
  ['limit-s', 1800, 300, 'how long a single step may take'],
];
const OF_NUMBER = Object.fromEntries(NUMBERS.map(([name, full, quick]) => [name, { full, quick }]));

const HELP = `Usage: npm run bench -- [options]

Two nodes of ours beside two of stock Syncthing (syncthing on the path), over loopback, taking turns.

  --scenario NAME  only this one; repeatable: ${SCENARIOS.join(', ')}.
                   A first part stands for all: million
  --all            every scenario; without: those that take about twenty minutes
  --quick          small sizes, one round: under two minutes, for function rather than figures
  --only KIND      repeatable: ${KINDS.join(', ')}
${NUMBERS.map(([name, full, , text]) => `  ${`--${name} N`.padEnd(20)} ${text} (${full})`).join(
  '\n',
)}
  --link-loss PERCENT  packets that the link loses, there and back (1)
  --prefault-mib N     right before each timed step, take so much memory and give it back: where a virtual
                       machine gets its pages only when they are touched, that otherwise costs whoever
                       writes a large file first some seconds, and hides what the programs need (0)
  --no-watch           nobody watches folders, but for saved; without: both do, as is their default
  --dir DIR            where to work (the system's directory for temporary files)
  --json FILE          where the JSON goes, with every single result (dist/bench.json)
  --profile DIR        CPU profiles of ours; they cost time: no figures then
`;

function fail(message) {
  process.stderr.write(`${message}\n\n${HELP}`);
  process.exit(2);
}

function chosen(names, known, flag) {
  return names.flatMap((name) => {
    const found = known.includes(name)
      ? [name]
      : known.filter((each) => each.startsWith(`${name}-`));
    if (found.length === 0) fail(`${flag} expects one of ${known.join(', ')}, not "${name}"`);
    return found;
  });
}

function parsed(args) {
  const text = { type: 'string' };
  const flag = { type: 'boolean' };
  const list = { type: 'string', multiple: true };
  try {
    return parseArgs({
      args,
      options: {
        ...Object.fromEntries(NUMBERS.map(([name]) => [name, text])),
        ...{ scenario: list, only: list, all: flag, quick: flag, 'no-watch': flag },
        ...{ 'prefault-mib': text, 'link-loss': text, dir: text, json: text, profile: text },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    return fail(error.message);
  }
}

/** Ends the process after --help or a mistake. */
export function readOptions(args) {
  const values = parsed(args);
  if (values.help) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  const isQuick = values.quick === true;
  const number = (name, fallback, pattern = /^[1-9]\d*$/) => {
    const text = values[name];
    if (text === undefined) return fallback;
    return pattern.test(text) ? Number(text) : fail(`--${name} expects a number, not "${text}"`);
  };
  const of = (name) => number(name, OF_NUMBER[name][isQuick ? 'quick' : 'full']);
  const all = values.all ? SCENARIOS : USUAL;
  return {
    isQuick,
    scenarios: values.scenario ? chosen(values.scenario, SCENARIOS, '--scenario') : all,
    kinds: values.only ? chosen(values.only, KINDS, '--only') : KINDS,
    rounds: of('rounds'),
    // What is asked for by name takes part in every round.
    referenceRounds: values.only ? of('rounds') : of('reference-rounds'),
    steadyKinds: values.only ?? SAME_KINDS,
    bigMiB: of('big-mib'),
    newMiB: of('new-mib'),
    files: of('files'),
    flatFiles: of('flat-files'),
    scanFiles: of('scan-files'),
    millionFiles: of('million-files'),
    millionRescans: of('million-rescans'),
    starts: of('starts'),
    rescans: of('rescans'),
    saves: of('saves'),
    savesOurs: of('saves-ours'),
    idleS: of('idle-s'),
    fiveMiB: of('five-mib'),
    fiveFiles: of('five-files'),
    linkMiB: of('link-mib'),
    linkFiles: of('link-files'),
    linkRttMs: of('link-rtt-ms'),
    linkLoss: number('link-loss', 1, /^\d+(\.\d+)?$/),
    linkMbit: number('link-mbit', 100, /^\d+$/),
    prefaultMiB: number('prefault-mib', 0, /^\d+$/),
    limitMs: of('limit-s') * 1000,
    isWatched: values['no-watch'] !== true,
    dir: values.dir,
    json: values.json,
    profile: values.profile,
  };
}
