/** The settings of a node after all sources were merged and validated. Plain values; nothing here reads anything. */
import { type Compression, type FolderType } from '../../domain/wire-terms.js';

export interface FolderSettings {
  readonly id: string;
  readonly label: string;
  /** Absolute path. */
  readonly path: string;
  readonly type: FolderType;
  /** Device IDs, our own left out; the 2013 fingerprint stands for a device whose ID is not known yet. */
  readonly devices: readonly string[];
  readonly paused: boolean;
  readonly rescanIntervalS: number;
  /** False or absent: the interval is a default, which depends on whether changes are watched for. */
  readonly isRescanIntervalStated?: boolean;
  /** Changes are told by the file system as they happen. Absent: yes. */
  readonly watch?: boolean;
  /** A path that was quiet for so long is scanned. Absent: 0.3. */
  readonly watchDelayS?: number;
  /** A path that is never quiet is scanned after so long. Absent: as the watcher finds right. */
  readonly watchTimeoutS?: number;
  readonly ignorePerms: boolean;
  /** Deletes from the cluster are not applied here. */
  readonly ignoreDelete: boolean;
  /** NFD names on disk are renamed to NFC. */
  readonly autoNormalize: boolean;
  /** Conflict copies kept per file; -1 = all, 0 = none. */
  readonly maxConflicts: number;
  /** Links directly below the root that point to directories are followed. Absent: no. */
  readonly followSymlinks?: boolean;
  /** What becomes of files that the cluster replaces or deletes. Absent: they are gone. */
  readonly versioning?: VersioningSettings;
  /** With less room than this nothing is pulled. Absent: 1 %. */
  readonly minDiskFree?: SizeLimit;
  /** Absent: in tree order, the fastest. */
  readonly pullOrder?: PullOrder;
  /** Modification times that differ by no more than this count as equal. Absent: 0. */
  readonly modifiedWindowS?: number;
  /** Blocks of zeros are written out, not left as holes. */
  readonly disableSparseFiles?: boolean;
  /** New items get the owner and group of the directory that they are in. */
  readonly copyOwnershipFromParent?: boolean;
  /** Owner and group are sent, and set from what others send. */
  readonly syncOwnership?: boolean;
  /** Owner and group are sent. */
  readonly sendOwnership?: boolean;
  readonly syncXattrs?: boolean;
  readonly sendXattrs?: boolean;
  /** Names are not compared for case: the file system holds both. */
  readonly caseSensitiveFs?: boolean;
  /** When changes are too many to be applied, or announced, unasked. Absent: it warns, with the usual limits. */
  readonly guard?: GuardSettings;
  /** The user named this path in a configuration (the built-in default folder: false). */
  readonly isNamedByUser: boolean;
  /** Why this folder must not run: a setting that limits access and that we do not implement. Empty: it may. */
  readonly blockedBy: string;
  readonly source: SettingsSource;
}

/** An amount of room: bytes in the unit, or percent of the file system. 0: no limit. */
export interface SizeLimit {
  readonly value: number;
  /** Decimal units, as stock's. */
  readonly unit: '%' | 'B' | 'kB' | 'MB' | 'GB' | 'TB';
}

/** More than `percent` of the folder's files, and at least `filesMin`, deleted or replaced at once. */
export interface GuardSettings {
  readonly mode: 'off' | 'warn' | 'hold';
  readonly percent: number;
  readonly filesMin: number;
}

export type PullOrder =
  'random' | 'alphabetic' | 'smallestFirst' | 'largestFirst' | 'oldestFirst' | 'newestFirst';

/** How replaced and deleted files are kept. */
export interface VersioningSettings {
  readonly type: 'trashcan' | 'simple' | 'staggered' | 'external';
  /** As stock names them, such as `keep` or `cleanoutDays`. */
  readonly params: Readonly<Record<string, string>>;
  /** Where they are kept, absolute or from the folder's root; '': `.stversions` in the folder. */
  readonly path: string;
  /** 0: versions are never cleaned out. */
  readonly cleanupIntervalS: number;
}

export interface DeviceSettings {
  /** Full device ID, or '' while only a 2013 fingerprint is known. */
  readonly id: string;
  /** 32 characters base32 of the SHA-1 of the certificate, or ''. */
  readonly fingerprint: string;
  readonly name: string;
  /** `dynamic` or `tcp://host:port`. */
  readonly addresses: readonly string[];
  readonly compression: Compression;
  readonly certName: string;
  readonly paused: boolean;
  /** KiB/s to and from this device; 0 = unlimited, and so when absent. */
  readonly maxSendKbps?: number;
  readonly maxRecvKbps?: number;
  /** `address/bits`, or `!address/bits` for what is not allowed; empty or absent: any. The device may connect, and is
   * dialled, only where the first entry that fits its address allows it. */
  readonly allowedNetworks?: readonly string[];
  readonly blockedBy: string;
  readonly source: SettingsSource;
}

/** Bounds on what the node takes of the network. */
export interface NetworkLimits {
  /** KiB/s of the whole node; 0 = unlimited. */
  readonly maxSendKbps: number;
  readonly maxRecvKbps: number;
  /** Whether the rates hold for devices on the LAN too. */
  readonly limitInLan: boolean;
  /** Connections at once; 0 = unlimited. */
  readonly connectionsMax: number;
  /** With so many nobody else is dialled, but whoever dials us is let in; 0 or absent = dial everybody. */
  readonly connectionsEnough?: number;
  /** `address/bits`: networks that count as LAN besides those of our interfaces. */
  readonly lanNetworks: readonly string[];
}

/** Lowest to highest: a later source wins. */
export type SettingsSource =
  'default' | 'config.xml' | 'syncthing.ini' | 'environment' | 'command line';

/** How other devices are found, and find us. */
export interface DiscoverySettings {
  /** `https://` URLs; `default` stands for the public servers of the Syncthing network. */
  readonly servers: readonly string[];
  /** The port to announce; 0 = the listen port. */
  readonly announcedPort: number;
  /** UDP port of the announcements on the LAN over IPv4. Absent: 21027. */
  readonly localPort?: number;
  /** Group and port of those over IPv6, `[address]:port`. Absent: `[ff12::8384]:21027`. */
  readonly multicastAddress?: string;
}

/** The HTTP side. */
export interface GuiSettings {
  readonly enabled: boolean;
  /** `host:port`. */
  readonly address: string;
  readonly apiKey: string;
  /** Why the HTTP side must not run: a login that we do not implement. Empty: it may. */
  readonly blockedBy: string;
}

export type TraceFacility = 'net' | 'file' | 'idx';
export type LogFormat = 'pretty' | 'json';
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface Settings {
  /** Absolute path of the home. */
  readonly home: string;
  readonly deviceName: string;
  /** `tcp://host:port` each. */
  readonly listenAddresses: readonly string[];
  readonly readOnly: boolean;
  readonly reconnectIntervalS: number;
  /** Bytes requested and not yet answered, per folder. */
  readonly requestBytesMax: number;
  readonly filesInFlight: number;
  readonly transferStatistics: boolean;
  readonly localAnnounce: boolean;
  readonly globalAnnounce: boolean;
  /** Absent: the public servers and the listen port. */
  readonly discovery?: DiscoverySettings;
  /** Absent: no limits. */
  readonly limits?: NetworkLimits;
  /** With less room than this on the home's disk nothing is pulled. Absent: 1 %. */
  readonly minHomeDiskFree?: SizeLimit;
  /** Absent: no HTTP side. */
  readonly gui?: GuiSettings;
  readonly trace: readonly TraceFacility[];
  readonly logFormat: LogFormat;
  readonly logLevel: LogLevel;
  /** Levels of parts of the node that differ from its own, by the name that their lines carry. */
  readonly facilityLevels?: Readonly<Record<string, LogLevel>>;
  readonly folders: readonly FolderSettings[];
  readonly devices: readonly DeviceSettings[];
}
