import { deviceIdFromBytes } from '../../domain/device-id.js';
import { expandServers, parseServer, PUBLIC_SERVERS } from './discovery-server.js';

const ID = deviceIdFromBytes(new Uint8Array(32).fill(5));
const PLAIN = { id: '', insecure: false, announce: true, lookUp: true };

describe('the address of a discovery server', () => {
  it.each([
    ['https://d.example/v2/', PLAIN],
    [`https://d.example/v2/?id=${ID}`, { ...PLAIN, id: ID, insecure: true }],
    [`https://d.example/v2/?id=${ID.toLowerCase()}`, { ...PLAIN, id: ID, insecure: true }],
    ['https://d.example/v2/?insecure', { ...PLAIN, insecure: true }],
    ['https://d.example/v2/?insecure=false&other', PLAIN],
    ['https://d.example/v2/?noannounce', { ...PLAIN, announce: false }],
    ['https://d.example/v2/?nolookup=yes', { ...PLAIN, lookUp: false }],
  ])('%s', (text, expected) => {
    expect(parseServer(text)).toEqual({ url: 'https://d.example/v2/', ...expected });
  });

  it('is plain HTTP for look-ups alone, where it is said to be insecure', () => {
    const server = parseServer('http://d.example/?insecure&noannounce');
    expect(server).toEqual({ ...PLAIN, url: 'http://d.example/', insecure: true, announce: false });
  });

  it.each([
    'd.example',
    'ftp://d.example/',
    'http://d.example/',
    'http://d.example/?insecure',
    `http://d.example/?noannounce&id=${ID}`,
    'https://d.example/?id=nonsense',
  ])('is refused with a reason: %s', (text) => {
    expect(() => parseServer(text)).toThrow();
  });

  it('stands for the public servers when it is the word default, each once', () => {
    const own = 'https://d.example/';
    expect(expandServers([own, 'default', own, 'default'])).toEqual([own, ...PUBLIC_SERVERS]);
    const parsed = PUBLIC_SERVERS.map((each) => parseServer(each));
    expect(parsed.filter(({ announce }) => announce)).toHaveLength(2);
    expect(parsed.filter(({ lookUp }) => lookUp)).toHaveLength(1);
  });
});
