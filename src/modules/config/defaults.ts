/** The built-in defaults: the first source of settings. config/default.json shows them to people; a test compares. */
import { DEFAULT_LISTEN_ADDRESSES } from './addresses.js';
import { type NodeValues } from './partial-settings.js';

/** What one of the requests that --reqs-in-flight counts asks for: the smallest block. */
export const BYTES_PER_REQUEST = 128 * 1024;

/** Where nothing states an interval: rescans are all there is, or they only make up for what a watcher missed. */
export const RESCAN_INTERVAL_S = 60;
export const RESCAN_INTERVAL_WATCHED_S = 3600;

export const DEFAULT_VALUES = {
  listenAddresses: DEFAULT_LISTEN_ADDRESSES,
  readOnly: false,
  followSymlinks: true,
  localAnnounce: true,
  globalAnnounce: true,
  discoveryServers: ['default'],
  announcedPort: 0,
  localDiscoveryPort: 21027,
  multicastAddress: '[ff12::8384]:21027',
  reconnectIntervalS: 60,
  requestsInFlight: 256,
  filesInFlight: 8,
  transferStatistics: true,
  trace: [],
  maxSendKbps: 0,
  maxRecvKbps: 0,
  limitInLan: false,
  connectionsMax: 0,
  connectionsEnough: 0,
  lanNetworks: [],
  guiEnabled: true,
  guiAddress: '127.0.0.1:8384',
  guiApiKey: '',
  guiBlockedBy: '',
  logLevel: 'info',
} as const satisfies NodeValues;
