/**
 * How busy, how fast and how trustworthy each device is, as a source of blocks. Owns the bytes that are requested
 * and not answered. Rules: the window of a device is what keeps it and the way to it busy, and no more than it delivers
 * in WINDOW_MS, so that a slow one holds little of what others could bring sooner; one request is always allowed to an
 * idle device, whatever its size.
 */
import { type DeviceId } from '../../domain/wire-terms.js';

export interface LoadLimits {
  /** Requested and unanswered, all devices together: what answers may pile up in memory at worst. */
  readonly nodeBytesMax: number;
  /** Of one device; half of the node's, so that one stalled device never holds up the others. */
  readonly deviceBytesMax: number;
  /** Of one device whose speed is unknown. */
  readonly deviceBytesAtFirst: number;
  /** Of one device, however slow. */
  readonly deviceBytesMin: number;
  /** Of one device that answers at once: what it works on, and what is on its way. */
  readonly deviceBytesBusy: number;
}

export const LOAD_LIMITS: LoadLimits = {
  nodeBytesMax: 64 * 1024 * 1024,
  deviceBytesMax: 32 * 1024 * 1024,
  deviceBytesAtFirst: 4 * 1024 * 1024,
  deviceBytesMin: 1024 * 1024,
  deviceBytesBusy: 8 * 1024 * 1024,
};

/** Longer than almost any round trip, short as the time that a transfer may end late because of a slow device. */
export const WINDOW_MS = 1000;
/** A device that failed is asked after the others for so long. */
export const TROUBLED_MS = 30_000;
/** A device that sent wrong bytes is asked only when nobody else is left, for so long. */
export const DISTRUSTED_MS = 300_000;
/** Weight of a new measurement of a device's speed. */
const SPEED_WEIGHT = 0.2;
/** However large they are. */
const REQUESTS_MIN = 4;
/** So many times what is on its way at once is asked for. */
const WAY_FACTOR = 2;

interface Load {
  outstandingBytes: number;
  /** 0 while unknown. */
  bytesPerMs: number;
  /** How long a request takes that waits for no other; Infinity while unknown. */
  latencyMs: number;
  lastAnswerMs: number;
  troubledUntilMs: number;
  distrustedUntilMs: number;
}

export class DeviceLoads {
  private readonly loads = new Map<DeviceId, Load>();
  private nodeBytes = 0;

  constructor(private readonly limits: LoadLimits = LOAD_LIMITS) {}

  outstandingBytes(device: DeviceId): number {
    return this.loads.get(device)?.outstandingBytes ?? 0;
  }

  /** Whether the node as a whole may ask for so much more. */
  hasNodeRoom(bytes: number): boolean {
    return this.nodeBytes === 0 || this.nodeBytes + bytes <= this.limits.nodeBytesMax;
  }

  hasRoom(device: DeviceId, bytes: number): boolean {
    const load = this.loads.get(device);
    if (load === undefined || load.outstandingBytes === 0) return true;
    return load.outstandingBytes + bytes <= this.windowBytes(load, bytes);
  }

  /** For requests of so many bytes. */
  private windowBytes({ bytesPerMs, latencyMs }: Load, bytes: number): number {
    const { deviceBytesAtFirst, deviceBytesMin, deviceBytesBusy, deviceBytesMax } = this.limits;
    const delivered = bytesPerMs * WINDOW_MS || deviceBytesAtFirst;
    const onTheWay = bytesPerMs * latencyMs || 0;
    const useful = Math.max(deviceBytesBusy, REQUESTS_MIN * bytes, WAY_FACTOR * onTheWay);
    return Math.min(deviceBytesMax, useful, Math.max(deviceBytesMin, delivered));
  }

  /**
   * The devices to choose from for so many bytes, best first: who would have answered soonest, those in trouble last.
   * A device that sent wrong bytes is left out while there is another. One of unknown speed is taken to be as fast as
   * the fastest, or it would never be found out.
   */
  ranked(candidates: readonly DeviceId[], bytes: number, nowMs: number): DeviceId[] {
    if (candidates.length < 2) return [...candidates];
    const trusted = candidates.filter(
      (device) => (this.loads.get(device)?.distrustedUntilMs ?? 0) <= nowMs,
    );
    const choice = trusted.length > 0 ? trusted : candidates;
    const speedOf = (device: DeviceId): number => this.loads.get(device)?.bytesPerMs ?? 0;
    const fastest = Math.max(...choice.map(speedOf)) || 1;
    const doneMs = (device: DeviceId): number =>
      (this.outstandingBytes(device) + bytes) / (speedOf(device) || fastest);
    const isTroubled = (device: DeviceId): number =>
      (this.loads.get(device)?.troubledUntilMs ?? 0) > nowMs ? 1 : 0;
    return [...choice].sort((a, b) => isTroubled(a) - isTroubled(b) || doneMs(a) - doneMs(b));
  }

  /** Counts a request. Returns the bytes that are to be answered up to and with this one. */
  reserve(device: DeviceId, bytes: number): number {
    const load = this.loadOf(device);
    load.outstandingBytes += bytes;
    this.nodeBytes += bytes;
    return load.outstandingBytes;
  }

  release(device: DeviceId, bytes: number): void {
    const load = this.loadOf(device);
    load.outstandingBytes -= bytes;
    this.nodeBytes -= bytes;
  }

  /** `bytes`: what `reserve` returned: all of that was answered in the time, and `ownBytes` of it were this request's. */
  answered(
    device: DeviceId,
    [bytes, ownBytes]: readonly [number, number],
    elapsedMs: number,
    nowMs: number,
  ): void {
    const load = this.loadOf(device);
    if (bytes === ownBytes) {
      const change = load.latencyMs === Infinity ? -Infinity : elapsedMs - load.latencyMs;
      load.latencyMs = change < 0 ? elapsedMs : load.latencyMs + change * SPEED_WEIGHT;
    }
    const speed = bytes / Math.max(elapsedMs, 1);
    load.bytesPerMs += (speed - load.bytesPerMs) * (load.bytesPerMs === 0 ? 1 : SPEED_WEIGHT);
    load.lastAnswerMs = nowMs;
    load.troubledUntilMs = 0;
  }

  failed(device: DeviceId, nowMs: number): void {
    this.loadOf(device).troubledUntilMs = nowMs + TROUBLED_MS;
  }

  lied(device: DeviceId, nowMs: number): void {
    this.loadOf(device).distrustedUntilMs = nowMs + DISTRUSTED_MS;
  }

  /** What the device delivers in so many ms; undefined while that is unknown. */
  bytesWithin(device: DeviceId, durationMs: number): number | undefined {
    const speed = this.loads.get(device)?.bytesPerMs ?? 0;
    return speed === 0 ? undefined : speed * durationMs;
  }

  /** How long an answer to so many bytes should take, ms; 0 while unknown. */
  expectedMs(device: DeviceId, bytes: number): number {
    const speed = this.loads.get(device)?.bytesPerMs ?? 0;
    return speed === 0 ? 0 : bytes / speed;
  }

  /** When the device answered last, monotonic ms; -Infinity when never. */
  lastAnswerMs(device: DeviceId): number {
    return this.loads.get(device)?.lastAnswerMs ?? -Infinity;
  }

  private loadOf(device: DeviceId): Load {
    let load = this.loads.get(device);
    if (load === undefined) {
      load = {
        outstandingBytes: 0,
        bytesPerMs: 0,
        latencyMs: Infinity,
        lastAnswerMs: -Infinity,
        troubledUntilMs: 0,
        distrustedUntilMs: 0,
      };
      this.loads.set(device, load);
    }
    return load;
  }
}
