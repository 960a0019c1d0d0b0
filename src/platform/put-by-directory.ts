/** Files to be put, sorted by their directories: each directory is reached once, and what is wrong with a name stays with it. */
import { SyncError } from '../domain/errors.js';
import { type DiskResult } from './disk-tasks.js';
import { type WholeFile } from './folder-fs.js';
import { splitName } from './folder-name.js';
import { requireNoLink, type RootLinks } from './root-links.js';

type Outcome = DiskResult | Error;

/**
 * `putIn`: puts the files, which have single components for names, into the directory. The outcomes are in the order of the
 * files; where a directory cannot be reached, that is the outcome of all in it.
 */
export async function putByDirectory(
  files: readonly WholeFile[],
  links: RootLinks,
  putIn: (directory: string, files: readonly WholeFile[]) => Promise<Outcome[]>,
): Promise<Outcome[]> {
  const outcomes = new Array<Outcome>(files.length);
  const directories = new Map<string, { readonly at: number[]; readonly files: WholeFile[] }>();
  files.forEach((file, index) => {
    try {
      const { parent, inPlace } = placed(file, links);
      const known = directories.get(parent) ?? { at: [], files: [] };
      known.at.push(index);
      known.files.push(inPlace);
      directories.set(parent, known);
    } catch (error) {
      outcomes[index] = error as Error;
    }
  });
  const put = async ([directory, { at, files: own }]: (typeof sorted)[number]): Promise<void> => {
    const results = await putIn(directory, own).catch((error: unknown) => error as Error);
    at.forEach((index, nth) => {
      outcomes[index] = results instanceof Error ? results : results[nth];
    });
  };
  const sorted = [...directories];
  await Promise.all(sorted.map(put));
  return outcomes;
}

function placed(file: WholeFile, links: RootLinks): { parent: string; inPlace: WholeFile } {
  requireNoLink(links, file.name);
  const { parent, base } = splitName(file.name);
  const temp = splitName(file.tempName);
  if (temp.parent !== parent) throw new SyncError('refused', 'the temp file is elsewhere');
  return { parent, inPlace: { ...file, name: base, tempName: temp.base } };
}
