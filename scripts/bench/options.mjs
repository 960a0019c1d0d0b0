/** What the benchmark can be told, and its sizes: full and quick. */
import { parseArgs } from 'node:util';

const FULL = { rounds: 3, bigMiB: 1024, files: 10_000, saves: 9 };
const QUICK = { rounds: 1, bigMiB: 256, files: 2_000, saves: 5 };

const HELP = `Usage: npm run bench -- [options]

Two nodes of ours beside two of stock Syncthing (syncthing on the path), over loopback, taking turns.

  --quick          small sizes, one round: under two minutes, for function rather than figures
  --rounds N       rounds; the table has the medians (${FULL.rounds})
  --big-mib N      size of the one big file (${FULL.bigMiB})
  --files N        number of small files (${FULL.files})
  --saves N        saved files whose way is timed, in each round (${FULL.saves})
  --only KIND      ours or stock, alone
  --dir DIR        where to work (the system's directory for temporary files)
  --json FILE      where the JSON goes (dist/bench.json)
  --profile DIR    CPU profiles of ours; they cost time: no figures then
  --limit-s N      how long a single step may take (600)
`;

const NUMBERS = ['rounds', 'big-mib', 'files', 'saves', 'limit-s'];

/** Ends the process after --help or a mistake. */
export function readOptions(args) {
  const text = { type: 'string' };
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        ...Object.fromEntries(NUMBERS.map((name) => [name, text])),
        quick: { type: 'boolean' },
        only: text,
        dir: text,
        json: text,
        profile: text,
        help: { type: 'boolean', short: 'h' },
      },
    }));
    for (const name of NUMBERS) {
      if (values[name] !== undefined && !/^[1-9]\d*$/.test(values[name])) {
        throw new Error(`--${name} expects a number from 1, not "${values[name]}"`);
      }
    }
    if (values.only !== undefined && !['ours', 'stock'].includes(values.only)) {
      throw new Error('--only expects ours or stock');
    }
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${HELP}`);
    process.exit(2);
  }
  if (values.help) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  const base = values.quick ? QUICK : FULL;
  const number = (name, fallback) => Number(values[name] ?? fallback);
  return {
    isQuick: values.quick === true,
    rounds: number('rounds', base.rounds),
    bigMiB: number('big-mib', base.bigMiB),
    files: number('files', base.files),
    saves: number('saves', base.saves),
    limitMs: number('limit-s', 600) * 1000,
    kinds: values.only === undefined ? ['ours', 'stock'] : [values.only],
    dir: values.dir,
    json: values.json,
    profile: values.profile,
  };
}
