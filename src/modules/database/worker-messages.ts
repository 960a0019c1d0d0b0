/** What goes between the port and its worker thread. */
import { messageOf, SyncError, type ErrorCode } from '../../domain/errors.js';
import { type IndexCall } from './index-core.js';

/** The worker's data. It answers with id 0 once the file is open, or cannot be. */
export interface WorkerStart {
  readonly path: string;
  /** Names a damaged file that is set aside. */
  readonly nowMs: number;
}

export interface WorkerRequest {
  readonly id: number;
  readonly call: IndexCall | 'close';
}

export type WorkerReply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: CarriedError };

export interface CarriedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
}

export function carriedError(error: unknown): CarriedError {
  if (error instanceof SyncError) {
    return { code: error.code, message: error.message, retryable: error.retryable };
  }
  return { code: 'io', message: `index database: ${messageOf(error)}`, retryable: false };
}

/** Buffers of the values that nobody else looks into: they are handed over instead of being copied. */
export function transferables(values: readonly unknown[]): ArrayBuffer[] {
  return values
    .filter((value) => value instanceof Uint8Array)
    .filter((bytes) => bytes.buffer instanceof ArrayBuffer && bytes.length > 0)
    .filter((bytes) => bytes.byteLength === bytes.buffer.byteLength)
    .map((bytes) => bytes.buffer as ArrayBuffer);
}
