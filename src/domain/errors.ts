/** The two kinds of failure: of an operation (SyncError) and of one item (ItemProblem). */
export type ErrorCode =
  | 'protocol' // a peer broke the protocol
  | 'config' // a setting cannot be used
  | 'closed' // the connection, node or folder was closed meanwhile
  | 'timeout'
  | 'refused' // a peer or a rule said no
  | 'missing' // no such item, folder or device
  | 'changed' // the item on disk is not what the index says: look again
  | 'mismatch' // content does not have the expected hash
  | 'exists'
  | 'io'
  | 'full' // a disk has too little room
  | 'corrupt'; // stored data is damaged

/** A failed operation. `retryable`: the same call may succeed later. */
export class SyncError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly retryable = false,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'SyncError';
  }
}

/** One item that could not be handled: recorded, shown, retried; never stops the other items. */
export interface ItemProblem {
  readonly name: string;
  readonly code: ErrorCode;
  readonly message: string;
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  // Not instanceof: the system's errors may belong to another realm, as they do under a test runner.
  const isError = typeof error === 'object' && error !== null && 'message' in error;
  return isError ? String(error.message) : String(error);
}
