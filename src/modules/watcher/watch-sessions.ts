/**
 * The thread's side of a watcher: the trees that are watched in this thread, and when each gets a turn. Events only wake;
 * a turn of the loop takes them up together. The number of events in one turn is the only sign that some were lost.
 */
import { type SyncError } from '../../domain/errors.js';
import { type Clock, type Timer } from '../../platform/clock.js';
import { PendingPaths } from './pending-paths.js';
import { RecursiveWatch } from './recursive-watch.js';
import { lookAt, REAL_DISK, type TreeDisk } from './tree-disk.js';
import { type TreeHost, TreeWatch } from './tree-watch.js';
import { type WatchReply, type WatchRequest } from './watch-messages.js';
import { overflowEvents } from './watch-limits.js';
import { type WatchMount, type WatchScope, type WatchTarget } from './watcher.js';

/** What is found in this time is told together. */
const TELL_DELAY_MS = 20;
/** Work in one turn; events are heard between turns. */
const WORK_MS_MAX = 10;

export interface WatchSessionsOptions {
  readonly tell: (reply: WatchReply) => void;
  readonly clock: Clock;
  /** After a turn with events: lets more of them come together, so that few turns take up many. */
  readonly rest?: () => void;
  readonly disk?: TreeDisk;
  /** Watches whole trees by themselves, where the system can. */
  readonly isRecursive?: boolean;
  /** Absent: by the system's limit. */
  readonly overflowEvents?: number;
}

/** One way to watch a tree. */
export interface WatchedTree {
  follow(scope: WatchScope): void;
  turn(isOverflow: boolean): void;
  work(isTimeOver: () => boolean): boolean;
  close(): void;
}

interface Session {
  readonly tree: WatchedTree;
  readonly pending: PendingPaths;
  readonly root: string;
  mounts: readonly WatchMount[];
  /** How often it was asked to follow something else. */
  follows: number;
  /** Told and not taken yet. */
  isTold: boolean;
  timer: Timer | undefined;
}

export class WatchSessions {
  private readonly sessions = new Map<number, Session>();
  private readonly overflowEvents: number;
  private events = 0;
  /** Watches that ended since the last turn. Their events take room in the queue too, and Node keeps them to itself. */
  private ended = 0;
  private isTurnDue = false;

  constructor(private readonly options: WatchSessionsOptions) {
    this.overflowEvents = options.overflowEvents ?? overflowEvents();
  }

  handle(request: WatchRequest): void {
    const { watch } = request;
    if (request.kind === 'watch') {
      this.start(watch, request.target);
      return;
    }
    const session = this.sessions.get(watch);
    if (session === undefined) return;
    switch (request.kind) {
      case 'follow':
        session.mounts = request.scope.mounts;
        session.follows += 1;
        session.tree.follow(request.scope);
        this.needTurn();
        return;
      case 'taken':
        session.isTold = false;
        this.tellSoon(watch, session);
        return;
      case 'look': {
        const items = request.names.map((name) => lookAt(pathOf(session, name)));
        this.options.tell({ kind: 'looked', watch, call: request.call, items });
        return;
      }
      case 'close':
        this.end(watch);
    }
  }

  close(): void {
    for (const watch of [...this.sessions.keys()]) this.end(watch);
  }

  private start(watch: number, target: WatchTarget): void {
    const pending = new PendingPaths();
    const { clock, tell } = this.options;
    const host: TreeHost = {
      stirred: () => {
        this.events += 1;
        this.needTurn();
      },
      ended: (count) => {
        this.ended += count;
        this.needTurn();
      },
      changed: (change) => {
        pending.add(change, clock.monotonicMs());
        this.tellSoon(watch, session);
      },
      patternsChanged: () => tell({ kind: 'patterns', watch }),
      watching: () => tell({ kind: 'watching', watch, follows: session.follows }),
      failed: ({ code, message, retryable }: SyncError) => {
        this.end(watch);
        tell({ kind: 'failed', watch, error: { code, message, retryable } });
      },
    };
    const tree = this.options.isRecursive
      ? new RecursiveWatch(target, host)
      : new TreeWatch(target, host, this.options.disk ?? REAL_DISK);
    const { root, mounts } = target;
    const told = { follows: 0, isTold: false, timer: undefined };
    const session: Session = { tree, pending, root, mounts, ...told };
    this.sessions.set(watch, session);
    this.needTurn();
  }

  private end(watch: number): void {
    const session = this.sessions.get(watch);
    this.sessions.delete(watch);
    session?.timer?.cancel();
    session?.tree.close();
  }

  private needTurn(): void {
    if (this.isTurnDue) return;
    this.isTurnDue = true;
    setImmediate(() => this.turn());
  }

  private turn(): void {
    this.isTurnDue = false;
    const { clock, rest } = this.options;
    const isOverflow = this.events + this.ended >= this.overflowEvents;
    const hadEvents = this.events > 0 || isOverflow;
    this.events = 0;
    this.ended = 0;
    const endMs = clock.monotonicMs() + WORK_MS_MAX;
    const isTimeOver = (): boolean => clock.monotonicMs() >= endMs;
    let isLeft = false;
    const sessions = [...this.sessions];
    // All trees share one queue: what was lost may have been of any of them.
    if (hadEvents) for (const [, { tree }] of sessions) tree.turn(isOverflow);
    for (const [watch, session] of sessions) {
      if (!session.tree.work(isTimeOver) || !this.sessions.has(watch)) continue;
      if (!isLeft) {
        // It had the time of this turn; the others come before it in the next.
        this.sessions.delete(watch);
        this.sessions.set(watch, session);
      }
      isLeft = true;
    }
    if (isLeft) this.needTurn();
    else if (hadEvents) rest?.();
  }

  private tellSoon(watch: number, session: Session): void {
    if (session.isTold || session.pending.size === 0) return;
    session.timer ??= this.options.clock.setTimer(TELL_DELAY_MS, () => {
      session.timer = undefined;
      if (session.isTold || session.pending.size === 0) return;
      session.isTold = true;
      const changes = session.pending.takeAll();
      this.options.tell({ kind: 'changed', watch, changes });
    });
  }
}

function pathOf({ root, mounts }: Session, name: string): string {
  const mount = mounts.find((each) => name === each.name || name.startsWith(`${each.name}/`));
  if (mount === undefined) return `${root}/${name}`;
  return mount.path + name.slice(mount.name.length);
}
