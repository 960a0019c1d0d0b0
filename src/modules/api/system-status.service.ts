/** What the process and its connections are at, as /rest/system answers it. */
import { availableParallelism, homedir } from 'node:os';
import { type Server } from 'node:http';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Clock } from '../../platform/clock.js';
import { CertService } from '../cert/cert.service.js';
import { SettingsService } from '../config/settings.service.js';
import { type ConnectionStatus } from '../connections/connection-status.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { DiscoveryService } from '../discovery/discovery.service.js';
import { boundAddress } from './bound-address.js';
import { NEVER } from './folder-summary.js';
import { ProgramControl } from './program-control.js';

const MS_PER_S = 1000;
/** Syncthing's names of platforms. */
const ARCHITECTURES: Record<string, string> = { x64: 'amd64', ia32: '386' };

export type StatusAnswer = Record<string, unknown>;

export interface ConnectionAnswer {
  readonly at: string;
  readonly inBytesTotal: number;
  readonly outBytesTotal: number;
  readonly startedAt: string;
  readonly connected: boolean;
  readonly paused: boolean;
  readonly address: string;
  readonly clientVersion: string;
  readonly type: string;
  readonly crypto: string;
  readonly isLocal: boolean;
}

export interface ConnectionsAnswer {
  readonly connections: Record<string, ConnectionAnswer>;
  readonly total: { at: string; inBytesTotal: number; outBytesTotal: number };
}

@Injectable()
export class SystemStatusService {
  constructor(
    private readonly settings: SettingsService,
    private readonly cert: CertService,
    private readonly listening: ConnectionsService,
    private readonly discovery: DiscoveryService,
    private readonly http: HttpAdapterHost,
    private readonly program: ProgramControl,
    private readonly clock: Clock,
  ) {}

  version(): Record<string, unknown> {
    const { version } = this.program;
    const os = process.platform;
    const arch = ARCHITECTURES[process.arch] ?? process.arch;
    return {
      version: `v${version}`,
      codename: 'syncnest',
      longVersion: `syncnest v${version} (node ${process.version} ${os}-${arch})`,
      os,
      arch,
      isBeta: false,
      isCandidate: false,
      isRelease: true,
      date: NEVER,
      tags: [],
      stamp: '0',
      user: '',
    };
  }

  status(): StatusAnswer {
    const memory = process.memoryUsage();
    return {
      myID: this.cert.deviceId,
      goroutines: availableParallelism(),
      alloc: memory.heapUsed,
      sys: memory.rss,
      tilde: homedir(),
      ...this.discoveryStatus(),
      connectionServiceStatus: this.listeners(),
      lastDialStatus: this.dials(),
      cpuPercent: 0,
      pathSeparator: '/',
      urVersionMax: 3,
      uptime: Math.floor((this.clock.nowMs() - this.program.startedMs) / MS_PER_S),
      startTime: timeOf(this.program.startedMs),
      guiAddressOverridden: false,
      guiAddressUsed: boundAddress(this.http.httpAdapter.getHttpServer() as Server),
    };
  }

  connections(): ConnectionsAnswer {
    const { bytesIn, bytesOut } = this.listening.transferred;
    const live = new Map(this.listening.status().map((status) => [status.device, status]));
    const connections: Record<string, ConnectionAnswer> = { [this.cert.deviceId]: NOT_CONNECTED };
    for (const { id, paused } of this.settings.settings.devices) {
      const status = live.get(id);
      if (id === '') continue;
      connections[id] =
        status === undefined ? { ...NOT_CONNECTED, paused } : this.connection(status, paused);
    }
    const at = timeOf(this.clock.nowMs());
    return { connections, total: { at, inBytesTotal: bytesIn, outBytesTotal: bytesOut } };
  }

  /** By device what discovery knows now, on the LAN and from servers. */
  discovered(): Record<string, { addresses: readonly string[] }> {
    return Object.fromEntries(
      [...this.discovery.cache()].map(([device, addresses]) => [device, { addresses }]),
    );
  }

  private connection(status: ConnectionStatus, paused: boolean): ConnectionAnswer {
    const { clientName, clientVersion } = status;
    return {
      at: timeOf(status.atMs),
      inBytesTotal: status.bytesIn,
      outBytesTotal: status.bytesOut,
      startedAt: timeOf(status.startedMs),
      connected: true,
      paused,
      address: status.address,
      clientVersion:
        clientName === 'syncthing' ? clientVersion : `${clientName} ${clientVersion}`.trim(),
      type: status.type,
      crypto: status.crypto,
      isLocal: status.isLocal,
    };
  }

  private listeners(): Record<string, unknown> {
    return Object.fromEntries(
      this.listening.listenerStatus().map(({ configured, address, error }) => {
        const addresses = address === undefined ? null : [address];
        const status = { error: error ?? null, lanAddresses: addresses, wanAddresses: addresses };
        return [configured, status];
      }),
    );
  }

  private dials(): Record<string, { when: string; error: string | null }> {
    return Object.fromEntries(
      [...this.listening.dialStatus()].map(([address, { whenMs, error }]) => [
        address,
        { when: timeOf(whenMs), error: error ?? null },
      ]),
    );
  }

  private discoveryStatus(): Record<string, unknown> {
    const { localAnnounce, globalAnnounce } = this.settings.settings;
    if (!localAnnounce && !globalAnnounce) return {};
    const all = this.discovery.status();
    const failing = all.filter(({ problem }) => problem !== '');
    return {
      discoveryEnabled: true,
      discoveryStatus: Object.fromEntries(
        all.map(({ name, problem }) => [name, { error: problem === '' ? null : problem }]),
      ),
      discoveryMethods: all.length,
      discoveryErrors: Object.fromEntries(failing.map(({ name, problem }) => [name, problem])),
    };
  }
}

const NOT_CONNECTED: ConnectionAnswer = {
  at: NEVER,
  inBytesTotal: 0,
  outBytesTotal: 0,
  startedAt: NEVER,
  connected: false,
  paused: false,
  address: '',
  clientVersion: '',
  type: '',
  crypto: '',
  isLocal: false,
};

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
