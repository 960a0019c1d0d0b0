/**
 * How fast the node and each device may receive and send. Owns the buckets; the rates are read from the settings each
 * time, so that a change counts at once on connections that are up. A connection in the LAN is not limited unless the
 * user wants that.
 */
import { type DeviceId } from '../../domain/wire-terms.js';
import { type Clock } from '../../platform/clock.js';
import { type Settings } from '../config/settings.js';
import { PIECE_BYTES, type Throttle } from '../protocol/throttle.js';
import { TokenBucket } from './token-bucket.js';

const BYTES_PER_KIB = 1024;
const MS_PER_S = 1000;
/** A piece that is sent under a limit takes about so long. */
const PIECE_MS = 250;
const PIECE_BYTES_MIN = 512;

interface Buckets {
  readonly in: TokenBucket;
  readonly out: TokenBucket;
}

type Direction = keyof Buckets;

/** KiB/s; absent or 0 = no limit. */
interface Rates {
  readonly maxSendKbps?: number;
  readonly maxRecvKbps?: number;
}

export class RateLimits {
  private readonly node: Buckets = newBuckets();
  private readonly devices = new Map<DeviceId, Buckets>();

  constructor(
    private readonly settings: () => Pick<Settings, 'limits' | 'devices'>,
    private readonly clock: Clock,
  ) {}

  throttle(device: DeviceId, isLan: boolean): Throttle {
    const pauseMs = (direction: Direction, bytes: number): number =>
      this.isLimited(device, isLan) ? this.take(device, direction, bytes) : 0;
    return {
      received: (bytes) => pauseMs('in', bytes),
      sent: (bytes) => pauseMs('out', bytes),
      limitsSending: () => this.isLimited(device, isLan),
      pieceBytes: () => this.pieceBytes(device),
    };
  }

  /** Forgets the devices that are not configured any more. */
  devicesChanged(): void {
    const known = new Set(this.settings().devices.map(({ id }) => id));
    for (const device of this.devices.keys()) if (!known.has(device)) this.devices.delete(device);
  }

  private isLimited(device: DeviceId, isLan: boolean): boolean {
    const { limits } = this.settings();
    if (isLan && limits?.limitInLan !== true) return false;
    return hasRate(limits) || hasRate(this.ratesOf(device));
  }

  /** What the lowest limit gives in a moment, so that a peer sees bytes come rather than long silence. */
  private pieceBytes(device: DeviceId): number {
    const rates = [this.settings().limits, this.ratesOf(device)].map((each) => rateOf(each, 'out'));
    const lowest = Math.min(...rates.filter((rate) => rate > 0));
    const share = (lowest * PIECE_MS) / MS_PER_S;
    return Math.min(PIECE_BYTES, Math.max(PIECE_BYTES_MIN, Math.floor(share)));
  }

  private take(device: DeviceId, direction: Direction, bytes: number): number {
    const nowMs = this.clock.monotonicMs();
    const own = this.devices.get(device) ?? newBuckets();
    this.devices.set(device, own);
    const { limits } = this.settings();
    own[direction].setRate(rateOf(this.ratesOf(device), direction), nowMs);
    this.node[direction].setRate(rateOf(limits, direction), nowMs);
    return Math.max(own[direction].take(bytes, nowMs), this.node[direction].take(bytes, nowMs));
  }

  private ratesOf(device: DeviceId): Rates | undefined {
    return this.settings().devices.find(({ id }) => id === device);
  }
}

function newBuckets(): Buckets {
  return { in: new TokenBucket(), out: new TokenBucket() };
}

function hasRate(rates: Rates | undefined): boolean {
  return rateOf(rates, 'in') > 0 || rateOf(rates, 'out') > 0;
}

function rateOf(rates: Rates | undefined, direction: Direction): number {
  const kbps = direction === 'in' ? rates?.maxRecvKbps : rates?.maxSendKbps;
  return (kbps ?? 0) * BYTES_PER_KIB;
}
