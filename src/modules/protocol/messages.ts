/** The messages of BEP v1 as this program sees them: checked, with names and numbers of our own types. */
import { type FileInfo } from '../../domain/file-info.js';
import { type VersionVector } from '../../domain/version-vector.js';
import { type Compression, type FolderType } from '../../domain/wire-terms.js';

export interface Hello {
  readonly deviceName: string;
  readonly clientName: string;
  readonly clientVersion: string;
  /** How many connections the sender wants per device; 0 and 1 mean one. */
  readonly connections: number;
  /** Unix nanoseconds when the connection was made, as 2.x sends it; 0n when absent. */
  readonly timestamp: bigint;
}

export interface ClusterDevice {
  readonly id: string;
  readonly name: string;
  readonly addresses: string[];
  readonly compression: Compression;
  readonly maxSequence: number;
  readonly introducer: boolean;
  readonly indexId: bigint;
  readonly skipIntroductionRemovals: boolean;
  readonly encryptionPasswordToken: Uint8Array;
}

export interface ClusterFolder {
  readonly id: string;
  readonly label: string;
  readonly type: FolderType;
  /** 1.x: field 3..6 flags; `paused` in both generations. */
  readonly paused: boolean;
  readonly devices: ClusterDevice[];
}

export interface ClusterConfig {
  readonly folders: ClusterFolder[];
  readonly secondary: boolean;
}

/** Index (full) or IndexUpdate. */
export interface IndexBatch {
  readonly folder: string;
  readonly files: FileInfo[];
  /** Highest sequence of the batch; 0 = not said (1.x). */
  readonly lastSequence: number;
  /** Highest sequence of the batch before; 0 = not said. */
  readonly prevSequence: number;
}

export interface BlockRequest {
  readonly folder: string;
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly hash: Uint8Array;
  readonly fromTemporary: boolean;
  readonly blockNo: number;
}

export type ResponseCode = 'ok' | 'generic' | 'no-such-file' | 'invalid-file';

export interface ProgressUpdate {
  readonly type: 'append' | 'forget';
  readonly name: string;
  readonly version: VersionVector;
  readonly blockIndexes: number[];
  readonly blockSize: number;
}

export interface DownloadProgress {
  readonly folder: string;
  readonly updates: ProgressUpdate[];
}
