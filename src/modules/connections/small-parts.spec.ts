import { describe, expect, it } from '@jest/globals';
import { HandClock } from '../../../test/support/hand-clock.js';
import { testCertificate } from '../../../test/contracts/test-certificate.js';
import { type DeviceSettings } from '../config/settings.js';
import { type PendingDevice } from '../database/index-database.js';
import { applicantOf } from './applicant.js';
import { SAID_MAX, SaidOnce, shownName } from './connection-log.js';
import { type Interfaces, isLan } from './lan.js';
import { knownDevices } from './known-devices.js';
import { PENDING_DEVICES_MAX, Strangers } from './strangers.js';
import { hostOf, hostPort, parseTcpAddress } from './tcp-address.js';
import { transferLine } from './transfer-statistics.js';
import { WaitingRoom } from './waiting-room.js';

describe('addresses', () => {
  it.each([
    ['tcp://127.0.0.1:1234', { host: '127.0.0.1', port: 1234, family: 4 }],
    ['tcp://host.example', { host: 'host.example', port: 22000, family: 0 }],
    ['tcp://[::1]:80', { host: '::1', port: 80, family: 6 }],
    ['tcp://[fe80::1%eth0]', { host: 'fe80::1%eth0', port: 22000, family: 6 }],
    ['tcp://:22001', { host: '', port: 22001, family: 0 }],
    ['tcp6://host:1', { host: 'host', port: 1, family: 6 }],
    ['tcp4://0.0.0.0:0', { host: '0.0.0.0', port: 0, family: 4 }],
  ])('reads %s', (text, expected) => {
    expect(parseTcpAddress(text)).toEqual(expected);
  });

  it.each([
    '',
    'dynamic',
    'quic://a:1',
    'tcp://a:b',
    'tcp://a:99999',
    'tcp://::1:1',
    'tcp6://1.2.3.4:5',
  ])('does not take "%s"', (text) => {
    expect(() => parseTcpAddress(text)).toThrow(/address/);
  });

  it('shows hosts with brackets where they need them', () => {
    expect(hostPort('::1', 5)).toBe('[::1]:5');
    expect(hostPort('::ffff:10.0.0.1', 5)).toBe('10.0.0.1:5');
    expect(hostOf('[fe80::1]:22')).toBe('fe80::1');
    expect(hostOf('10.0.0.1:22')).toBe('10.0.0.1');
  });
});

describe('what is near', () => {
  const interfaces = {
    eth0: [
      { cidr: '192.168.7.20/24', family: 'IPv4' },
      { cidr: 'fd00:1::5/64', family: 'IPv6' },
    ],
  } as unknown as Interfaces;

  it.each([
    ['127.0.0.1', true],
    ['::1', true],
    ['192.168.7.99', true],
    ['::ffff:192.168.7.99', true],
    ['192.168.8.1', false],
    ['10.0.0.1', false],
    ['fd00:1::99', true],
    ['fd00:2::99', false],
    ['192.0.2.1', false],
    ['nonsense', false],
  ])('%s: %s', (ip, near) => {
    expect(isLan(ip, interfaces)).toBe(near);
  });
});

describe('the waiting room', () => {
  it('throws out the oldest of the address that takes most places', () => {
    const out: string[] = [];
    const room = new WaitingRoom(3);
    room.enter('friend', () => out.push('friend 1'));
    room.enter('flood', () => out.push('flood 1'));
    const leave = room.enter('flood', () => out.push('flood 2'));
    room.enter('flood', () => out.push('flood 3'));
    expect(out).toEqual(['flood 1']);
    leave();
    room.enter('flood', () => out.push('flood 4'));
    expect(out).toEqual(['flood 1']);
    expect(room.size).toBe(3);
  });
});

describe('the line about transfers', () => {
  const none = { bytesIn: 0, bytesOut: 0 };

  it('has the form that scripts look for', () => {
    const moved = { bytesIn: 142_336, bytesOut: 142_336 };
    expect(transferLine(none, moved, 10_000)).toBe(
      'Transferred 139 KiB in (14 KiB/s), 139 KiB out (14 KiB/s)',
    );
  });

  it('is not there when nothing moved', () => {
    expect(transferLine(none, none, 10_000)).toBeUndefined();
  });

  it('counts what is new, in fitting units', () => {
    const before = { bytesIn: 1000, bytesOut: 5 };
    const now = { bytesIn: 1000 + 3.5 * 1024 ** 3, bytesOut: 65 };
    expect(transferLine(before, now, 10_000)).toBe(
      'Transferred 3.5 GiB in (358 MiB/s), 60 B out (6 B/s)',
    );
  });
});

describe('what is told once', () => {
  it('is told once, and remembers a bounded number of things', () => {
    const said = new SaidOnce();
    expect([said.isNew('a'), said.isNew('a')]).toEqual([true, false]);
    for (let i = 0; i < SAID_MAX; i++) said.isNew(`thing ${i}`);
    expect(said.isNew('a')).toBe(true);
  });

  it('shows names of strangers without their control characters', () => {
    expect(shownName('a\n\u001b[31mb')).toBe('"a\\n\\u001b[31mb"');
    expect(shownName('x'.repeat(1000)).length).toBeLessThan(100);
  });
});

describe('the certificate of an applicant', () => {
  it('is made out to its common name and its alternative name, and to no other', async () => {
    const { der } = await testCertificate('my device');
    const { hasName } = applicantOf(der);
    expect([hasName('my device'), hasName('syncthing'), hasName('')]).toEqual([true, false, false]);
  });

  it('has no name when it cannot be read', () => {
    const { hasName, id } = applicantOf(Uint8Array.of(1, 2, 3));
    expect(hasName('syncthing')).toBe(false);
    expect(id).toMatch(/^[A-Z2-7]{7}(-[A-Z2-7]{7}){7}$/);
  });
});

describe('the known devices', () => {
  const device = (rest: object): DeviceSettings =>
    ({ id: '', fingerprint: '', addresses: [], ...rest }) as unknown as DeviceSettings;

  it('are each there once when a fingerprint turned out to be a configured device', () => {
    const full = device({ id: 'A', addresses: ['tcp://a:1'] });
    const resolved = device({ id: 'A', fingerprint: 'FA' });
    const unseen = device({ fingerprint: 'FB' });
    expect(knownDevices([full, resolved, unseen])).toEqual([full, unseen]);
    expect(knownDevices([resolved, unseen, full])).toEqual([full, unseen]);
  });
});

describe('the strangers', () => {
  it('are told of once per address, and kept up to a limit', async () => {
    const pending: PendingDevice[] = [];
    const lines: string[] = [];
    const emitted: string[] = [];
    const keep = (line: string): void => void lines.push(line);
    const strangers = new Strangers(
      {
        pendingDevices: () => Promise.resolve(pending),
        addPendingDevice: (device) => {
          const isNew = !pending.some((each) => each.device === device.device);
          if (isNew) pending.push(device);
          return Promise.resolve(isNew);
        },
      },
      { emit: (name: string) => void emitted.push(name) },
      new HandClock(),
      { info: keep, warn: keep, debug: keep },
    );
    for (let port = 0; port < 5; port++) await strangers.refuse('A', 'a name', `10.0.0.1:${port}`);
    expect([lines.length, emitted.length]).toEqual([1, 1]);
    await strangers.refuse('A', 'a name', '10.0.0.2:1');
    expect([lines.length, emitted.length]).toEqual([2, 1]);
    for (let no = 0; no < PENDING_DEVICES_MAX * 2; no++) {
      await strangers.refuse(`device ${no}`, '', '10.0.0.3:1');
    }
    expect(pending).toHaveLength(PENDING_DEVICES_MAX);
    expect(lines.filter((line) => line.includes('further ones are not kept'))).toHaveLength(1);
  });
});
