/** What is printed: a line as each mutant ends, and the table of all. */
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';

const BEGIN = '<!-- mutants -->';
const END = '<!-- end of mutants -->';
const HEAD = ['| mutant | what would be lost | caught by |', '| --- | --- | --- |'];

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
      return `${outcome.spec} (by a hang: no test ended any more)`;
    case 'late':
      return `NO VERDICT: there was not enough time (${outcome.spec} was under way)`;
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
  return [...HEAD, ...results.map(rowOf)].join('\n');
}

function rowOf({ mutant, outcome }) {
  const cell = (text) => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
  const what =
    outcome.kind === 'caught' && outcome.test !== ''
      ? `\`${outcome.spec}\`: ${outcome.test}`
      : catcherOf(outcome);
  return `| \`${mutant.name}\` | ${cell(mutant.loses)} | ${cell(what)} |`;
}

/**
 * Into the part of the file between its marks, formatted as all files of the project are. Rows of mutants that were not
 * tried stay; those of mutants that there are no longer go.
 */
export async function writeTable(path, results, mutants) {
  const text = readFileSync(path, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${path} has no part ${BEGIN} … ${END}`);
  const rows = new Map();
  for (const [row, name] of text.matchAll(/^\| `([^`]+)`.*$/gm)) rows.set(name, row);
  for (const result of results) rows.set(result.mutant.name, rowOf(result));
  const table = [...HEAD, ...mutants.map(({ name }) => rows.get(name)).filter(Boolean)];
  const head = text.slice(0, begin + BEGIN.length);
  const changed = `${head}\n\n${table.join('\n')}\n\n${text.slice(end)}`;
  const options = { ...(await resolveConfig(path)), filepath: path };
  writeFileSync(path, await format(changed, options));
}
