/**
 * Where versions came, those of the same files that the rule lets go are removed: for many files together, as each look at
 * a directory of versions costs as much as it is large.
 */
import { messageOf } from '../../domain/errors.js';
import { joined } from './tree-walk.js';
import { isTimedVersionOf, untaggedName } from './version-names.js';
import { type Selection } from './version-selection.js';
import { type OpenVersions } from './versions-tree.js';

/** Files whose versions are not looked at yet. */
const FILES_MAX = 1_000;

export class LettingGo {
  /** Last components by the full name of the directory. */
  private waiting = new Map<string, Set<string>>();
  private count = 0;

  constructor(
    private readonly selection: Selection,
    private readonly nowMs: () => number,
    /** A version that cannot be removed stays. */
    private readonly onProblem: (message: string) => void,
  ) {}

  get isAny(): boolean {
    return this.waiting.size > 0;
  }

  /** A version of the file `base` came into the directory. True when it is time to remove some. */
  add(directory: string, base: string): boolean {
    const bases = this.waiting.get(directory) ?? new Set<string>();
    this.waiting.set(directory, bases.add(base));
    this.count += 1;
    return this.count >= FILES_MAX;
  }

  async run({ fs }: OpenVersions): Promise<void> {
    const { waiting } = this;
    this.waiting = new Map();
    this.count = 0;
    for (const [directory, bases] of waiting) {
      try {
        await this.remove(fs, directory, bases);
      } catch (error) {
        this.onProblem(messageOf(error));
      }
    }
  }

  private async remove(
    fs: OpenVersions['fs'],
    directory: string,
    bases: ReadonlySet<string>,
  ): Promise<void> {
    const { entries } = await fs.list(directory);
    const versions = new Map<string, string[]>();
    for (const { name, type } of entries) {
      const base = type === 'directory' ? undefined : untaggedName(name)?.name;
      if (base === undefined || !bases.has(base) || !isTimedVersionOf(name, base)) continue;
      const others = versions.get(base);
      if (others === undefined) versions.set(base, [name]);
      else others.push(name);
    }
    for (const names of versions.values()) {
      for (const name of this.selection(names, this.nowMs())) {
        await fs.removeFile(joined(directory, name)).catch((error: unknown) => {
          this.onProblem(messageOf(error));
        });
      }
    }
  }
}
