import { describe, expect, it } from '@jest/globals';
import { type DeviceSettings } from '../config/settings.js';
import { chooseAddresses } from './address-choice.js';
import { planDeviceChanges } from './device-changes.js';
import { isAllowedNetwork } from './networks.js';

function device(id: string, stated: Partial<DeviceSettings> = {}): DeviceSettings {
  const none = { fingerprint: '', paused: false, blockedBy: '', addresses: ['dynamic'] };
  return { id, ...none, ...stated } as DeviceSettings;
}

describe('a change of the devices', () => {
  const live = ['A', 'B', 'C'].map((id) => ({ device: id, ip: '10.0.0.1' }));
  const before = [device('A'), device('B'), device('C'), device('D')];

  it('touches nobody whom it does not concern', () => {
    const now = [...before.slice(0, 3), device('D', { name: 'another name' })];
    expect(planDeviceChanges(now, before, live)).toEqual({ disconnect: [], redial: [] });
  });

  it('disconnects who was removed, paused or is not allowed any more, with the reason', () => {
    const now = [device('B', { paused: true }), device('C', { allowedNetworks: ['!10.0.0.0/8'] })];
    expect(planDeviceChanges(now, before, live).disconnect).toEqual([
      { device: 'A', reason: 'device removed' },
      { device: 'B', reason: 'device is paused' },
      { device: 'C', reason: 'the network is not allowed' },
    ]);
  });

  it('dials at once who was added, resumed or has other addresses', () => {
    const paused = [device('A'), device('B', { paused: true }), device('C')];
    const now = [device('A'), device('B'), device('C', { addresses: ['tcp://c:1'] }), device('E')];
    expect(planDeviceChanges(now, paused, []).redial).toEqual(['B', 'C', 'E']);
  });
});

describe('the networks allowed for a device', () => {
  it.each([
    ['10.1.2.3', [], true],
    ['10.1.2.3', ['10.0.0.0/8'], true],
    ['::ffff:10.1.2.3', ['10.0.0.0/8'], true],
    ['11.1.2.3', ['10.0.0.0/8'], false],
    ['10.1.2.3', ['!10.1.0.0/16', '10.0.0.0/8'], false],
    ['10.2.2.3', ['!10.1.0.0/16', '10.0.0.0/8'], true],
    ['10.1.2.3', ['10.0.0.0/8', '!10.1.0.0/16'], true],
    ['10.2.2.3', ['!10.1.0.0/16'], false],
    ['fd00::1', ['fd00::/8'], true],
    ['fe80::1%eth0', ['fe80::/10'], true],
    ['fd00::1', ['10.0.0.0/8'], false],
    ['a name', ['0.0.0.0/0'], false],
    ['10.1.2.3', ['nonsense', '10.0.0.0/99'], false],
  ])('%s in %j: %s', (ip, allowed, isAllowed) => {
    expect(isAllowedNetwork(ip, allowed)).toBe(isAllowed);
  });
});

describe('the addresses of a device', () => {
  const addresses = ['tcp://8.8.8.8:1', 'tcp://10.0.0.2:1', 'tcp://host:1', 'tcp://[fd00::1]:1'];
  const isNear = (ip: string): boolean => ip.startsWith('10.');

  it('are dialed near ones first, names as far ones', () => {
    expect(chooseAddresses(addresses, isNear, [], false)).toEqual({
      near: ['tcp://10.0.0.2:1'],
      far: ['tcp://8.8.8.8:1', 'tcp://host:1', 'tcp://[fd00::1]:1'],
    });
  });

  it('are the near ones alone while a far one serves', () => {
    expect(chooseAddresses(addresses, isNear, [], true).far).toEqual([]);
  });

  it('are not dialed outside of the networks allowed', () => {
    expect(chooseAddresses(addresses, isNear, ['!10.0.0.0/8', '0.0.0.0/0'], false)).toEqual({
      near: [],
      far: ['tcp://8.8.8.8:1', 'tcp://host:1'],
    });
  });
});
