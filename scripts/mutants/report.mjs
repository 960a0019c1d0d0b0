/** What is printed: a line as each mutant ends, and the table of all. */
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';

const BEGIN = '<!-- mutants -->';
const END = '<!-- end of mutants -->';

export function isCaught({ kind }) {
  return kind === 'caught' || kind === 'hang';
}

export function catcherOf(outcome) {
  switch (outcome.kind) {
    case 'caught':
      return outcome.test === ''
        ? `${outcome.spec} (could not run)`
        : `${outcome.spec}: ${outcome.test}`;
    case 'hang':
      return `${outcome.spec} (by a hang: it did not end in time)`;
    case 'inapplicable':
      return `NO LONGER APPLIES: ${outcome.reason}`;
    case 'survived':
      return outcome.unsteady.length === 0
        ? 'SURVIVED'
        : `SURVIVED (failed once and not again: ${outcome.unsteady.join('; ')})`;
  }
}

export function lineOf(mutant, outcome, seconds) {
  return `${isCaught(outcome) ? 'caught  ' : '!!      '} ${mutant.name} (${Math.round(seconds)} s)  ${catcherOf(outcome)}`;
}

export function tableOf(results) {
  const cell = (text) => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
  const code = (text) => `\`${text}\``;
  const rows = results.map(({ mutant, outcome }) => {
    const what =
      outcome.kind === 'caught' && outcome.test !== ''
        ? `${code(outcome.spec)}: ${outcome.test}`
        : catcherOf(outcome);
    return `| ${code(mutant.name)} | ${cell(mutant.loses)} | ${cell(what)} |`;
  });
  return ['| mutant | what would be lost | caught by |', '| --- | --- | --- |', ...rows].join('\n');
}

/** Into the part of the file between its marks, formatted as all files of the project are. */
export async function writeTable(path, results) {
  const text = readFileSync(path, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${path} has no part ${BEGIN} … ${END}`);
  const head = text.slice(0, begin + BEGIN.length);
  const changed = `${head}\n\n${tableOf(results)}\n\n${text.slice(end)}`;
  const options = { ...(await resolveConfig(path)), filepath: path };
  writeFileSync(path, await format(changed, options));
}
