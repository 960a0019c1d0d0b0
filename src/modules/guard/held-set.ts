/** A set of held changes as it is shown. */
export interface HeldSet {
  /** For approve and reject: `scan`, or the short ID of the device whose changes they are. */
  readonly id: string;
  readonly source: 'peer' | 'scan';
  /** Why a scan's changes are held; '' for a device's. */
  readonly reason: 'emptied' | 'exchanged' | '';
  /** The device that modified: its short ID, and its whole ID where it is a device of the folder. */
  readonly device: string;
  readonly deviceId: string;
  readonly deletes: number;
  readonly replaces: number;
  /** Directories and links that wait with them. */
  readonly others: number;
  /** Of the local files. */
  readonly bytes: number;
  readonly sinceMs: number;
  readonly examples: readonly string[];
}

/** The set of what our own scan found. */
export const SCAN_SET = 'scan';

export function changesText({ deletes, replaces }: { deletes: number; replaces: number }): string {
  const parts = [
    ...(deletes > 0 ? [`delete ${deletes}`] : []),
    ...(replaces > 0 ? [`replace ${replaces}`] : []),
  ];
  return parts.join(' and ');
}
