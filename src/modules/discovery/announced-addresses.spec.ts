import fc from 'fast-check';
import {
  dialableAddresses,
  ownAddresses,
  resolveAddresses,
  specifiedAddresses,
} from './announced-addresses.js';

describe('the addresses of an announcement', () => {
  it.each([
    ['tcp://0.0.0.0:22000', '10.1.2.3', ['tcp://10.1.2.3:22000']],
    ['tcp://:22000', '10.1.2.3', ['tcp://10.1.2.3:22000']],
    ['tcp://[::]:22000', '10.1.2.3', ['tcp://10.1.2.3:22000']],
    ['tcp4://0.0.0.0:1', 'fe80::1%eth0', []],
    ['tcp6://[::]:2', '10.1.2.3', []],
    ['tcp6://[::]:2', 'fe80::1%eth0', ['tcp6://[fe80::1%25eth0]:2']],
    ['quic://0.0.0.0:22000', '2001:db8::7', ['quic://[2001:db8::7]:22000']],
    ['relay://192.0.2.9:443/?id=X', '10.1.2.3', ['relay://192.0.2.9:443/?id=X']],
    ['tcp://192.0.2.1:22001', '10.1.2.3', ['tcp://192.0.2.1:22001']],
    ['tcp://noport', '10.1.2.3', []],
    ['tcp://0.0.0.0:0', '10.1.2.3', []],
    ['tcp://host:99999', '10.1.2.3', []],
    ['tcp://bad host:1', '10.1.2.3', []],
    ['tcp://[nonsense]:1', '10.1.2.3', []],
    ['tcp://evil:1/\u001b[2J\nMy ID: x', '10.1.2.3', []],
  ])('%j from %s mean %j', (announced, source, expected) => {
    expect(resolveAddresses([announced], source)).toEqual(expected);
  });

  it('are printable, whatever a stranger sends', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (noise) => {
        for (const address of resolveAddresses([noise, `tcp://${noise}:1`], '10.1.2.3')) {
          expect(address).toMatch(/^[!-~]+$/);
        }
      }),
    );
  });

  it('are dialed where they are TCP, with the zone as the system wants it', () => {
    const announced = ['tcp6://[fe80::1%25eth0]:2', 'quic://10.1.2.3:1', 'tcp://[ff02::1]:1'];
    expect(dialableAddresses(announced)).toEqual(['tcp6://[fe80::1%eth0]:2']);
  });

  it('lead somewhere when a server gives them', () => {
    expect(specifiedAddresses(['tcp://0.0.0.0:1', 'tcp://:1', 'tcp://h:1', 'x'])).toEqual([
      'tcp://h:1',
    ]);
  });

  it('of our own leave out what nobody else can reach, and have the port that is to be announced', () => {
    const listening = [
      'tcp://0.0.0.0:22000',
      'tcp://[::]:22000',
      'tcp://127.0.0.1:1',
      'tcp://[::1]:1',
    ];
    expect(ownAddresses(listening, 0)).toEqual(['tcp://0.0.0.0:22000', 'tcp://[::]:22000']);
    expect(ownAddresses(['tcp://0.0.0.0:1', 'tcp://0.0.0.0:2'], 80)).toEqual(['tcp://0.0.0.0:80']);
  });
});
