/**
 * The files that temp files were made for and that are not in place yet. What is not needed any more when a pass has
 * looked at everything leaves its temp file behind: that is named here, to be removed. Known while the folder runs; what an
 * earlier life left is removed by its age.
 */

/** More are not remembered, and removed by their age. */
export const TEMP_NAMES_MAX = 10_000;

const NO_PASS = -1;

export class TempBook {
  /** By name of the wanted file: the last pass that needed it. */
  private readonly names = new Map<string, number>();
  private pass = 0;

  beginPass(): void {
    this.pass += 1;
  }

  /** To be called before a temp file for this one is made. */
  begun(name: string): void {
    if (this.names.has(name) || this.names.size < TEMP_NAMES_MAX) this.names.set(name, this.pass);
  }

  /** The temp file has become the file. */
  placed(name: string): void {
    this.names.delete(name);
  }

  /** The pass has come across the file. */
  needed(name: string): void {
    if (this.names.has(name)) this.names.set(name, this.pass);
  }

  /** The item is as it should be, however it came to that. */
  done(name: string): void {
    if (this.names.has(name)) this.names.set(name, NO_PASS);
  }

  /** At the end of a pass that looked at everything: the files that need no temp file any more. They are forgotten. */
  takeUnneeded(): string[] {
    const unneeded = [...this.names].filter(([, pass]) => pass !== this.pass);
    for (const [name] of unneeded) this.names.delete(name);
    return unneeded.map(([name]) => name);
  }
}
