/** What the program lends to the HTTP side, and the word on how the node shall end. */
import { type EndRequest, ProgramControl } from '../modules/api/program-control.js';
import { type LogHistory } from '../modules/logging/log-history.js';
import { type Clock } from '../platform/clock.js';

/** From the request to the end: for its answer to leave. */
const ANSWER_MS = 100;

export interface NodeEndParts {
  readonly history: LogHistory;
  readonly version: string;
  readonly isKeyStated: boolean;
  readonly clock: Clock;
}

export class NodeEnd extends ProgramControl {
  readonly startedMs: number;
  /** Resolves with what was asked for first. */
  readonly asked: Promise<EndRequest>;
  private resolve: (request: EndRequest) => void = () => {};

  constructor(private readonly parts: NodeEndParts) {
    super();
    this.startedMs = parts.clock.nowMs();
    this.asked = new Promise((resolve) => (this.resolve = resolve));
  }

  get history(): LogHistory {
    return this.parts.history;
  }

  get version(): string {
    return this.parts.version;
  }

  get isKeyStated(): boolean {
    return this.parts.isKeyStated;
  }

  end(request: EndRequest): void {
    this.parts.clock.setTimer(ANSWER_MS, () => this.resolve(request));
  }
}
