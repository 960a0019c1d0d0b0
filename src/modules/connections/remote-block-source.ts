/**
 * Blocks from connected devices. The device that is least busy for its speed is asked first; what comes is checked
 * against its SHA-256; a device that fails, stalls or sends other bytes is left for the next one; while a device takes
 * much longer than it should, another one is asked beside it and the first good answer counts. No wait is unbounded.
 * A device whose connection was replaced by another one has lost the request and is asked again.
 */
import { hash } from 'node:crypto';
import { messageOf, SyncError } from '../../domain/errors.js';
import { type DeviceId } from '../../domain/wire-terms.js';
import { type Clock } from '../../platform/clock.js';
import { type PeerConnection } from '../protocol/connection-handler.js';
import { type BlockRequest } from '../protocol/messages.js';
import { BlockSource, BURST_BYTES_MAX, type TakeBlock, type WantedBlock } from './block-source.js';
import { type ConnectedDevices } from './connected-devices.js';
import { DeviceLoads } from './device-load.js';
import { PartialOffers } from './partial-offers.js';
import { type Lease, RequestQueue } from './request-queue.js';

/** A device that has not answered a request for so long is slow, unless it has much to answer before. */
export const SLOW_AFTER_MS = 3000;
/** How much longer than its speed lets expect a device may take before it is slow. */
export const SLOW_FACTOR = 3;
/**
 * A device that sends nothing for so long, while it owes an answer, is given up: for this block, and for others until
 * it is heard of again or some time has passed, so that it holds up nobody for longer than this.
 */
export const STALLED_AFTER_MS = 20_000;
/** Unless it is heard of before. */
export const SILENT_MS = 300_000;
/** Small blocks are asked for together as far as a device answers them in this time … */
const BURST_MS = 250;
/** … and not when that is less. */
const BURST_BYTES_MIN = 16 * 1024;
/** While the speed of a device is unknown. */
const BURST_BYTES_AT_FIRST = 128 * 1024;
/** Fewer bytes than this are a ping or the like, not an answer on its way. */
const HEARD_BYTES_MIN = 1024;
/** The longest that one request may wait for its answer, beside what the bytes owed take at the slowest rate. */
export const REQUEST_MAX_MS = 600_000;
const SLOWEST_BYTES_PER_MS = 0.25;

export type Sha256 = (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;

export class RemoteBlockSource extends BlockSource {
  private readonly queue: RequestQueue;
  /** Connections that owed answers and sent nothing: until when they are not asked. */
  private readonly silent = new WeakMap<PeerConnection, number>();

  constructor(
    private readonly devices: ConnectedDevices,
    private readonly clock: Clock,
    private readonly loads: DeviceLoads = new DeviceLoads(),
    private readonly sha256: Sha256 = sha256InThread,
    private readonly offers: PartialOffers = new PartialOffers(),
  ) {
    super();
    this.queue = new RequestQueue(
      loads,
      () => clock.monotonicMs(),
      () => devices.count,
    );
    devices.onChange(() => this.queue.devicesChanged());
    offers.onChange(() => this.queue.devicesChanged());
  }

  connected(devices: readonly DeviceId[]): DeviceId[] {
    return devices.filter((device) => this.devices.get(device) !== undefined);
  }

  override isOffered(block: WantedBlock): boolean {
    return this.offering(block).length > 0;
  }

  async fetch(
    block: WantedBlock,
    devices: readonly DeviceId[],
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    let found: Uint8Array | undefined;
    await this.deliver(block, devices, signal, async (data) => {
      if (Buffer.compare(await this.sha256(data), block.hash) !== 0) return false;
      found = data;
      return true;
    });
    return found as Uint8Array;
  }

  override async deliver(
    block: WantedBlock,
    devices: readonly DeviceId[],
    signal: AbortSignal,
    take: TakeBlock,
  ): Promise<void> {
    signal.throwIfAborted();
    const task: Fetch = {
      block,
      devices,
      take,
      failures: new Map(),
      attempts: new Set(),
      taking: Promise.resolve(false),
      over: undefined,
    };
    const stop = (): void => giveUp(task, signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    try {
      await this.firstAnswer(task);
    } finally {
      signal.removeEventListener('abort', stop);
      if (task.attempts.size > 0) {
        giveUp(task, new SyncError('closed', 'the block was fetched from another device'));
      }
    }
  }

  override async fetchAll(
    blocks: readonly WantedBlock[],
    devices: readonly DeviceId[],
    signal: AbortSignal,
  ): Promise<(Uint8Array | undefined)[]> {
    const bytes = blocks.reduce((sum, { size }) => sum + size, 0);
    const { folder } = blocks[0] as WantedBlock;
    const candidates = (): DeviceId[] => this.answering(devices);
    const lease = await this.queue.lease(folder, bytes, candidates, signal);
    const connection = lease && this.devices.get(lease.device);
    if (lease === undefined || connection === undefined) {
      lease?.release();
      return blocks.map(() => undefined);
    }
    const attempt = new AbortController();
    const stop = (): void => attempt.abort(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    const startedMs = this.clock.monotonicMs();
    // What is left then shall not hold up the rest: each by itself may be asked of another device, too.
    const onSlow = (): void => attempt.abort(new SyncError('timeout', 'is slow', true));
    const watch = this.watch(lease, startedMs, onSlow, attempt);
    try {
      const messages = blocks.map((block) => wireRequest(block, false));
      const answers = await connection.requestAll(messages, attempt.signal);
      signal.throwIfAborted();
      const given = answers.map((answer) => (answer instanceof Uint8Array ? answer : undefined));
      // Anything less says nothing about its speed.
      if (!given.includes(undefined)) this.answered(connection, lease, bytes, startedMs);
      return given;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SyncError) return blocks.map(() => undefined);
      throw error;
    } finally {
      watch.cancel();
      signal.removeEventListener('abort', stop);
      lease.release();
    }
  }

  override burstBytes(devices: readonly DeviceId[]): number {
    const speeds = this.answering(devices).map(
      (device) => this.loads.bytesWithin(device, BURST_MS) ?? BURST_BYTES_AT_FIRST,
    );
    const bytes = Math.min(BURST_BYTES_MAX, Math.max(0, ...speeds));
    return bytes < BURST_BYTES_MIN ? 0 : bytes;
  }

  /** A second runner starts when the first is slow; the first good answer counts. */
  private firstAnswer(task: Fetch): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      let running = 0;
      const start = (onSlow: () => void): void => {
        running += 1;
        this.tryDevices(task, onSlow).then(resolve, (error: unknown) => {
          running -= 1;
          // Another runner may still bring the block; its answer counts then.
          if (running === 0) reject(error as Error);
        });
      };
      let isHedged = false;
      start(() => {
        if (isHedged || this.candidates(task).length === 0) return;
        isHedged = true;
        start(() => undefined);
      });
    });
  }

  /** Asks one device after the other, each at most once per fetch. */
  private async tryDevices(task: Fetch, onSlow: () => void): Promise<void> {
    for (;;) {
      if (task.over !== undefined) throw task.over;
      const attempt = new AbortController();
      task.attempts.add(attempt);
      let lease: Lease | undefined;
      let connection: PeerConnection | undefined;
      try {
        const { folder, size } = task.block;
        const candidates = (): DeviceId[] => this.candidates(task);
        lease = await this.queue.lease(folder, size, candidates, attempt.signal);
        if (lease === undefined) throw nobodyGave(task);
        connection = this.devices.get(lease.device);
        task.failures.set(lease.device, 'has not answered yet');
        return await this.ask(task, lease, connection, onSlow, attempt);
      } catch (error) {
        if (task.over !== undefined || lease === undefined) throw error;
        if (this.isReplaced(connection)) task.failures.delete(lease.device);
        else task.failures.set(lease.device, messageOf(error));
      } finally {
        task.attempts.delete(attempt);
        lease?.release();
      }
    }
  }

  private async ask(
    task: Fetch,
    lease: Lease,
    connection: PeerConnection | undefined,
    onSlow: () => void,
    attempt: AbortController,
  ): Promise<void> {
    const { block } = task;
    const { device } = lease;
    attempt.signal.throwIfAborted();
    const startedMs = this.clock.monotonicMs();
    const watch = this.watch(lease, startedMs, onSlow, attempt);
    const fromTemporary = !task.devices.includes(device);
    try {
      if (connection === undefined) throw new SyncError('closed', 'not connected any more', true);
      const bytes = await connection.request(wireRequest(block, fromTemporary), attempt.signal);
      this.answered(connection, lease, block.size, startedMs);
      // The device has done its part: how long the rest takes says nothing about it.
      watch.cancel();
      if (bytes.length === block.size && (await takenOnce(task, bytes))) return;
      this.loads.lied(device, this.clock.monotonicMs());
      throw new SyncError('mismatch', 'sent other bytes than the hash says', true);
    } catch (error) {
      if (fromTemporary && connection !== undefined) {
        this.offers.forget(connection, block.folder, block.name);
        // What it was receiving is finished or given up: no sign of trouble.
        if (error instanceof SyncError && error.code === 'missing') throw error;
      }
      if (task.over === undefined && !this.isReplaced(connection)) {
        this.loads.failed(device, this.clock.monotonicMs());
      }
      throw error;
    } finally {
      watch.cancel();
    }
  }

  private answered(
    connection: PeerConnection,
    { device, owedBytes }: Lease,
    bytes: number,
    startedMs: number,
  ): void {
    const nowMs = this.clock.monotonicMs();
    this.silent.delete(connection);
    this.loads.answered(device, [owedBytes, bytes], nowMs - startedMs, nowMs);
  }

  /** The connection ended because the device has another one. */
  private isReplaced(connection: PeerConnection | undefined): boolean {
    if (connection?.isClosed !== true) return false;
    const now = this.devices.get(connection.deviceId);
    return now !== undefined && now !== connection;
  }

  /** Tells once when the request is slow, and aborts it when the device has stalled. */
  private watch(
    lease: Lease,
    startedMs: number,
    onSlow: () => void,
    attempt: AbortController,
  ): { cancel(): void } {
    const { device, owedBytes } = lease;
    const slowMs = Math.min(
      STALLED_AFTER_MS,
      Math.max(SLOW_AFTER_MS, SLOW_FACTOR * this.loads.expectedMs(device, owedBytes)),
    );
    const requestMaxMs = REQUEST_MAX_MS + owedBytes / SLOWEST_BYTES_PER_MS;
    const connection = this.devices.get(device);
    let heardBytes = connection?.statistics.bytesIn ?? 0;
    let heardMs = startedMs;
    const checkStalled = (): void => {
      const nowMs = this.clock.monotonicMs();
      const bytesIn = connection?.statistics.bytesIn ?? 0;
      // Part of a large answer is a sign of life too.
      if (bytesIn >= heardBytes + HEARD_BYTES_MIN) [heardBytes, heardMs] = [bytesIn, nowMs];
      // While we take nothing from it, its silence is our own doing.
      if (connection?.isReading === false) heardMs = nowMs;
      const silentMs = nowMs - Math.max(heardMs, this.loads.lastAnswerMs(device));
      if (silentMs >= STALLED_AFTER_MS || nowMs - startedMs >= requestMaxMs) {
        if (connection !== undefined) this.silent.set(connection, nowMs + SILENT_MS);
        attempt.abort(new SyncError('timeout', 'does not answer', true));
        this.queue.devicesChanged();
      } else {
        timer = this.clock.setTimer(Math.max(1, STALLED_AFTER_MS - silentMs), checkStalled);
      }
    };
    let timer = this.clock.setTimer(slowMs, () => {
      onSlow();
      checkStalled();
    });
    return { cancel: () => timer.cancel() };
  }

  /** Connected devices that this fetch has not asked, and that answer. */
  private candidates(task: Fetch): DeviceId[] {
    const devices = [...task.devices, ...this.offering(task.block, task.devices)];
    return this.answering(devices.filter((device) => !task.failures.has(device)));
  }

  private answering(devices: readonly DeviceId[]): DeviceId[] {
    const nowMs = this.clock.monotonicMs();
    return devices.filter((device) => {
      const connection = this.devices.get(device);
      return connection !== undefined && (this.silent.get(connection) ?? 0) <= nowMs;
    });
  }

  /** Connected devices that have the block of a file which they are receiving, but for the ones named. */
  private offering(block: WantedBlock, but: readonly DeviceId[] = []): DeviceId[] {
    if (block.version === undefined) return [];
    return this.devices
      .all()
      .filter((connection) => this.offers.has(connection, block))
      .map(({ deviceId }) => deviceId)
      .filter((device) => !but.includes(device));
  }
}

interface Fetch {
  readonly block: WantedBlock;
  readonly devices: readonly DeviceId[];
  /** By device that was asked: what came of it. */
  readonly failures: Map<DeviceId, string>;
  /** Under way now: at most one of each runner. */
  readonly attempts: Set<AbortController>;
  readonly take: TakeBlock;
  /** The answer that is being checked, if any: whether it was taken. One at a time. */
  taking: Promise<boolean>;
  /** Why nobody is asked any more. */
  over: Error | undefined;
}

/** Whether the block is there now, be it from another answer. What `take` fails with ends the fetch. */
function takenOnce(task: Fetch, bytes: Uint8Array): Promise<boolean> {
  const before = task.taking;
  const taking = before.then(async (isTaken) => {
    if (isTaken) return true;
    if (task.over !== undefined) throw task.over;
    try {
      return await task.take(bytes);
    } catch (error) {
      giveUp(task, error as Error);
      throw error;
    }
  });
  task.taking = taking.catch(() => false);
  return taking;
}

function giveUp(task: Fetch, reason: Error): void {
  task.over ??= reason;
  for (const attempt of task.attempts) attempt.abort(reason);
}

function nobodyGave(task: Fetch): SyncError {
  const { block, failures } = task;
  const told = [...failures].map(([device, message]) => `${device}: ${message}`).join('; ');
  const why = told === '' ? 'no device that has it is connected and answers' : told;
  return new SyncError('missing', `block ${block.blockNo} of ${block.name}: ${why}`, true);
}

function sha256InThread(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer');
}

/** The parts that a request carries. */
function wireRequest(block: WantedBlock, fromTemporary: boolean): BlockRequest {
  const { folder, name, offset, size, hash: blockHash, blockNo } = block;
  return { folder, name, offset, size, hash: blockHash, blockNo, fromTemporary };
}
