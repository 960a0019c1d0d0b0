/**
 * Syncthing's configuration as a table: each key of the REST interface's JSON, where it stands in config.xml, its kind
 * and its default. Source: the configuration of Syncthing 1.19; keys that only 2.x has are marked and appear only
 * where the file or a request states them, so that 1.19 reads what we write.
 */
import { type Field, type Place, type Schema } from './config-field.js';
import { DEFAULT_VALUES, RESCAN_INTERVAL_WATCHED_S } from './defaults.js';
import { FOLDER_OPTION_DEFAULTS, WATCH_DELAY_S } from './folder-options.js';

type More = Partial<Omit<Place, 'key' | 'xml'>>;

const text = (key: string, xml: string, value = '', more: More = {}): Field => ({
  kind: 'text',
  key,
  xml,
  value,
  ...more,
});
const deviceId = (key: string, xml: string): Field => ({ kind: 'deviceId', key, xml, value: '' });
const boolean = (key: string, xml: string, value = false, more: More = {}): Field => ({
  kind: 'boolean',
  key,
  xml,
  value,
  ...more,
});
const integer = (
  key: string,
  xml: string,
  value = 0,
  more: More & { least?: number; most?: number } = {},
): Field => ({ kind: 'integer', key, xml, value, ...more });
const number = (key: string, xml: string, value: number, more: More = {}): Field => ({
  kind: 'number',
  key,
  xml,
  value,
  ...more,
});
const texts = (key: string, xml: string, ...value: string[]): Field => ({
  kind: 'texts',
  key,
  xml,
  value,
});
const word = (
  key: string,
  xml: string,
  words: readonly string[],
  more: More & { aliases?: Readonly<Record<string, string>> } = {},
): Field => ({ kind: 'word', key, xml, words, value: words[0], ...more });
const LATER: More = { isLater: true };
const OMITTED: More = { isOmitted: true };

const YEAR_S = 365 * 24 * 60 * 60;

const SIZE: Schema = [number('value', '#text', 1), text('unit', '@unit', '%')];

const VERSIONING: Schema = [
  text('type', '@type', '', OMITTED),
  { kind: 'map', key: 'params', xml: 'param' },
  integer('cleanupIntervalS', 'cleanupIntervalS', 3600),
  text('fsPath', 'fsPath'),
  word('fsType', 'fsType', ['basic', 'fake']),
];

const FOLDER_DEVICE: Schema = [
  deviceId('deviceID', '@id'),
  deviceId('introducedBy', '@introducedBy'),
  text('encryptionPassword', 'encryptionPassword'),
];

/** What cannot be used is named by whoever reads the settings. */
const GUARD: Schema = [
  text('mode', '@mode', FOLDER_OPTION_DEFAULTS.guard.mode),
  number('percent', '@percent', FOLDER_OPTION_DEFAULTS.guard.percent),
  number('filesMin', '@filesMin', FOLDER_OPTION_DEFAULTS.guard.filesMin),
];

const XATTR_FILTER: Schema = [
  {
    kind: 'objects',
    key: 'entries',
    xml: 'entry',
    id: 'match',
    fields: [text('match', '@match'), boolean('permit', '@permit')],
  },
  integer('maxSingleEntrySize', 'maxSingleEntrySize', 1024),
  integer('maxTotalSize', 'maxTotalSize', 4096),
];

export const FOLDER: Schema = [
  text('id', '@id'),
  text('label', '@label'),
  word('filesystemType', 'filesystemType', ['basic', 'fake']),
  text('path', '@path'),
  word('type', '@type', ['sendreceive', 'sendonly', 'receiveonly', 'receiveencrypted'], {
    aliases: { readwrite: 'sendreceive', readonly: 'sendonly' },
  }),
  {
    kind: 'objects',
    key: 'devices',
    xml: 'device',
    formerXml: 'node',
    id: 'deviceID',
    fields: FOLDER_DEVICE,
  },
  text('group', '@group', '', LATER),
  integer('rescanIntervalS', '@rescanIntervalS', RESCAN_INTERVAL_WATCHED_S, {
    least: 0,
    most: YEAR_S,
  }),
  boolean('fsWatcherEnabled', '@fsWatcherEnabled', true),
  number('fsWatcherDelayS', '@fsWatcherDelayS', WATCH_DELAY_S),
  number('fsWatcherTimeoutS', '@fsWatcherTimeoutS', 0, LATER),
  boolean('ignorePerms', '@ignorePerms'),
  boolean('autoNormalize', '@autoNormalize', true),
  { kind: 'object', key: 'minDiskFree', xml: 'minDiskFree', fields: SIZE },
  { kind: 'object', key: 'versioning', xml: 'versioning', fields: VERSIONING },
  integer('copiers', 'copiers'),
  integer('pullerMaxPendingKiB', 'pullerMaxPendingKiB'),
  integer('hashers', 'hashers'),
  // Not written unless it is another: where a file states none, the order is our own.
  word(
    'order',
    'order',
    ['random', 'alphabetic', 'smallestFirst', 'largestFirst', 'oldestFirst', 'newestFirst'],
    OMITTED,
  ),
  boolean('ignoreDelete', 'ignoreDelete'),
  integer('scanProgressIntervalS', 'scanProgressIntervalS'),
  integer('pullerPauseS', 'pullerPauseS'),
  number('pullerDelayS', 'pullerDelayS', 1, LATER),
  integer('maxConflicts', 'maxConflicts', 10),
  boolean('disableSparseFiles', 'disableSparseFiles'),
  boolean('disableTempIndexes', 'disableTempIndexes'),
  boolean('paused', 'paused'),
  integer('weakHashThresholdPct', 'weakHashThresholdPct', 25),
  text('markerName', 'markerName', '.stfolder'),
  boolean('copyOwnershipFromParent', 'copyOwnershipFromParent'),
  integer('modTimeWindowS', 'modTimeWindowS'),
  integer('maxConcurrentWrites', 'maxConcurrentWrites', 2),
  boolean('disableFsync', 'disableFsync'),
  word('blockPullOrder', 'blockPullOrder', ['standard', 'random', 'inOrder']),
  word('copyRangeMethod', 'copyRangeMethod', [
    'standard',
    'ioctl',
    'copy_file_range',
    'sendfile',
    'duplicate_extents',
    'all',
  ]),
  boolean('caseSensitiveFS', 'caseSensitiveFS'),
  // Ours alone: stock drops it when it writes the file.
  boolean('followSymlinks', 'followSymlinks', false, LATER),
  { kind: 'object', key: 'guard', xml: 'guard', fields: GUARD, isLater: true },
  boolean('junctionsAsDirs', 'junctionsAsDirs'),
  boolean('syncOwnership', 'syncOwnership', false, LATER),
  boolean('sendOwnership', 'sendOwnership', false, LATER),
  boolean('syncXattrs', 'syncXattrs', false, LATER),
  boolean('sendXattrs', 'sendXattrs', false, LATER),
  boolean('blockIndexing', 'blockIndexing', true, LATER),
  { kind: 'object', key: 'xattrFilter', xml: 'xattrFilter', fields: XATTR_FILTER, isLater: true },
];

const OBSERVED_FOLDER: Schema = [
  { kind: 'time', key: 'time', xml: '@time', value: '1970-01-01T00:00:00Z' },
  text('id', '@id'),
  text('label', '@label'),
];

const OBSERVED_DEVICE: Schema = [
  { kind: 'time', key: 'time', xml: '@time', value: '1970-01-01T00:00:00Z' },
  deviceId('deviceID', '@id'),
  text('name', '@name'),
  text('address', '@address'),
];

export const DEVICE: Schema = [
  deviceId('deviceID', '@id'),
  text('name', '@name', '', OMITTED),
  texts('addresses', 'address', 'dynamic'),
  // Before version 6 of the schema it was a boolean.
  word('compression', '@compression', ['metadata', 'never', 'always'], {
    aliases: { true: 'metadata', false: 'never' },
  }),
  text('certName', '@certName', '', OMITTED),
  boolean('introducer', '@introducer'),
  boolean('skipIntroductionRemovals', '@skipIntroductionRemovals'),
  deviceId('introducedBy', '@introducedBy'),
  boolean('paused', 'paused'),
  texts('allowedNetworks', 'allowedNetwork'),
  boolean('autoAcceptFolders', 'autoAcceptFolders'),
  integer('maxSendKbps', 'maxSendKbps', 0, { least: 0 }),
  integer('maxRecvKbps', 'maxRecvKbps', 0, { least: 0 }),
  {
    kind: 'objects',
    key: 'ignoredFolders',
    xml: 'ignoredFolder',
    id: 'id',
    fields: OBSERVED_FOLDER,
  },
  integer('maxRequestKiB', 'maxRequestKiB'),
  boolean('untrusted', 'untrusted'),
  integer('remoteGUIPort', 'remoteGUIPort'),
  integer('numConnections', 'numConnections', 0, LATER),
  text('group', '@group', '', LATER),
];

const GUI: Schema = [
  boolean('enabled', '@enabled', true),
  text('address', 'address', '127.0.0.1:8384'),
  text('unixSocketPermissions', 'unixSocketPermissions', '', OMITTED),
  text('user', 'user', '', OMITTED),
  text('password', 'password', '', OMITTED),
  word('authMode', 'authMode', ['static', 'ldap'], OMITTED),
  boolean('metricsWithoutAuth', 'metricsWithoutAuth', false, LATER),
  boolean('useTLS', '@tls'),
  text('apiKey', 'apikey', '', OMITTED),
  boolean('insecureAdminAccess', 'insecureAdminAccess', false, OMITTED),
  text('theme', 'theme', 'default'),
  boolean('debugging', '@debugging'),
  boolean('insecureSkipHostcheck', 'insecureSkipHostcheck', false, OMITTED),
  boolean('insecureAllowFrameLoading', 'insecureAllowFrameLoading', false, OMITTED),
  boolean('sendBasicAuthPrompt', '@sendBasicAuthPrompt', false, LATER),
  integer('sessionCookieDurationS', 'sessionCookieDurationS', 604800, LATER),
  text('sessionCookiePath', 'sessionCookiePath', '/', LATER),
];

const LDAP: Schema = [
  text('address', 'address', '', OMITTED),
  text('bindDN', 'bindDN', '', OMITTED),
  word('transport', 'transport', ['plain', 'tls', 'starttls'], OMITTED),
  boolean('insecureSkipVerify', 'insecureSkipVerify', false, OMITTED),
  text('searchBaseDN', 'searchBaseDN', '', OMITTED),
  text('searchFilter', 'searchFilter', '', OMITTED),
];

const PORT_MAX = 65535;

export const OPTIONS: Schema = [
  texts('listenAddresses', 'listenAddress', 'default'),
  texts('globalAnnounceServers', 'globalAnnounceServer', 'default'),
  boolean('globalAnnounceEnabled', 'globalAnnounceEnabled', true),
  boolean('localAnnounceEnabled', 'localAnnounceEnabled', true),
  integer('localAnnouncePort', 'localAnnouncePort', 21027, { least: 0, most: PORT_MAX }),
  text('localAnnounceMCAddr', 'localAnnounceMCAddr', '[ff12::8384]:21027'),
  integer('maxSendKbps', 'maxSendKbps', 0, { least: 0 }),
  integer('maxRecvKbps', 'maxRecvKbps', 0, { least: 0 }),
  integer('reconnectionIntervalS', 'reconnectionIntervalS', DEFAULT_VALUES.reconnectIntervalS, {
    least: 5,
  }),
  boolean('relaysEnabled', 'relaysEnabled', true),
  integer('relayReconnectIntervalM', 'relayReconnectIntervalM', 10),
  boolean('startBrowser', 'startBrowser', true),
  boolean('natEnabled', 'natEnabled', true),
  integer('natLeaseMinutes', 'natLeaseMinutes', 60),
  integer('natRenewalMinutes', 'natRenewalMinutes', 30),
  integer('natTimeoutSeconds', 'natTimeoutSeconds', 10),
  integer('urAccepted', 'urAccepted'),
  integer('urSeen', 'urSeen'),
  text('urUniqueId', 'urUniqueID'),
  text('urURL', 'urURL', 'https://data.syncthing.net/newdata'),
  boolean('urPostInsecurely', 'urPostInsecurely'),
  integer('urInitialDelayS', 'urInitialDelayS', 1800),
  boolean('restartOnWakeup', 'restartOnWakeup', true),
  integer('autoUpgradeIntervalH', 'autoUpgradeIntervalH', 12),
  boolean('upgradeToPreReleases', 'upgradeToPreReleases'),
  integer('keepTemporariesH', 'keepTemporariesH', 24),
  boolean('cacheIgnoredFiles', 'cacheIgnoredFiles'),
  integer('progressUpdateIntervalS', 'progressUpdateIntervalS', 5),
  boolean('limitBandwidthInLan', 'limitBandwidthInLan'),
  { kind: 'object', key: 'minHomeDiskFree', xml: 'minHomeDiskFree', fields: SIZE },
  text('releasesURL', 'releasesURL', 'https://upgrades.syncthing.net/meta.json'),
  texts('alwaysLocalNets', 'alwaysLocalNet'),
  boolean('overwriteRemoteDeviceNamesOnConnect', 'overwriteRemoteDeviceNamesOnConnect'),
  integer('tempIndexMinBlocks', 'tempIndexMinBlocks', 10),
  texts('unackedNotificationIDs', 'unackedNotificationID'),
  integer('trafficClass', 'trafficClass'),
  boolean('setLowPriority', 'setLowPriority', true),
  integer('maxFolderConcurrency', 'maxFolderConcurrency'),
  text('crURL', 'crashReportingURL', 'https://crash.syncthing.net/newcrash'),
  boolean('crashReportingEnabled', 'crashReportingEnabled', true),
  integer('stunKeepaliveStartS', 'stunKeepaliveStartS', 180),
  integer('stunKeepaliveMinS', 'stunKeepaliveMinS', 20),
  texts('stunServers', 'stunServer', 'default'),
  word('databaseTuning', 'databaseTuning', ['auto', 'small', 'large']),
  integer('maxConcurrentIncomingRequestKiB', 'maxConcurrentIncomingRequestKiB'),
  boolean('announceLANAddresses', 'announceLANAddresses', true),
  boolean('sendFullIndexOnUpgrade', 'sendFullIndexOnUpgrade'),
  texts('featureFlags', 'featureFlag'),
  integer('connectionLimitEnough', 'connectionLimitEnough', 0, { least: 0 }),
  integer('connectionLimitMax', 'connectionLimitMax', 0, { least: 0 }),
  boolean('insecureAllowOldTLSVersions', 'insecureAllowOldTLSVersions'),
  boolean('auditEnabled', 'auditEnabled', false, LATER),
  text('auditFile', 'auditFile', '', LATER),
  integer('connectionPriorityTcpLan', 'connectionPriorityTcpLan', 10, LATER),
  integer('connectionPriorityQuicLan', 'connectionPriorityQuicLan', 20, LATER),
  integer('connectionPriorityTcpWan', 'connectionPriorityTcpWan', 30, LATER),
  integer('connectionPriorityQuicWan', 'connectionPriorityQuicWan', 40, LATER),
  integer('connectionPriorityRelay', 'connectionPriorityRelay', 50, LATER),
  integer('connectionPriorityUpgradeThreshold', 'connectionPriorityUpgradeThreshold', 0, LATER),
];

/** In the order of the file. The version is no setting: a file keeps the one it has. */
export const CONFIGURATION: Schema = [
  {
    kind: 'objects',
    key: 'folders',
    xml: 'folder',
    formerXml: 'repository',
    id: 'id',
    fields: FOLDER,
  },
  {
    kind: 'objects',
    key: 'devices',
    xml: 'device',
    formerXml: 'node',
    id: 'deviceID',
    fields: DEVICE,
  },
  { kind: 'object', key: 'gui', xml: 'gui', fields: GUI },
  { kind: 'object', key: 'ldap', xml: 'ldap', fields: LDAP },
  { kind: 'object', key: 'options', xml: 'options', fields: OPTIONS },
  {
    kind: 'objects',
    key: 'remoteIgnoredDevices',
    xml: 'remoteIgnoredDevice',
    id: 'deviceID',
    fields: OBSERVED_DEVICE,
  },
  {
    kind: 'object',
    key: 'defaults',
    xml: 'defaults',
    fields: [
      { kind: 'object', key: 'folder', xml: 'folder', fields: FOLDER },
      { kind: 'object', key: 'device', xml: 'device', fields: DEVICE },
      { kind: 'object', key: 'ignores', xml: 'ignores', fields: [texts('lines', 'line')] },
    ],
  },
];
