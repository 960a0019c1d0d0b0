/** What was found in a new directory, kept until all of it is watched. Bounded: much of it becomes the directory. */
import { type PathChange } from './watcher.js';

/** Names kept one by one. */
const NAMES_MAX = 2_000;

export class Discovery {
  private names: string[] = [];
  private underWay = 0;

  /** isTree: whatever is found, all below `top` is to be looked at. */
  constructor(
    private readonly top: string,
    private isTree: boolean,
  ) {}

  add(name: string): void {
    if (this.isTree) return;
    this.names.push(name);
    if (this.names.length <= NAMES_MAX) return;
    this.isTree = true;
    this.names = [];
  }

  /** One more directory is to be listed. */
  begin(): void {
    this.underWay += 1;
  }

  /** A directory was listed; what is to be told now. */
  end(): PathChange[] {
    this.underWay -= 1;
    if (this.underWay > 0) return [];
    if (this.isTree) return [{ name: this.top, kind: 'tree' }];
    return this.names.map((name) => ({ name, kind: 'item' }));
  }
}
