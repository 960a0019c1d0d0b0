/** The named faults of scripts/mutants still fit the code: a mutant that changes nothing would prove nothing. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Mutant {
  readonly name: string;
  readonly loses: string;
  readonly edits: readonly {
    readonly file: string;
    readonly find: string;
    readonly replace: string;
  }[];
  readonly specs: readonly string[];
}

const ROOT = join(import.meta.dirname, '..');
const SCRIPTS = join(ROOT, 'scripts/mutants');

const { mutants } = (await import(`${SCRIPTS}/catalogue.mjs`)) as { mutants: Mutant[] };
const { applyEdit, mutatedSources } = (await import(`${SCRIPTS}/mutant.mjs`)) as {
  applyEdit: (text: string, edit: Mutant['edits'][number]) => string;
  mutatedSources: (mutant: Mutant) => Map<string, string>;
};
const { compile } = (await import(`${SCRIPTS}/mutated-build.mjs`)) as {
  compile: (file: string, text: string) => string;
};

describe('the mutants', () => {
  it.each(mutants)('$name replaces what is there once, and leaves code that compiles', (mutant) => {
    for (const [file, text] of mutatedSources(mutant)) {
      expect(file).toMatch(/^src\/.*\.ts$/);
      expect(text).not.toBe(readFileSync(join(ROOT, file), 'utf8'));
      expect(compile(file, text)).not.toBe('');
    }
  });

  it('have names of their own, say what would be lost, and name specs that exist', () => {
    const names = mutants.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(mutants.filter(({ loses }) => !/^[A-Z].*\.$/.test(loses))).toEqual([]);
    const specs = mutants.flatMap((mutant) => mutant.specs);
    expect(specs.filter((spec) => !existsSync(join(ROOT, spec)))).toEqual([]);
  });

  it('are all in the table of docs/MUTANTS.md, and nothing else is', () => {
    const text = readFileSync(join(ROOT, 'docs/MUTANTS.md'), 'utf8');
    const listed = [...text.matchAll(/^\| `([^`]+)`/gm)].map(([, name]) => name);
    expect(listed).toEqual(mutants.map(({ name }) => name));
    expect(text).not.toMatch(/SURVIVED|NO LONGER APPLIES|NO VERDICT/);
  });

  it('are errors where the text to replace is gone or ambiguous', () => {
    const edit = { file: 'x.ts', find: 'a', replace: 'b' };
    expect(applyEdit('xax', edit)).toBe('xbx');
    expect(() => applyEdit('xx', edit)).toThrow('the text to replace is gone');
    expect(() => applyEdit('aa', edit)).toThrow('the text to replace is there 2 times');
  });
});
