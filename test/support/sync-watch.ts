/**
 * Reads the events of one node as a program does that waits for nodes to be in sync, and for nothing else: docs/REST.md
 * says how, and so do Syncthing's own tests.
 */
import { type ApiEvent } from '../../src/modules/api/event-buffer.js';

export class SyncWatch {
  private since = 0;
  private readonly sequences = new Map<string, number>();
  private isDone = false;

  constructor(
    readonly id: string,
    /** Those after the number, without waiting. */
    private readonly eventsAfter: (since: number) => Promise<ApiEvent[]>,
  ) {}

  /** Throws where the numbers of events have a gap. */
  async read(): Promise<void> {
    for (const { id, type, data } of await this.eventsAfter(this.since)) {
      if (id !== this.since + 1) throw new Error(`event ${id} follows event ${this.since}`);
      this.since = id;
      this.take(type, data as Record<string, unknown>);
    }
  }

  /** Whether each has what it needs, and knows all that the others have announced. */
  static areInSync(watches: readonly SyncWatch[]): boolean {
    return watches.every(
      (own) =>
        own.isDone &&
        watches.every((far) => far.sequences.get(own.id) === own.sequences.get(own.id)),
    );
  }

  private take(type: string, data: Record<string, unknown>): void {
    if (type === 'LocalIndexUpdated' || type === 'RemoteIndexUpdated') {
      this.isDone = false;
      this.sequences.set((data['device'] as string) ?? this.id, data['sequence'] as number);
    } else if (type === 'FolderSummary') {
      const summary = data['summary'] as Record<string, number>;
      this.isDone = summary['needTotalItems'] === 0;
      this.sequences.set(this.id, summary['sequence']!);
    } else if (type === 'FolderCompletion') {
      this.sequences.set(data['device'] as string, data['sequence'] as number);
    }
  }
}
