import fc from 'fast-check';
import { wireData } from '../../../test/support/wire-data.js';
import { deviceIdFromBytes } from '../../domain/device-id.js';
import { FrameDecoder } from './frame.js';
import { bep } from './gen/bep.js';
import { type ClusterConfig } from './messages.js';
import * as convert from './wire-convert.js';
import { bigintFromWire, bigintToWire, integerFromWire, integerToWire } from './wire-numbers.js';

function payloadOf(name: string): Uint8Array {
  const decoder = new FrameDecoder();
  decoder.push(wireData(name));
  return decoder.next()!.payload;
}

const FIRST = deviceIdFromBytes(Uint8Array.from({ length: 32 }, (_, i) => i));
const SECOND = deviceIdFromBytes(new Uint8Array(32).fill(200));
const refusal = expect.objectContaining({ code: 'protocol' });

describe('64-bit numbers', () => {
  it('come back as they were sent, to the edges', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        fc.maxSafeInteger(),
        (id, number) => {
          expect(bigintFromWire(bigintToWire(id))).toBe(id);
          expect(integerFromWire(integerToWire(number), 'n')).toBe(number);
        },
      ),
    );
    for (const edge of [Number.MIN_SAFE_INTEGER, -1, 0, Number.MAX_SAFE_INTEGER]) {
      expect(integerFromWire(integerToWire(edge), 'n')).toBe(edge);
    }
    expect(() => integerFromWire(bigintToWire(2n ** 53n), 'size')).toThrow(/size is beyond/);
  });
});

describe('cluster configs', () => {
  it('are read from the golden frames', () => {
    const { folders } = convert.clusterConfigFromWire(payloadOf('cluster-config'));
    expect(folders).toMatchObject([
      {
        id: 'default',
        label: 'Fotos',
        type: 'sendreceive',
        paused: false,
        devices: [
          { id: FIRST, name: 'one', maxSequence: 42, indexId: 2n ** 64n - 2n, introducer: false },
          { id: SECOND, name: 'zwei ü', compression: 'always', introducer: true },
        ],
      },
    ]);
    expect(folders[0]!.devices[1]!.addresses).toEqual(['tcp://127.0.0.1:22001', 'dynamic']);
    expect(convert.clusterConfigFromWire(payloadOf('cluster-config-empty')).folders).toEqual([]);
  });

  it('of 1.x say by their flags what 2.x says by type and stop reason', () => {
    const { folders } = convert.clusterConfigFromWire(payloadOf('cluster-config-1x-paused'));
    expect(folders).toMatchObject([{ id: 'f', type: 'sendonly', paused: true }]);
    expect(Buffer.from(folders[0]!.devices[0]!.encryptionPasswordToken).toString()).toBe('token');
  });

  it('come back as they were sent', () => {
    const config: ClusterConfig = {
      secondary: true,
      folders: (['sendreceive', 'sendonly', 'receiveonly', 'receiveencrypted'] as const).map(
        (type, i) => ({
          id: type,
          label: `folder ${i}`,
          type,
          paused: i % 2 === 1,
          devices: [
            {
              id: SECOND,
              name: 'n',
              addresses: ['dynamic'],
              compression: 'never',
              maxSequence: Number.MAX_SAFE_INTEGER,
              introducer: true,
              indexId: 2n ** 63n,
              skipIntroductionRemovals: true,
              encryptionPasswordToken: Uint8Array.of(1, 2),
            },
          ],
        }),
      ),
    };
    const encoded = convert.clusterConfigToWire(config);
    expect(convert.clusterConfigFromWire(encoded)).toEqual(config);
  });

  it('are refused with a device ID of another length, or with too many folders, devices or addresses, or a folder twice', () => {
    const withDevice = (device: bep.Device.$Properties): Uint8Array =>
      bep.ClusterConfig.encode({ folders: [{ id: 'f', devices: [device] }] }).finish();
    expect(() => convert.clusterConfigFromWire(withDevice({ id: Buffer.alloc(31) }))).toThrow(
      refusal,
    );
    const devices = Array.from({ length: 10_001 }, () => ({ id: Buffer.alloc(32) }));
    devices.forEach(({ id }, i) => id.writeUInt32BE(i));
    const different = bep.ClusterConfig.encode({ folders: [{ id: 'f', devices }] }).finish();
    expect(() => convert.clusterConfigFromWire(different)).toThrow(/10000 different devices/);
    const addresses = new Array<string>(200_001).fill('');
    const many = withDevice({ id: Buffer.alloc(32), addresses });
    expect(() => convert.clusterConfigFromWire(many)).toThrow(/200000 addresses/);
    const folders = Buffer.alloc(2 * 10_001);
    for (let i = 0; i < folders.length; i += 2) folders[i] = 0x0a;
    expect(() => convert.clusterConfigFromWire(folders)).toThrow(/10000 folders/);
    const twice = bep.ClusterConfig.encode({ folders: [{ id: 'f' }, { id: 'f' }] }).finish();
    expect(() => convert.clusterConfigFromWire(twice)).toThrow(/the folder "f" twice/);
  });
});

describe('requests and responses', () => {
  it('are read from the golden frames', () => {
    expect(convert.requestFromWire(payloadOf('request'))).toMatchObject({
      id: 1,
      request: { folder: 'default', name: 'dir/file', offset: 131_072, size: 5, blockNo: 1 },
    });
    const old = convert.requestFromWire(payloadOf('request-1x-temporary'));
    expect(old).toMatchObject({ id: 2 ** 31 - 1, request: { fromTemporary: true, size: 131_072 } });
    expect(old.request.hash).toHaveLength(0);
    const response = convert.responseFromWire(payloadOf('response'));
    expect(response).toMatchObject({ id: 1, code: 'ok' });
    expect(Buffer.from(response.data).toString()).toBe('tail!');
    const missing = convert.responseFromWire(payloadOf('response-no-such-file'));
    expect(missing).toMatchObject({ id: 3, code: 'no-such-file' });
  });

  it('come back as they were sent', () => {
    const request = {
      folder: 'f',
      name: 'a/ü',
      offset: 2 ** 52,
      size: 2 ** 24,
      hash: new Uint8Array(32).fill(3),
      fromTemporary: true,
      blockNo: 12,
    };
    const encoded = convert.requestToWire(77, request);
    expect(convert.requestFromWire(encoded)).toEqual({ id: 77, request });
    for (const code of ['ok', 'generic', 'no-such-file', 'invalid-file'] as const) {
      const data = code === 'ok' ? Buffer.from('data') : new Uint8Array(0);
      const response = Buffer.concat(convert.responseToWire(5, code, data));
      const got = convert.responseFromWire(response);
      expect({ ...got, data: got.data.length }).toEqual({ id: 5, code, data: data.length });
    }
  });

  it.each<[string, bep.Request.$Properties, RegExp]>([
    ['a name that leads out', { name: '../x' }, /"\.\.\/x": .*component/],
    ['a negative size', { name: 'f', size: -1 }, /negative/],
    ['a size beyond two blocks', { name: 'f', size: 2 ** 25 + 1 }, /more than 33554432/],
    ['a negative offset', { name: 'f', offset: -5 as never }, /negative/],
    ['half a hash', { name: 'f', hash: Buffer.alloc(16) }, /hash of 16 bytes/],
  ])('are refused with %s', (_what, request, message) => {
    const encoded = bep.Request.encode(request).finish();
    expect(() => convert.requestFromWire(encoded)).toThrow(message);
    expect(() => convert.requestFromWire(encoded)).toThrow(refusal);
  });
});

describe('the other messages', () => {
  it('are read from the golden frames and come back as they were sent', () => {
    const progress = convert.downloadProgressFromWire(payloadOf('download-progress'));
    expect(progress).toEqual({
      folder: 'default',
      updates: [
        {
          type: 'append',
          name: 'f',
          version: [{ id: 1n, value: 2n }],
          blockIndexes: [0, 3, 4],
          blockSize: 131_072,
        },
        {
          type: 'forget',
          name: 'g',
          version: [{ id: 1n, value: 2n }],
          blockIndexes: [],
          blockSize: 0,
        },
      ],
    });
    const encoded = convert.downloadProgressToWire(progress);
    expect(convert.downloadProgressFromWire(encoded)).toEqual(progress);
    expect(convert.closeFromWire(payloadOf('close'))).toBe('shutting down');
    expect(convert.closeFromWire(convert.closeToWire('x'.repeat(5000)))).toHaveLength(1000);
  });

  it('are refused with too many block indexes, packed or not', () => {
    // Data of a response has the field number of the updates here.
    const update = (data: Buffer): Uint8Array => bep.Response.encode({ data }).finish();
    const indexes = Buffer.alloc(2_000_002, Buffer.from([0x20, 0x01]));
    expect(() => convert.downloadProgressFromWire(update(indexes))).toThrow(
      /1000000 block indexes/,
    );
    const packed = Buffer.concat([Buffer.from([0x22, 0xc1, 0x84, 0x3d]), Buffer.alloc(1_000_001)]);
    expect(() => convert.downloadProgressFromWire(update(packed))).toThrow(/1000000 block indexes/);
  });
});
