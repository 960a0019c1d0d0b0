/**
 * Syncthing's config.xml as a source of settings: any schema version of 1.x and 2.x, old forms read as stock migrates
 * them. Pure. What we do not implement has no effect, except where it limits access (access-limits.ts).
 */
import { messageOf } from '../../domain/errors.js';
import {
  isForeignAddress,
  parseGuiAddress,
  parseListenAddress,
  parseNetwork,
} from './addresses.js';
import { deviceNamed, readDevices } from './config-xml-devices.js';
import { readFolders } from './config-xml-folders.js';
import { type JsonObject } from './config-json.js';
import { OPTIONS } from './config-schema.js';
import { sizeLimit } from './folder-options.js';
import { ElementReader } from './config-xml-reader.js';
import { joinBlocks } from './access-limits.js';
import { type NodeValues, type PathBase, type SourceSettings } from './partial-settings.js';
import { settingsWithoutEffect } from './config-xml-without-effect.js';
import { type SettingProblem } from './setting-problem.js';
import { parseDiscoveryServer, parseMulticastAddress, parsePort } from './setting-values.js';
import { parseXml, type XmlDocument } from './xml-document.js';

const SOURCE = 'config.xml';
/** The newest version whose meaning we know. */
const NEWEST_KNOWN_VERSION = 52;
/** Stock's bound: shorter ones are annoying to the network. */
const RECONNECT_INTERVAL_S_MIN = 5;

export interface ConfigXmlContext extends PathBase {
  /** '' while this home has no certificate. */
  readonly ownId: string;
  /** IDs of devices that other sources name: folders of the file may be shared with them. */
  readonly elsewhere?: readonly string[];
}

export interface ConfigXml {
  readonly settings: SourceSettings;
  /** Absent when the text is no usable XML. */
  readonly document?: XmlDocument;
}

export function readConfigXml(text: string, context: ConfigXmlContext): ConfigXml {
  const problems: SettingProblem[] = [];
  const warnings: string[] = [];
  const nothing: SourceSettings = {
    source: SOURCE,
    values: {},
    folders: [],
    devices: [],
    problems,
    warnings,
  };
  let document: XmlDocument;
  try {
    document = parseXml(text);
  } catch (error) {
    problems.push({ source: SOURCE, item: 'document', value: '', expected: messageOf(error) });
    return { settings: nothing };
  }
  const root = new ElementReader(document.root, document.root.name, problems);
  if (root.name !== 'configuration') {
    root.refuse('root element', root.name, 'configuration');
    return { settings: nothing };
  }
  const version = root.integer('@version') ?? 0;
  if (version > NEWEST_KNOWN_VERSION) {
    warnings.push(
      `config.xml has version ${version}; the newest known one is ${NEWEST_KNOWN_VERSION}. ` +
        'What is new in it has no effect.',
    );
  }
  warnings.push(...settingsWithoutEffect(root));
  const values: NodeValues = {
    ...readOptions(root),
    ...readGui(root),
    ...deviceNamed(root, context.ownId),
  };
  const devices = readDevices(root, context.ownId);
  const folders = readFolders(root, version, context, devices);
  const settings = { ...nothing, values, devices, folders };
  return { settings, document };
}

function readOptions(root: ElementReader): NodeValues {
  const values: NodeValues = {};
  const options = root.child('options');
  if (options === undefined) return values;
  const listen = options.all('listenAddress');
  if (listen.length > 0) {
    values.listenAddresses = listen
      .filter((element) => !isForeignAddress(element.text()))
      .flatMap((element) => element.parsed(parseListenAddress) ?? []);
  }
  Object.assign(values, readLimits(options));
  const reconnectIntervalS = options.integer('reconnectionIntervalS');
  if (reconnectIntervalS !== undefined) {
    values.reconnectIntervalS = Math.max(reconnectIntervalS, RECONNECT_INTERVAL_S_MIN);
  }
  if (options.child('minHomeDiskFree') !== undefined) {
    values.minHomeDiskFree = sizeLimit(options.json(OPTIONS)['minHomeDiskFree'] as JsonObject);
  }
  const local = options.boolean('localAnnounceEnabled');
  if (local !== undefined) values.localAnnounce = local;
  const global = options.boolean('globalAnnounceEnabled');
  if (global !== undefined) values.globalAnnounce = global;
  const servers = options.all('globalAnnounceServer');
  if (servers.length > 0) {
    // The old announcement servers and their successors are today's default ones.
    const words = servers.map((element) =>
      /^(?:default(?:-v[46].*)?$|udp[46]:)/.test(element.text())
        ? 'default'
        : element.parsed(parseDiscoveryServer),
    );
    values.discoveryServers = [...new Set(words.filter((word) => word !== undefined))];
  }
  const localPort = options.value('localAnnouncePort', parsePort);
  // The port and the group of the protocol before this one: stock moves them as well.
  if (localPort !== undefined) values.localDiscoveryPort = localPort === 21025 ? 21027 : localPort;
  const multicast = options.value('localAnnounceMCAddr', parseMulticastAddress);
  if (multicast !== undefined) values.multicastAddress = multicast;
  return values;
}

function readLimits(options: ElementReader): NodeValues {
  const values: NodeValues = {};
  const maxSendKbps = options.integer('maxSendKbps');
  if (maxSendKbps !== undefined) values.maxSendKbps = Math.max(maxSendKbps, 0);
  const maxRecvKbps = options.integer('maxRecvKbps');
  if (maxRecvKbps !== undefined) values.maxRecvKbps = Math.max(maxRecvKbps, 0);
  const limitInLan = options.boolean('limitBandwidthInLan');
  if (limitInLan !== undefined) values.limitInLan = limitInLan;
  const connectionsMax = options.integer('connectionLimitMax');
  if (connectionsMax !== undefined) values.connectionsMax = Math.max(connectionsMax, 0);
  const connectionsEnough = options.integer('connectionLimitEnough');
  if (connectionsEnough !== undefined) {
    values.connectionsEnough = Math.max(connectionsEnough, 0);
  }
  const lanNetworks = options.all('alwaysLocalNet').filter((element) => element.text() !== '');
  if (lanNetworks.length > 0) {
    values.lanNetworks = lanNetworks.flatMap((element) => element.parsed(parseNetwork) ?? []);
  }
  return values;
}

/** How Syncthing keeps a password. */
const BCRYPT = /^\$2[abxy]?\$/;

function readGui(root: ElementReader): NodeValues {
  const values: NodeValues = {};
  const gui = root.child('gui');
  if (gui === undefined) return values;
  const isEnabled = gui.boolean('@enabled');
  if (isEnabled !== undefined) values.guiEnabled = isEnabled;
  const blocks: string[] = [];
  const address = gui.child('address');
  if (address !== undefined && /^(?:unix:|\/)/.test(address.text())) {
    blocks.push('a unix socket as the address of the GUI');
  } else if (address !== undefined && address.text() !== '') {
    const parsed = address.parsed(parseGuiAddress);
    if (parsed !== undefined) values.guiAddress = parsed;
  }
  const apiKey = gui.childText('apikey');
  if (apiKey) values.guiApiKey = apiKey;
  if (gui.childText('authMode') === 'ldap') blocks.push('the LDAP login of the GUI');
  const password = gui.childText('password');
  if (gui.childText('user') && password && !BCRYPT.test(password)) {
    blocks.push('a password of the GUI that is no bcrypt hash');
  }
  if (gui.boolean('@tls')) blocks.push('TLS for the GUI');
  values.guiBlockedBy = joinBlocks(blocks);
  return values;
}
