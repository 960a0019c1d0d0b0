/**
 * Known answers of stock functions, kept outside the project: JSON files in the folder that SYNCNEST_VECTORS names.
 * Without the variable there is nothing to check, and the specs that read them say so.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder with the known answers; undefined when none was named. */
export function vectorsFolder(): string | undefined {
  return process.env.SYNCNEST_VECTORS || undefined;
}

/**
 * One file of known answers by its name without `.json`; undefined when no folder was named.
 * A folder that was named and lacks the file is an error.
 */
export function loadVectors<T>(name: string): T | undefined {
  const folder = vectorsFolder();
  if (folder === undefined) return undefined;
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as T;
}

/** Counts the cases of one file and prints the count, so that an empty check cannot pass for a full one. */
export class CaseCount {
  private agreed = 0;

  constructor(private readonly name: string) {}

  /** Checks one case; what the check throws is preceded by the case itself. */
  check(shown: unknown, verify: () => void): void {
    try {
      verify();
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      throw new Error(`${this.name}: ${JSON.stringify(shown)}\n${detail}`, { cause: error });
    }
    this.agreed += 1;
  }

  /** Prints the count; fails when nothing was checked. */
  report(remark = ''): void {
    if (this.agreed === 0) throw new Error(`${this.name}: no case was checked`);
    process.stdout.write(`${this.name}: ${this.agreed} cases agree${remark}\n`);
  }
}

/** Printed once by a spec that finds no known answers. */
export function sayVectorsAbsent(): void {
  process.stdout.write('SYNCNEST_VECTORS names no folder: stock answers were not compared.\n');
}
