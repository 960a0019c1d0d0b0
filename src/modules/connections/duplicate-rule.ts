/**
 * Which of two connections to one device stays. Pure. Both ends must come to the same answer, or each closes the
 * other's choice and none is left.
 *
 * What stock peers do: 1.19 shakes hands one by one; a second connection is closed while the first is younger than
 * 10 s, and replaces it when it is older. 2.x refuses a second one before Hello; when two were already in Hello it
 * keeps both, its first one as the primary. So against a stock peer the peer has chosen, and we follow: the second
 * connection is held, unread, until the first one carries the peer's Cluster Config (the choice is made: drop the
 * held one) or is closed (use the held one), or HOLD_MS have passed.
 *
 * A peer of our own kind applies this same table, so both can choose at once: of two that crossed, the one dialed
 * by the device with the smaller ID stays.
 *
 * A device dials only when it believes itself unconnected. So a second connection dialed by the same side as the
 * first says that side has lost the first, and the newer one stays; likewise when the first is older than any two
 * dials that crossed could be. This is what frees a device from a half-dead connection long before its ping fails.
 */
import { type DeviceId } from '../../domain/wire-terms.js';

/** The client name in our Hello. */
export const CLIENT_NAME = 'syncnest';
/** Connections that crossed are settled within this time; an older one is replaced. The figure is 1.19's. */
export const CROSSING_MS = 10_000;
/** How long a second connection waits for the stock peer's choice. 2.x takes a second to send Cluster Config. */
export const HOLD_MS = 5000;

export interface Crossing {
  readonly ownId: DeviceId;
  readonly peerId: DeviceId;
  /** The client name in the peer's Hello. */
  readonly clientName: string;
  /** We dialed the established connection. */
  readonly existingIsOurs: boolean;
  readonly existingAgeMs: number;
  /** The peer's Cluster Config came over the established connection. */
  readonly existingIsChosen: boolean;
  /** We dialed the new one. */
  readonly newIsOurs: boolean;
}

/** 'replace': the new one stays. 'refuse': the established one stays. 'hold': wait for the peer's choice. */
export type Settlement = 'replace' | 'refuse' | 'hold';

export function settle(crossing: Crossing): Settlement {
  if (crossing.existingAgeMs >= CROSSING_MS) return 'replace';
  if (crossing.existingIsOurs === crossing.newIsOurs) return 'replace';
  if (crossing.clientName === CLIENT_NAME) {
    const newIsFromSmaller = crossing.newIsOurs === crossing.ownId < crossing.peerId;
    return newIsFromSmaller ? 'replace' : 'refuse';
  }
  return crossing.existingIsChosen ? 'refuse' : 'hold';
}
