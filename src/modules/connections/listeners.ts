/**
 * The addresses this node listens on, each by the text that asks for it. What a change of the settings does not touch
 * goes on listening; channels that came in through a listener outlive it.
 */
import { messageOf, SyncError } from '../../domain/errors.js';
import { type Channel, type Listener, type Transport } from './transport.js';

export interface ListenerStatus {
  /** As configured. */
  readonly configured: string;
  /** The address really listened on; undefined when it failed. */
  readonly address: string | undefined;
  /** Why it failed; undefined when it works. */
  readonly error: string | undefined;
}

interface Place {
  readonly listener?: Listener;
  readonly error?: string;
}

export class Listeners {
  private places = new Map<string, Place>();
  /** Changes follow each other. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly transport: Transport,
    private readonly onChannel: (channel: Channel) => void,
    private readonly log: { info(line: string): void; error(line: string): void },
  ) {}

  get addresses(): string[] {
    return [...this.places.values()].flatMap(({ listener }) => listener?.address ?? []);
  }

  status(): ListenerStatus[] {
    return [...this.places].map(([configured, { listener, error }]) => ({
      configured,
      address: listener?.address,
      error,
    }));
  }

  /**
   * Listens on these addresses and no others. What fails is logged, and tried again with the next change. Rejects with
   * SyncError 'io' when none of the addresses works and `needsOne` is set.
   */
  async apply(addresses: readonly string[], needsOne = false): Promise<void> {
    const turn = this.turn.then(() => this.change(addresses, needsOne));
    this.turn = turn.catch(() => undefined);
    await turn;
  }

  async close(): Promise<void> {
    await this.apply([]);
  }

  private async change(addresses: readonly string[], needsOne: boolean): Promise<void> {
    const wanted = new Set(addresses);
    for (const [address, { listener }] of [...this.places]) {
      if (wanted.has(address)) continue;
      this.places.delete(address);
      await listener?.close();
    }
    const failures: string[] = [];
    for (const address of wanted) {
      if (this.places.get(address)?.listener !== undefined) continue;
      const place = await this.open(address);
      this.places.set(address, place);
      if (place.error !== undefined) failures.push(place.error);
    }
    if (needsOne && failures.length > 0 && this.addresses.length === 0) {
      throw new SyncError('io', failures.join('; '));
    }
    for (const failure of failures) this.log.error(failure);
  }

  private async open(address: string): Promise<Place> {
    try {
      const listener = await this.transport.listen(address, this.onChannel);
      this.log.info(`Listening for incoming connections on ${listener.address}`);
      return { listener };
    } catch (error) {
      return { error: messageOf(error) };
    }
  }
}
