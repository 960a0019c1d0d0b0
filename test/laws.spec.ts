/** The page of promises names only tests that exist. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const page = readFileSync(join(ROOT, 'docs/LAWS.md'), 'utf8');

/** The lines that name tests: a path, and cases of it. */
const named = page
  .split(/\n(?=[-*] |\n|\|)/)
  .filter((entry) => /^[-*] /.test(entry))
  .flatMap((entry) =>
    [...entry.matchAll(/`((?:src|test)\/[^`]+)`/g)].map(([, path]) => ({ path: path!, entry })),
  )
  .map(({ path, entry }) => ({
    path,
    cases: [...entry.replace(/\s+/g, ' ').matchAll(/"([^"]+)"/g)].map(([, name]) => name!),
  }));

describe('the laws', () => {
  it('are numbered in order, and each names what shows it', () => {
    const laws = [...page.matchAll(/^\*\*(\d+)\. /gm)].map(([, number]) => Number(number));
    expect(laws).toEqual(laws.map((_, i) => i + 1));
    const texts = page.split(/^\*\*\d+\. /m).slice(1);
    expect(texts.filter((text) => !/^[-*] `(src|test)\//m.test(text))).toEqual([]);
  });

  it.each(named)('are shown by $path', ({ path, cases }) => {
    expect(existsSync(join(ROOT, path))).toBe(true);
    const text = readFileSync(join(ROOT, path), 'utf8');
    expect(cases.filter((name) => !text.includes(name))).toEqual([]);
  });
});
