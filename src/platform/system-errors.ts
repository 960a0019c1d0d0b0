/**
 * Turns what the operating system says into a SyncError with the codes that the folder file system port promises.
 * The text names the operation and the item, never the descriptor path that was used to reach it.
 */
// Not instanceof: the system's errors may belong to another realm than this code, as they do under a test runner.
import { isNativeError } from 'node:util/types';
import { type ErrorCode, SyncError } from '../domain/errors.js';

/** What an operation makes of a system error where that differs from the common table. */
export type ErrorCodes = Readonly<Record<string, ErrorCode>>;

const COMMON: ErrorCodes = {
  ENOENT: 'missing',
  EEXIST: 'exists',
  ENOTEMPTY: 'exists',
  ENOTDIR: 'refused',
  ELOOP: 'refused',
  EISDIR: 'refused',
  // A socket, or a FIFO or device with nothing behind it.
  ENXIO: 'refused',
  ENODEV: 'refused',
};

/** rename: something that it may not replace is in the way; a directory would come to lie inside itself; another disk. */
export const RENAME_CODES: ErrorCodes = {
  EISDIR: 'exists',
  ENOTDIR: 'exists',
  EINVAL: 'refused',
  EXDEV: 'refused',
};

/** link: a directory, or a file system that knows no second names. */
export const LINK_CODES: ErrorCodes = {
  EPERM: 'refused',
  ENOTSUP: 'refused',
  EOPNOTSUPP: 'refused',
  ENOSYS: 'refused',
  EMLINK: 'refused',
  EXDEV: 'refused',
};

/** readlink: not a link. */
export const READ_LINK_CODES: ErrorCodes = { EINVAL: 'refused' };

/** These pass by themselves or once the user has made room. */
const PASSING: ReadonlySet<string> = new Set([
  'EAGAIN',
  'EBUSY',
  'EDQUOT',
  'EINTR',
  'EIO',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'ENOSPC',
  'ESTALE',
  'ETIMEDOUT',
  'ETXTBSY',
]);

/** The system's own code of an error ('ENOENT'), or '' when it has none. */
export function systemCodeOf(error: unknown): string {
  const code = isNativeError(error) ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : '';
}

/** A second name, or another place, on another disk than the file itself: only a copy gets there. */
export function isOtherDisk(error: unknown): boolean {
  return error instanceof SyncError && systemCodeOf(error.cause) === 'EXDEV';
}

export function toSyncError(
  operation: string,
  path: string,
  error: unknown,
  special: ErrorCodes = {},
): SyncError {
  if (error instanceof SyncError) return error;
  const systemCode = systemCodeOf(error);
  const code = special[systemCode] ?? COMMON[systemCode] ?? 'io';
  // Node appends ", open '/proc/self/fd/…'" to the description.
  const text = isNativeError(error) ? error.message.split(', ')[0] : String(error);
  const message = `cannot ${operation} ${JSON.stringify(path)}: ${text}`;
  return new SyncError(code, message, PASSING.has(systemCode), { cause: error });
}
