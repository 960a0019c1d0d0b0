/**
 * From a channel to a candidate: greets whoever is at the far end, then decides whether they stay. The decision comes
 * after Hello, as in the whole network: so a stranger's name is known to the user, and the stranger learns that
 * somebody is here; nothing beyond Hello goes to them, and our device's name only to configured devices.
 */
import { type Duplex } from 'node:stream';
import { messageOf, SyncError } from '../../domain/errors.js';
import { type DeviceId } from '../../domain/wire-terms.js';
import { type Clock } from '../../platform/clock.js';
import { type DeviceSettings } from '../config/settings.js';
import { type Hello } from '../protocol/messages.js';
import { applicantOf } from './applicant.js';
import { type ConnectionLog, SaidOnce } from './connection-log.js';
import { type Candidate } from './connection-register.js';
import { admit, type Applicant, entryFor, type Refusal } from './device-admission.js';
import { CLIENT_NAME } from './duplicate-rule.js';
import { type Strangers } from './strangers.js';
import { hostOf, ipOf } from './tcp-address.js';
import { type Channel } from './transport.js';
import { WaitingRoom } from './waiting-room.js';

/** Incoming channels that have not said Hello. */
export const PENDING_HELLOS_MAX = 64;
/** How long a refused peer has to read what was sent before its socket is destroyed. */
export const REFUSAL_LINGER_MS = 1000;
const NS_PER_MS = 1_000_000n;

export interface ReceptionParts {
  readonly ownId: DeviceId;
  readonly deviceName: () => string;
  readonly clientVersion: string;
  /** The configured devices, each once. */
  readonly known: () => DeviceSettings[];
  /** The device of 2013 with the fingerprint has this ID. */
  readonly learn: (fingerprint: string, id: DeviceId) => void;
  readonly strangers: Strangers;
  /** Sends our Hello and reads the peer's, within a bounded time. */
  readonly greet: (stream: Duplex, hello: Hello, signal: AbortSignal) => Promise<Hello>;
  /** Takes a welcome candidate; true when it stays. */
  readonly offer: (candidate: Candidate) => Promise<boolean>;
  readonly clock: Clock;
  readonly log: ConnectionLog;
}

export class Reception {
  private readonly room = new WaitingRoom(PENDING_HELLOS_MAX);
  private readonly said = new SaidOnce();

  constructor(private readonly parts: ReceptionParts) {}

  /** True when the channel stays. Otherwise it is closed. Rejects only on a failure of our own. */
  async receive(channel: Channel, isOurs: boolean, signal: AbortSignal): Promise<boolean> {
    const applicant = { ...applicantOf(channel.peerCertificate), ...addressOf(channel) };
    if (applicant.id === this.parts.ownId) {
      channel.stream.destroy();
      this.refusal(applicant, channel, 'self', 'the address leads back to this device');
      return false;
    }
    const isKnown = entryFor(applicant, this.parts.known()) !== undefined;
    const hello = await this.hello(channel, applicant, isKnown, isOurs, signal);
    if (hello === undefined) return false;
    const admission = admit(applicant, this.parts.ownId, this.parts.known());
    if (admission.verdict === 'refused') {
      this.dismiss(channel.stream);
      if (admission.kind === 'unknown') {
        await this.parts.strangers.refuse(applicant.id, hello.deviceName, channel.remoteAddress);
      } else {
        this.refusal(applicant, channel, admission.kind, admission.reason);
      }
      return false;
    }
    if (admission.learned) this.learn(applicant);
    return this.parts.offer({ channel, hello, device: admission.device, isOurs });
  }

  /** Closes the channels whose peers have not said Hello. */
  stop(): void {
    this.room.clear();
  }

  /** The peer's Hello; undefined when there was none, and the channel is destroyed. */
  private async hello(
    channel: Channel,
    applicant: Applicant,
    isKnown: boolean,
    isOurs: boolean,
    signal: AbortSignal,
  ): Promise<Hello | undefined> {
    const { greet, log } = this.parts;
    const { stream, remoteAddress } = channel;
    const scope = new AbortController();
    const stop = (): void => scope.abort(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    // Who has proven to be a configured device competes with nobody but itself.
    const leave = isOurs
      ? () => undefined
      : this.room.enter(isKnown ? applicant.id : hostOf(remoteAddress), () =>
          scope.abort(new SyncError('refused', 'too many connections wait for their Hello')),
        );
    try {
      const hello = await greet(stream, this.ownHello(isKnown), scope.signal);
      this.said.forget(`${applicant.id} hello`);
      return hello;
    } catch (error) {
      stream.destroy();
      const line = `No Hello from ${applicant.id} at ${remoteAddress}: ${messageOf(error)}`;
      // 2.x hangs up before its Hello while it believes to be connected: told once until it says Hello again.
      if (isKnown && this.said.isNew(`${applicant.id} hello`)) log.info(line);
      else log.debug(line);
      return undefined;
    } finally {
      leave();
      signal.removeEventListener('abort', stop);
    }
  }

  private ownHello(isKnown: boolean): Hello {
    return {
      deviceName: isKnown ? this.parts.deviceName() : '',
      clientName: CLIENT_NAME,
      clientVersion: this.parts.clientVersion,
      connections: 1,
      timestamp: BigInt(Math.trunc(this.parts.clock.nowMs())) * NS_PER_MS,
    };
  }

  private learn(applicant: Applicant): void {
    this.parts.learn(applicant.fingerprint, applicant.id);
    this.parts.log.info(
      `The device with the fingerprint ${applicant.fingerprint} is ${applicant.id}; that ID is used from now on`,
    );
  }

  /** Told once per device and reason; the peer will try again and again. */
  private refusal(applicant: Applicant, channel: Channel, kind: Refusal, reason: string): void {
    const line = `Refused ${applicant.id} at ${channel.remoteAddress}: ${reason}`;
    if (kind !== 'self' && this.said.isNew(`${applicant.id} ${kind}`)) this.parts.log.warn(line);
    else this.parts.log.debug(line);
  }

  /** Ends the stream so that what was sent still arrives. */
  private dismiss(stream: Duplex): void {
    const timer = this.parts.clock.setTimer(REFUSAL_LINGER_MS, () => stream.destroy());
    stream.once('close', () => timer.cancel());
    stream.resume();
    stream.end();
  }
}

function addressOf({ remoteAddress }: Channel): { ip?: string } {
  const ip = ipOf(remoteAddress);
  return ip === undefined ? {} : { ip };
}
