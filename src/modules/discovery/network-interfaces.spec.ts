import {
  broadcastAddresses,
  externalAddresses,
  type Interfaces,
  multicastZones,
} from './network-interfaces.js';

const common = { mac: '00:00:00:00:00:00', cidr: null };
const v4 = (address: string, netmask: string, internal = false) => ({
  ...{ ...common, address, netmask, internal },
  family: 'IPv4' as const,
});
const v6 = (address: string, scopeid: number, internal = false) => ({
  ...{ ...common, address, scopeid, internal, netmask: 'ffff:ffff:ffff:ffff::' },
  family: 'IPv6' as const,
});

const INTERFACES: Interfaces = {
  lo: [v4('127.0.0.1', '255.0.0.0', true), v6('::1', 0, true)],
  eth0: [v4('192.168.7.9', '255.255.255.0'), v6('2001:db8::9', 0), v6('fe80::9', 2)],
  eth1: [v4('172.20.33.1', '255.255.240.0'), v4('192.168.7.10', '255.255.255.0')],
  tun0: [v4('10.8.0.2', '255.255.255.255'), v4('10.9.0.2', '255.255.255.254')],
  gone: undefined,
};

describe('the interfaces of a machine', () => {
  it('have a broadcast address for each network with others in it', () => {
    expect(broadcastAddresses(INTERFACES)).toEqual(['192.168.7.255', '172.20.47.255']);
    expect(broadcastAddresses({ wide: [v4('10.1.2.3', '0.0.0.0')] })).toEqual(['255.255.255.255']);
  });

  it('have a zone where they have a link-local address', () => {
    expect(multicastZones(INTERFACES, 'linux')).toEqual(['eth0']);
    expect(multicastZones(INTERFACES, 'win32')).toEqual(['2']);
  });

  it('are compared by their addresses, loopback left out', () => {
    expect(externalAddresses({ eth0: INTERFACES.eth0, lo: INTERFACES.lo })).toEqual([
      '192.168.7.9',
      '2001:db8::9',
      'fe80::9%eth0',
    ]);
  });
});
