/** An item of an index as the REST interface answers it. Pure. */
import { shortIdText } from '../../domain/device-id.js';
import { type FileInfo, HASH_BYTES, type ItemType, LocalFlag } from '../../domain/file-info.js';
import { isInvalid } from '../../domain/file-info-rules.js';
import { BYTES_OF_NON_FILE } from './folder-summary.js';

export const TYPE_NAMES: Record<ItemType, string> = {
  file: 'FILE_INFO_TYPE_FILE',
  directory: 'FILE_INFO_TYPE_DIRECTORY',
  symlink: 'FILE_INFO_TYPE_SYMLINK',
};

export type FileAnswer = Record<string, unknown>;

/** withBlocks: the number of blocks is known. */
export function fileAnswer(file: FileInfo, withBlocks = false): FileAnswer {
  return {
    name: file.name,
    type: TYPE_NAMES[file.type],
    size: shownSize(file),
    deleted: file.deleted,
    invalid: isInvalid(file),
    ignored: (file.localFlags & LocalFlag.ignored) !== 0,
    mustRescan: (file.localFlags & LocalFlag.mustRescan) !== 0,
    noPermissions: file.noPermissions,
    modified: timeText(file.modifiedS, file.modifiedNs),
    modifiedBy: shortIdText(file.modifiedBy),
    sequence: file.sequence,
    version: file.version.map(({ id, value }) => `${shortIdText(id)}:${value}`),
    localFlags: file.localFlags,
    ...(file.noPermissions ? {} : { permissions: `0${file.permissions.toString(8)}` }),
    numBlocks: withBlocks ? file.blockHashes.length / HASH_BYTES : null,
  };
}

export function shownSize(file: FileInfo): number {
  if (file.deleted) return 0;
  return file.type === 'file' ? file.size : BYTES_OF_NON_FILE;
}

/** RFC 3339 in UTC, with as many digits of the second as there are. */
export function timeText(seconds: number, nanoseconds: number): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return '0001-01-01T00:00:00Z';
  const whole = date.toISOString().slice(0, -'.000Z'.length);
  const digits = String(nanoseconds).padStart(9, '0').replace(/0+$/, '');
  return `${whole}${digits === '' ? '' : `.${digits}`}Z`;
}
