/** What happened in a simulation, in order: two runs of one seed have the same lines. */
import { createHash } from 'node:crypto';

const DIGEST_CHARS = 12;

export class Trace {
  readonly lines: string[] = [];

  /** `isOn`: off, nothing is kept, as most runs need it for nothing. */
  constructor(readonly isOn: boolean) {}

  add(make: () => string): void {
    if (this.isOn) this.lines.push(make());
  }

  /** The same for the same lines. */
  get digest(): string {
    const hash = createHash('sha256');
    for (const line of this.lines) hash.update(line).update('\n');
    return hash.digest('hex');
  }
}

/** A short word for bytes. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha1').update(bytes).digest('hex').slice(0, DIGEST_CHARS);
}
