import { expect, it } from '@jest/globals';
import {
  isForeignAddress,
  parseDeviceAddress,
  parseGuiAddress,
  parseListenAddress,
} from './addresses.js';
import { Refusal } from './setting-problem.js';

it.each([
  ['dynamic', 'dynamic'],
  ['host.example', 'tcp://host.example:22000'],
  ['192.0.2.1:5', 'tcp://192.0.2.1:5'],
  ['tcp://192.0.2.1', 'tcp://192.0.2.1:22000'],
  ['tcp4://host:1/', 'tcp://host:1'],
  ['tcp6://[2001:db8::1]:1', 'tcp://[2001:db8::1]:1'],
  ['[fe80::1%25eth0]:1', 'tcp://[fe80::1%eth0]:1'],
])('the address %s of a device is dialled at %s', (text, address) => {
  expect(parseDeviceAddress(text)).toBe(address);
});

it.each([
  '',
  ':22000',
  'fe80::1',
  'host:0',
  'host:65536',
  'host:x',
  'a b',
  'http://x',
  '[::x]:1',
  '[1.2.3.4]:1',
  'u@h:1',
])('%j is no address of a device', (text) => {
  expect(parseDeviceAddress(text)).toBeInstanceOf(Refusal);
});

it.each([
  [':1', ['tcp://0.0.0.0:1', 'tcp://[::]:1']],
  ['tcp://:0', ['tcp://0.0.0.0:0', 'tcp://[::]:0']],
  ['tcp4://:1', ['tcp://0.0.0.0:1']],
  ['tcp6://:1', ['tcp://[::]:1']],
  ['127.0.0.1:1', ['tcp://127.0.0.1:1']],
  ['localhost', ['tcp://localhost:22000']],
  ['default', ['tcp://0.0.0.0:22000', 'tcp://[::]:22000']],
])('listening on %s means %j', (text, addresses) => {
  expect(parseListenAddress(text)).toEqual(addresses);
});

it('passes over what only stock can use', () => {
  const foreign = [
    'relay://h:1',
    'quic://h:1',
    'quic6://h:1',
    'dynamic+https://h/x',
    'kcp://h',
    '',
  ];
  expect(foreign.every(isForeignAddress)).toBe(true);
  expect(['tcp://h:1', 'h:1', 'dynamic', 'ftp://h'].some(isForeignAddress)).toBe(false);
});

it('wants a port for the HTTP side', () => {
  expect(parseGuiAddress('http://127.0.0.1:8384/')).toBe('127.0.0.1:8384');
  expect(parseGuiAddress('[::1]:1')).toBe('[::1]:1');
  expect(parseGuiAddress('127.0.0.1')).toBeInstanceOf(Refusal);
  expect(parseGuiAddress('/run/socket')).toBeInstanceOf(Refusal);
});
