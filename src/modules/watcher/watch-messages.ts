/** What a watcher's thread is asked, and what it tells. Each watch has a number of its own. */
import { type ErrorCode } from '../../domain/errors.js';
import { type PathChange, type SeenItem, type WatchScope, type WatchTarget } from './watcher.js';

export type WatchRequest =
  | { readonly kind: 'watch'; readonly watch: number; readonly target: WatchTarget }
  | { readonly kind: 'follow'; readonly watch: number; readonly scope: WatchScope }
  /** The last changes were taken: more may be told. */
  | { readonly kind: 'taken'; readonly watch: number }
  | {
      readonly kind: 'look';
      readonly watch: number;
      readonly call: number;
      readonly names: readonly string[];
    }
  | { readonly kind: 'close'; readonly watch: number };

export type WatchReply =
  /** `follows`: how many of these requests had come by then. */
  | { readonly kind: 'watching'; readonly watch: number; readonly follows: number }
  | { readonly kind: 'changed'; readonly watch: number; readonly changes: readonly PathChange[] }
  | { readonly kind: 'patterns'; readonly watch: number }
  | {
      readonly kind: 'looked';
      readonly watch: number;
      readonly call: number;
      readonly items: readonly (SeenItem | undefined)[];
    }
  | {
      readonly kind: 'failed';
      readonly watch: number;
      readonly error: { code: ErrorCode; message: string; retryable: boolean };
    };
