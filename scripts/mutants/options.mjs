/** The command line of the mutants. */
import { parseArgs } from 'node:util';

export const USAGE = `npm run test:mutants -- [options]

  --list            name the mutants and what would be lost
  --only NAME       only this one (may be given again; a * at the end stands for the rest of a name)
  --unchecked       leave out the run without a mutant (a verdict is worth nothing without it)
  --table FILE      write the table into the marked part of this Markdown file
  --help`;

export function readOptions(args, mutants) {
  const { values } = parseArgs({
    args,
    options: {
      list: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      unchecked: { type: 'boolean', default: false },
      table: { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  });
  return { ...values, chosen: choose(mutants, values.only) };
}

function choose(mutants, wanted) {
  if (wanted.length === 0) return mutants;
  const isWanted = (name, pattern) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
  for (const pattern of wanted) {
    if (mutants.some(({ name }) => isWanted(name, pattern))) continue;
    throw new Error(`no mutant is named ${pattern}; --list names them`);
  }
  return mutants.filter(({ name }) => wanted.some((pattern) => isWanted(name, pattern)));
}
