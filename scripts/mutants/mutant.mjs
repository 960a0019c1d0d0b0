/**
 * What a mutant is, and how it gets into a source: production code has no switches for faults, a mutant replaces a piece
 * of a file's text. The rule: a piece that is not there exactly once is an error, never a mutant that does nothing.
 *
 * @typedef {{ file: string, find: string, replace: string }} Edit `file` relative to the project
 * @typedef {{ name: string, loses: string, edits: Edit[], specs: string[] }} Mutant
 *   `loses`: what a user would lose, one sentence. `specs`: those that are asked first, as paths of the project.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

/** @returns {Mutant} with one edit or several of one file or of more */
export function mutant(name, loses, edits, specs) {
  return { name, loses, edits, specs };
}

/** @returns {Edit} */
export function edit(file, find, replace) {
  return { file, find, replace };
}

/** The text with the edit made. Throws where it no longer applies. */
export function applyEdit(text, { file, find, replace }) {
  const count = text.split(find).length - 1;
  if (count === 1) return text.replace(find, () => replace);
  const how = count === 0 ? 'is gone' : `is there ${count} times`;
  throw new Error(`${file}: the text to replace ${how}: ${JSON.stringify(find)}`);
}

/** The sources that the mutant changes, by path relative to the project. */
export function mutatedSources({ edits }) {
  const sources = new Map();
  for (const each of edits) {
    const text = sources.get(each.file) ?? readFileSync(join(ROOT, each.file), 'utf8');
    sources.set(each.file, applyEdit(text, each));
  }
  return sources;
}

/** Why the mutant no longer applies; undefined when it does. */
export function whyNotApplicable(each) {
  try {
    mutatedSources(each);
    return undefined;
  } catch (error) {
    return error.message;
  }
}
