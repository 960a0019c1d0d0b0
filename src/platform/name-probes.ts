/**
 * Which names a disk takes for the same, found out once by trying: in the folder's root, and behind each followed
 * link, where another disk may lie.
 */
import { type FolderFs } from './folder-fs.js';
import { systemCodeOf } from './system-errors.js';

// Scanners skip names of this form. The second of each differs in nothing but case, or in the Unicode form.
const CASE_PROBE: Probe = ['.syncthing.case-probe.tmp', '.syncthing.CASE-PROBE.tmp'];
const FORM_PROBE: Probe = ['.syncthing.form-prob\u00e9.tmp', '.syncthing.form-probe\u0301.tmp'];
const ATTEMPTS = 5;
const READ_ONLY: ReadonlySet<string> = new Set(['EROFS', 'EACCES', 'EPERM']);

type Probe = readonly [string, string];

export class NameProbes {
  private case: Promise<boolean> | undefined;
  private form: Promise<boolean> | undefined;

  constructor(
    private readonly fs: Pick<FolderFs, 'createFile' | 'stat' | 'removeFile'>,
    private readonly followed: Iterable<string> = [],
  ) {}

  /** Needs writable directories, else true is assumed. */
  isCaseSensitive(): Promise<boolean> {
    this.case ??= this.areTwoEverywhere(CASE_PROBE).catch((error: unknown) => {
      this.case = undefined;
      throw error;
    });
    return this.case;
  }

  /** As isCaseSensitive. */
  isFormSensitive(): Promise<boolean> {
    this.form ??= this.areTwoEverywhere(FORM_PROBE).catch((error: unknown) => {
      this.form = undefined;
      throw error;
    });
    return this.form;
  }

  private async areTwoEverywhere(probe: Probe): Promise<boolean> {
    if (!(await this.areTwo('', probe))) return false;
    for (const directory of this.followed) {
      // Where it was exchanged meanwhile nothing is done.
      if (!(await this.areTwo(`${directory}/`, probe).catch(() => true))) return false;
    }
    return true;
  }

  private async areTwo(below: string, [first, second]: Probe): Promise<boolean> {
    const name = below + first;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        await (await this.fs.createFile(name, 0o600)).close();
      } catch (error) {
        const systemCode = systemCodeOf((error as { cause?: unknown }).cause);
        if (READ_ONLY.has(systemCode)) return true;
        // One that a crash left, or of another process that tries the same: it does as well.
        if (systemCode !== 'EEXIST') throw error;
      }
      const other = await this.fs.stat(below + second);
      const probe = await this.fs.stat(name);
      await this.fs.removeFile(name).catch(() => undefined);
      // Without the probe the other name proves nothing: another process took it away.
      if (probe) return other?.inode !== probe.inode;
    }
    return true;
  }
}
