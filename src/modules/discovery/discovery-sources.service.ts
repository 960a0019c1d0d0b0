/**
 * The ways in which this node finds others: the LAN over IPv4 and IPv6, and global servers, as the settings say.
 * Owns which of them run, and looks every few seconds whether this machine still has the same addresses.
 */
import { Injectable, Logger } from '@nestjs/common';
import { messageOf } from '../../domain/errors.js';
import { Clock, type Timer } from '../../platform/clock.js';
import { Randomness } from '../../platform/randomness.js';
import { CertService } from '../cert/cert.service.js';
import { DEFAULT_VALUES } from '../config/defaults.js';
import { type Settings } from '../config/settings.js';
import { SettingsService } from '../config/settings.service.js';
import { EventsService } from '../events/events.service.js';
import { type AddressSource, AddressSources } from './address-source.js';
import { ownAddresses } from './announced-addresses.js';
import { Beacon, type BeaconPlace } from './beacon.js';
import { DiscoveryHttp } from './discovery-http.js';
import { type DiscoveryLog } from './discovery-log.js';
import { expandServers, parseServer } from './discovery-server.js';
import { GlobalDiscovery } from './global-discovery.js';
import { LocalDiscovery } from './local-discovery.js';

/** How often the addresses of this machine are looked at. */
export const NETWORK_LOOK_MS = 5000;
/** And how soon after a change, which rarely comes alone. */
const NETWORK_SETTLE_MS = 1000;

/** One source that runs, under the words that tell it from the others. */
type Running = LocalDiscovery | GlobalDiscovery;

@Injectable()
export class DiscoverySourcesService extends AddressSources {
  private readonly logger = new Logger('discovery');
  private readonly running = new Map<string, Running>();
  /** Changes of the settings are applied one after the other. */
  private applied: Promise<void> = Promise.resolve();
  private listening: (() => readonly string[]) | undefined;
  private stopHearing: () => void = () => undefined;
  private look: Timer | undefined;
  private localAddresses = '';
  /** What was to be announced when the settings were last applied. */
  private announced = '';

  constructor(
    private readonly settings: SettingsService,
    private readonly cert: CertService,
    private readonly events: EventsService,
    private readonly clock: Clock,
    private readonly randomness: Randomness,
    private readonly beacon: Beacon,
    private readonly http: DiscoveryHttp,
  ) {
    super();
  }

  get sources(): readonly AddressSource[] {
    return [...this.running.values()];
  }

  /** `listening`: the addresses really listened on, `tcp://host:port` each; asked at every announcement. */
  async start(listening: () => readonly string[]): Promise<void> {
    this.listening = listening;
    this.stopHearing = this.settings.onChange(() => this.apply());
    await this.apply();
  }

  async stop(): Promise<void> {
    this.stopHearing();
    this.listening = undefined;
    await this.apply();
  }

  /** Starts what the settings ask for and stops what they no longer do; what stays is not disturbed. */
  private apply(): Promise<void> {
    const apply = this.applied.then(() => this.applyNow());
    this.applied = apply.catch((error: unknown) => {
      this.logger.error(`Discovery: ${messageOf(error)}`);
    });
    return this.applied;
  }

  private async applyNow(): Promise<void> {
    const wanted = this.listening === undefined ? new Map() : this.wanted(this.settings.settings);
    const gone = [...this.running].filter(([key]) => !wanted.has(key));
    for (const [key] of gone) this.running.delete(key);
    await Promise.all(gone.map(([, source]) => source.stop()));
    const added = [...wanted].filter(([key]) => !this.running.has(key));
    if (added.some(([key]) => key.startsWith('local'))) this.logger.log('Starting local discovery');
    if (added.some(([key]) => key.startsWith('global'))) {
      this.logger.log('Starting global discovery');
    }
    const announced = this.listening === undefined ? '' : this.announcedNow().join();
    const hasMoved = announced !== this.announced;
    this.announced = announced;
    if (hasMoved) for (const source of this.running.values()) source.networkChanged();
    for (const [key, make] of added) {
      const source = make();
      if (source === undefined) continue;
      this.running.set(key, source);
      await source.start();
    }
    this.watchNetwork();
  }

  private wanted(settings: Settings): Map<string, () => Running | undefined> {
    const { localAnnounce, globalAnnounce, discovery } = settings;
    const wanted = new Map<string, () => Running | undefined>();
    if (localAnnounce) {
      const port = discovery?.localPort ?? DEFAULT_VALUES.localDiscoveryPort;
      const multicast = discovery?.multicastAddress ?? DEFAULT_VALUES.multicastAddress;
      const [, group, groupPort] = /^\[(.*)\]:(\d+)$/.exec(multicast) ?? [];
      const places: BeaconPlace[] = [
        { kind: 'broadcast', port, group: '' },
        { kind: 'multicast', port: Number(groupPort), group },
      ];
      for (const place of places) {
        wanted.set(`local ${place.kind} ${place.group} ${place.port}`, () => this.local(place));
      }
    }
    if (globalAnnounce) {
      for (const server of expandServers(discovery?.servers ?? DEFAULT_VALUES.discoveryServers)) {
        wanted.set(`global ${server}`, () => this.global(server));
      }
    }
    return wanted;
  }

  private local(place: BeaconPlace): LocalDiscovery {
    return new LocalDiscovery({
      ...{ place, ...this.common() },
      ownId: this.cert.deviceId,
      beacon: this.beacon,
      // Signed on the wire, and positive as others choose it.
      instanceId: this.randomness.uint64() >> 1n,
      isConfigured: (device) => this.settings.settings.devices.some(({ id }) => id === device),
      found: (device, addresses) =>
        this.events.emit('DeviceDiscovered', { device, addresses: [...addresses] }),
    });
  }

  /** Undefined, and told, for an address that is no server's: the others do without it. */
  private global(address: string): GlobalDiscovery | undefined {
    try {
      const server = parseServer(address);
      return new GlobalDiscovery({ server, http: this.http, ...this.common() });
    } catch (error) {
      this.logger.warn(`Global discovery: ${messageOf(error)}`);
      return undefined;
    }
  }

  private common() {
    const log: DiscoveryLog = {
      info: (line) => this.logger.log(line),
      warn: (line) => this.logger.warn(line),
      debug: (line) => this.logger.debug(line),
    };
    return { clock: this.clock, log, announced: () => this.announcedNow() };
  }

  private announcedNow(): string[] {
    const port = this.settings.settings.discovery?.announcedPort ?? 0;
    return ownAddresses(this.listening?.() ?? [], port);
  }

  /** Without any source too: connections end with the addresses that they go over. */
  private watchNetwork(): void {
    if (this.listening === undefined) {
      this.look?.cancel();
      this.look = undefined;
      return;
    }
    if (this.look !== undefined) return;
    this.localAddresses = this.beacon.localAddresses().join();
    const again = (delayMs: number): void => {
      this.look = this.clock.setTimer(delayMs, () => {
        const hasChanged = this.lookAtNetwork();
        again(hasChanged ? NETWORK_SETTLE_MS : NETWORK_LOOK_MS);
      });
    };
    again(NETWORK_LOOK_MS);
  }

  /** True when something is not as it was. */
  private lookAtNetwork(): boolean {
    const addresses = this.beacon.localAddresses();
    const before = this.localAddresses;
    this.localAddresses = addresses.join();
    if (this.localAddresses === before) return false;
    this.logger.log(`This machine's addresses are now ${addresses.join(', ') || 'none'}`);
    this.events.emit('NetworkChanged', { addresses: [...addresses] });
    for (const source of this.running.values()) source.networkChanged();
    return true;
  }
}
