/** What came of the last dial of each address, for the user. Bounded: the address dialed longest ago is forgotten. */
export interface DialRecord {
  /** Wall clock, ms. */
  readonly whenMs: number;
  /** undefined: it worked. */
  readonly error: string | undefined;
}

export const DIAL_RECORDS_MAX = 1000;

export class DialRecords {
  private readonly records = new Map<string, DialRecord>();

  keep(address: string, record: DialRecord): void {
    this.records.delete(address);
    const oldest = this.records.keys().next().value;
    if (this.records.size >= DIAL_RECORDS_MAX && oldest !== undefined) this.records.delete(oldest);
    this.records.set(address, record);
  }

  all(): Map<string, DialRecord> {
    return new Map(this.records);
  }
}
