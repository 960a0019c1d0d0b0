/** Settings of stock that limit who gets data or access and that this node does not implement. Such a setting must not
 * be passed over in silence: it stops the folder, device or HTTP side that has it. */
import { type FolderType } from '../../domain/wire-terms.js';

export interface FolderLimits {
  readonly type?: FolderType;
  /** IDs of the devices for which the folder has an encryption password. */
  readonly withPassword: readonly string[];
  readonly filesystemType: string;
  /** '' for none. */
  readonly versioningType: string;
}

const ID_CHARACTERS_SHOWN = 7;

/** Of how replaced files are kept, too: nobody would notice that they are not before it is too late. */
const VERSIONING_TYPES = ['', 'trashcan', 'simple', 'staggered', 'external'];

export function folderBlocks(limits: FolderLimits): string[] {
  const { type, withPassword, filesystemType, versioningType } = limits;
  const blocks = withPassword.map(
    (id) => `the encryption password for device ${id.slice(0, ID_CHARACTERS_SHOWN)}`,
  );
  if (type === 'receiveencrypted') blocks.push(`the type ${type}`);
  if (filesystemType !== '' && filesystemType !== 'basic') {
    blocks.push(`the file system type ${filesystemType}`);
  }
  if (!VERSIONING_TYPES.includes(versioningType)) {
    blocks.push(`the versioning type ${versioningType}`);
  }
  return blocks;
}

export function deviceBlocks({ isUntrusted }: { readonly isUntrusted: boolean }): string[] {
  return isUntrusted ? ['the mark untrusted'] : [];
}

/** One sentence for `blockedBy`, '' where nothing blocks. */
export function joinBlocks(blocks: readonly string[]): string {
  if (blocks.length === 0) return '';
  return `not supported by this version: ${blocks.join(', ')}`;
}
