import { type FolderSettings } from '../config/settings.js';
import { type ClusterDevice, type ClusterFolder } from '../protocol/messages.js';
import { planClusterConfig, planFolderExchange } from './cluster-plan.js';

const OWN = 'OWN';
const PEER = 'PEER';
const NONE = { indexId: 0n, sequence: 0 };

const folder: FolderSettings = {
  id: 'default',
  label: '',
  path: '/x',
  type: 'sendreceive',
  devices: [PEER],
  paused: false,
  rescanIntervalS: 60,
  ignorePerms: false,
  ignoreDelete: false,
  autoNormalize: true,
  maxConflicts: -1,
  isNamedByUser: true,
  blockedBy: '',
  source: 'config.xml',
};

function device(id: string, rest: Partial<ClusterDevice> = {}): ClusterDevice {
  return {
    id,
    name: '',
    addresses: [],
    compression: 'metadata',
    maxSequence: 0,
    introducer: false,
    indexId: 0n,
    skipIntroductionRemovals: false,
    encryptionPasswordToken: new Uint8Array(0),
    ...rest,
  };
}

function offer(devices: ClusterDevice[], paused = false): ClusterFolder {
  return { id: 'default', label: '', type: 'sendreceive', paused, devices };
}

describe('the Cluster Config we send', () => {
  it('lists us and the sharing devices with what we hold of each index', () => {
    const positions = new Map([
      [OWN, { indexId: 5n, sequence: 10 }],
      [PEER, { indexId: 6n, sequence: 20 }],
    ]);
    const own = { id: OWN, name: 'us' };
    const config = planClusterConfig(own, [{ settings: folder, positions }], []);
    expect(config.folders[0]!.devices).toMatchObject([
      { id: OWN, name: 'us', indexId: 5n, maxSequence: 10 },
      { id: PEER, indexId: 6n, maxSequence: 20 },
    ]);
  });
});

describe('the Cluster Config of a folder shared with a device of which only a fingerprint is known', () => {
  it('names the others', () => {
    const settings = { ...folder, devices: ['AB7KQ2WXYZ234567ABCDEFGHIJKLMNOP', PEER] };
    const own = { id: OWN, name: 'us' };
    const config = planClusterConfig(own, [{ settings, positions: new Map() }], []);
    expect(config.folders[0]!.devices.map(({ id }) => id)).toEqual([OWN, PEER]);
  });
});

describe('what follows from a folder of a received Cluster Config', () => {
  const own = { indexId: 5n, sequence: 12, announced: 10 };
  const plan = (message: ClusterFolder, shared: FolderSettings | undefined, known = NONE) =>
    planFolderExchange(message, shared, PEER, OWN, own, known);

  it('sends only what is new to a device that knows our index', () => {
    const message = offer([device(OWN, { indexId: 5n, maxSequence: 8 }), device(PEER)]);
    expect(plan(message, folder)).toMatchObject({ kind: 'exchange', sendAfter: 8 });
  });

  it.each([
    ['none of our indexes', 0n],
    ['another index of ours', 4n],
  ])('sends all to a device that knows %s', (_, indexId) => {
    const message = offer([device(OWN, { indexId, maxSequence: 8 }), device(PEER)]);
    expect(plan(message, folder)).toMatchObject({ kind: 'exchange', sendAfter: 0 });
  });

  it('notices that the device knows more of our index than we do', () => {
    const message = offer([device(OWN, { indexId: 5n, maxSequence: 11 }), device(PEER)]);
    expect(plan(message, folder)).toMatchObject({ isRolledBack: true, sendAfter: 0 });
  });

  it('drops what we hold of the device only when its index ID changed or is not said', () => {
    const known = { indexId: 6n, sequence: 20 };
    const same = offer([device(OWN), device(PEER, { indexId: 6n })]);
    const other = offer([device(OWN), device(PEER, { indexId: 7n })]);
    const unsaid = offer([device(OWN), device(PEER)]);
    expect(plan(same, folder, known)).toMatchObject({ resetTo: undefined });
    expect(plan(other, folder, known)).toMatchObject({ resetTo: 7n });
    expect(plan(unsaid, folder, known)).toMatchObject({ resetTo: 0n });
  });

  it('takes a folder that is not shared with the device as an offer', () => {
    expect(plan(offer([device(OWN), device(PEER)]), undefined)).toMatchObject({ kind: 'offered' });
  });

  it.each([
    ['paused there', offer([device(OWN), device(PEER)], true), folder],
    ['paused here', offer([device(OWN), device(PEER)]), { ...folder, paused: true }],
    ['not listing us', offer([device(PEER)]), folder],
    [
      'encrypted for us',
      offer([device(OWN, { encryptionPasswordToken: Buffer.from('x') }), device(PEER)]),
      folder,
    ],
  ])('exchanges nothing of a folder %s', (_, message, settings) => {
    expect(plan(message, settings)).toMatchObject({ kind: 'idle' });
  });
});
