/** The connections of one device for tests: the real service over any transport, with a handler that keeps notes. */
import { Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { deviceIdFromCertificate, fingerprint2013 } from '../../src/domain/device-id.js';
import { type CertService } from '../../src/modules/cert/cert.service.js';
import {
  type DeviceSettings,
  type NetworkLimits,
  type Settings,
} from '../../src/modules/config/settings.js';
import {
  type SettingsListener,
  type SettingsService,
} from '../../src/modules/config/settings.service.js';
import { ConnectedDevices } from '../../src/modules/connections/connected-devices.js';
import { ConnectionsService } from '../../src/modules/connections/connections.service.js';
import { type DeviceHandler } from '../../src/modules/connections/device-handler.js';
import { type Transport } from '../../src/modules/connections/transport.js';
import {
  type IndexDatabase,
  type PendingDevice,
} from '../../src/modules/database/index-database.js';
import { DiscoveryService } from '../../src/modules/discovery/discovery.service.js';
import { EventsService } from '../../src/modules/events/events.service.js';
import { type PeerConnection } from '../../src/modules/protocol/connection-handler.js';
import { ProtocolService } from '../../src/modules/protocol/protocol.service.js';
import { type Clock, SystemClock } from '../../src/platform/clock.js';
import { SystemRandomness } from '../../src/platform/randomness.js';
import { type TestCertificate } from './test-certificate.js';

export interface NodeOptions {
  readonly devices: readonly Partial<DeviceSettings>[];
  readonly listenAddresses?: readonly string[];
  readonly reconnectIntervalS?: number;
  readonly clock?: Clock;
  readonly limits?: NetworkLimits;
}

export class ConnectedNode {
  readonly id: string;
  readonly fingerprint: string;
  readonly devices = new ConnectedDevices();
  /** What the handler was told, in order: `connected ID`, `config ID`, `closed ID`. */
  readonly calls: string[] = [];
  readonly logged: string[] = [];
  readonly pending: PendingDevice[] = [];
  readonly learned: [string, string][] = [];
  private service: ConnectionsService | undefined;
  private changed: () => void = () => undefined;
  private settingsService: { settings: Settings } | undefined;
  private tellSettings: SettingsListener = () => undefined;

  constructor(
    readonly certificate: TestCertificate,
    private readonly transport: Transport,
  ) {
    this.id = deviceIdFromCertificate(certificate.der);
    this.fingerprint = fingerprint2013(certificate.der);
  }

  async start(options: NodeOptions): Promise<void> {
    const clock = options.clock ?? new SystemClock();
    const events = new EventsService(new EventEmitter2());
    for (const name of [
      'DeviceConnected',
      'DeviceDisconnected',
      'PendingDevicesChanged',
    ] as const) {
      events.on(name, ({ device }) => this.note(`${name} ${device}`));
    }
    const service = new ConnectionsService(
      this.settings(options),
      { ...this.certificate, deviceId: this.id } as unknown as CertService,
      new ProtocolService(clock),
      this.transport,
      new DiscoveryService({ sources: [] }, clock),
      this.database(),
      events,
      this.devices,
      clock,
      new SystemRandomness(),
    );
    this.keepLog(service);
    this.service = service;
    await service.start(this.handler());
  }

  /** As when the user changes the settings while the node runs. */
  async change(options: NodeOptions): Promise<void> {
    const service = this.settingsService as { settings: Settings };
    const before = service.settings;
    service.settings = settingsOf(options);
    await this.tellSettings(service.settings, before);
  }

  get connections(): ConnectionsService {
    return this.service as ConnectionsService;
  }

  async stop(): Promise<void> {
    await this.service?.stop();
  }

  get address(): string {
    return this.service?.listenAddresses[0] as string;
  }

  /** Resolves when it is so; looked at after every call, event and log line. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => (this.changed = resolve));
  }

  count(call: string): number {
    return this.calls.filter((each) => each === call).length;
  }

  countLogged(part: string): number {
    return this.logged.filter((line) => line.includes(part)).length;
  }

  private note(call: string): void {
    this.calls.push(call);
    this.changed();
  }

  private handler(): DeviceHandler {
    const nothing = (): Promise<void> => Promise.resolve();
    return {
      connected: (connection: PeerConnection) => {
        this.note(`connected ${connection.deviceId}`);
        return connection.clusterConfig({ folders: [], secondary: false });
      },
      clusterConfig: (connection) => {
        this.note(`config ${connection.deviceId}`);
        return nothing();
      },
      index: nothing,
      indexUpdate: nothing,
      request: () => Promise.reject(new Error('nothing here')),
      downloadProgress: nothing,
      closed: (connection) => this.note(`closed ${connection.deviceId}`),
    };
  }

  private settings(options: NodeOptions): SettingsService {
    const settings = settingsOf(options);
    const service = {
      settings,
      onChange: (listener: SettingsListener) => {
        this.tellSettings = listener;
        return () => undefined;
      },
      rememberDeviceId: async (fingerprint: string, id: string) => {
        this.learned.push([fingerprint, id]);
      },
    };
    this.settingsService = service;
    return service as unknown as SettingsService;
  }

  private database(): IndexDatabase {
    return {
      pendingDevices: () => Promise.resolve(this.pending),
      addPendingDevice: (pending: PendingDevice) => {
        this.pending.push(pending);
        return Promise.resolve(true);
      },
    } as unknown as IndexDatabase;
  }

  private keepLog(service: ConnectionsService): void {
    const keep = (line: unknown): void => {
      this.logged.push(String(line));
      this.changed();
    };
    const logger = new Logger('test');
    Object.assign(logger, { log: keep, warn: keep, error: keep, debug: () => undefined });
    Object.assign(service, { logger });
  }
}

function settingsOf(options: NodeOptions): Settings {
  return {
    deviceName: 'test',
    listenAddresses: options.listenAddresses ?? [],
    reconnectIntervalS: options.reconnectIntervalS ?? 60,
    transferStatistics: false,
    trace: [],
    limits: options.limits,
    devices: options.devices.map((device) => ({
      ...{ id: '', fingerprint: '', name: '', addresses: ['dynamic'], compression: 'metadata' },
      ...{ certName: '', paused: false, blockedBy: '', source: 'config.xml' },
      ...device,
    })),
  } as unknown as Settings;
}
