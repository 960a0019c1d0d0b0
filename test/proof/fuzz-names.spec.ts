/**
 * What is made of names, IDs and addresses that others chose: every helper takes any text, in bounded time, and what it
 * gives keeps the rules of the place it goes to.
 */
import { isDeepStrictEqual } from 'node:util';
import { deviceIdBytes, deviceIdFromBytes, parseDeviceId } from '../../src/domain/device-id.js';
import { messageOf } from '../../src/domain/errors.js';
import * as names from '../../src/domain/file-name.js';
import { foldedName } from '../../src/domain/folded-name.js';
import {
  canonicalName,
  compareTreeOrder,
  isBelow,
  treeKey,
  unifySubtrees,
} from '../../src/domain/tree-order.js';
import { isLoopbackAddress } from '../../src/modules/api/host-check.js';
import { isFromOtherSite, shownKey, shownLogin } from '../../src/modules/api/credentials.js';
import { pageOf, text, texts, wholeNumber } from '../../src/modules/api/query-values.js';
import * as addresses from '../../src/modules/config/addresses.js';
import { Refusal } from '../../src/modules/config/setting-problem.js';
import { parseTcpAddress } from '../../src/modules/connections/tcp-address.js';
import { nameOfKey } from '../../src/modules/database/item-encoding.js';
import { parseServer } from '../../src/modules/discovery/discovery-server.js';
import { shellWords } from '../../src/modules/versions/shell-words.js';
import {
  isTimedVersionOf,
  taggedName,
  tagOf,
  timeOfTag,
  untaggedName,
} from '../../src/modules/versions/version-names.js';
import { type SeededRandom } from '../support/random.js';
import { fuzz } from './support/fuzz.js';
import { anyText, mutatedText } from './support/text-seeds.js';
import { randomName } from './support/wire-seeds.js';

const NAME_TOKENS = [
  '/',
  '..',
  '.',
  '\\',
  '\0',
  '~',
  '~20200131-235959',
  '.syncthing.',
  '~syncthing~',
  '.tmp',
  '.sync-conflict-',
  '.stfolder',
  '.stversions',
  'é',
  'e\u0301',
  'ß',
  'İ',
  '\ud800',
  '\udc00',
  '😀',
  '\u202e',
  '\u001b',
  '\n',
  ' ',
  'a'.repeat(256),
  'x',
];
const WIRE_ENOUGH = 4096;

function anyName(random: SeededRandom): string {
  const kind = random.below(6);
  if (kind === 0) return anyText(random, NAME_TOKENS, 12);
  if (random.below(500) === 0) return random.pick(NAME_TOKENS).repeat(1_000);
  const good = randomName(random);
  return kind < 3 ? good : mutatedText(good, random, NAME_TOKENS, randomName(random));
}

function requireThat(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(what);
}

fuzz<string>({
  name: 'names: what is made of any name stays in the folder, fits on the disk, and keeps its order',
  make: anyName,
  take: (name, random) => {
    const other = anyName(random);
    const isApplied = names.localNameProblem(name) === undefined;
    const isOnWire = names.wireNameProblem(name) === undefined;
    requireThat(!isApplied || isOnWire, 'applied, and not allowed on the wire');
    const made = [
      names.tempNameFor(name),
      names.conflictNameFor(name, random.below(2 ** 31) * 1000, 'ABCDEFG'),
    ];
    if (isApplied) {
      for (const each of made) {
        requireThat(
          names.wireNameProblem(each) === undefined,
          `it leads to ${JSON.stringify(each)}`,
        );
        requireThat(names.parentOf(each) === names.parentOf(name), 'in another directory');
        requireThat(Buffer.byteLength(names.baseOf(each)) <= names.COMPONENT_BYTES_MAX, 'too long');
      }
      requireThat(names.isTempName(made[0]!) && names.isConflictName(made[1]!), 'not known again');
      requireThat(nameOfKey(treeKey(name)) === name, 'another name from the index');
      requireThat(foldedName(foldedName(name)) === foldedName(name), 'folded otherwise, again');
    }
    const bytes = Math.sign(Buffer.compare(treeKey(name), treeKey(other)));
    const isWhole = !/\p{Surrogate}/u.test(name + other);
    if (isWhole) requireThat(bytes === Math.sign(compareTreeOrder(name, other)), 'two orders');
    isBelow(name, other);
    const canonical = canonicalName(name);
    if (canonical !== undefined && canonical !== '' && name.length < WIRE_ENOUGH) {
      requireThat(names.wireNameProblem(canonical) === undefined, `asked for ${canonical}`);
    }
    unifySubtrees([name, other], (each) => each.length % 2 === 0);
    return isApplied ? 'taken' : 'refused';
  },
});

fuzz<string>({
  name: 'names of kept versions are read as what they were made of, or as no versions',
  make: anyName,
  take: (name, random) => {
    timeOfTag(tagOf(name));
    const asStock = /.*~([^~.]+)(?:\.[^.]+)?$/.exec(name.slice(-200))?.[1] ?? '';
    const isOneLine = name.length <= 200 && !name.includes('\n');
    if (isOneLine) requireThat(tagOf(name) === asStock, 'another tag');
    isTimedVersionOf(name, anyName(random));
    untaggedName(name);
    if (names.localNameProblem(name) !== undefined) return 'refused';
    // To stock a dot at the end begins no extension: what was made of such a name is not known again.
    if (name.endsWith('.')) return 'refused';
    // Behind the extension, where it stood before 1.0, another tag seems to be.
    if (/\.[^/]*~[^/]*$/.test(names.baseOf(name))) return 'refused';
    const tag = '20200131-235959';
    const tagged = taggedName(name, tag);
    requireThat(isTimedVersionOf(names.baseOf(tagged), names.baseOf(name)), 'not known again');
    const found = untaggedName(tagged);
    if (!isDeepStrictEqual(found, { name, tag }))
      throw new Error(`read as ${JSON.stringify(found)}`);
  },
});

const ID_TOKENS = ['-', ' ', '=', '0', '1', '8', 'o', 'l', 'B', 'ı', 'ß', '\0', 'AAAAAAA', '9'];

fuzz<string>({
  name: 'device IDs are read in any spelling the network tolerates, or refused by what is wrong',
  make: (random) => {
    const good = deviceIdFromBytes(random.bytes(32));
    const kind = random.below(8);
    if (kind === 0) return anyText(random, ID_TOKENS, 60);
    if (kind === 1) return random.pick(ID_TOKENS).repeat(random.below(3_000));
    if (kind < 5)
      return random.pick([
        good,
        good.toLowerCase(),
        good.replaceAll('-', ''),
        good.replaceAll('-', ' '),
      ]);
    return mutatedText(good, random, ID_TOKENS, good);
  },
  take: (given) => {
    const id = parseDeviceId(given);
    requireThat(parseDeviceId(id) === id, 'another one, read again');
    requireThat(deviceIdFromBytes(deviceIdBytes(given)) === id, 'another one, by its bytes');
  },
});

const ADDRESS_TOKENS = [
  'tcp',
  'tcp4',
  'tcp6',
  '://',
  ':',
  '22000',
  '65536',
  '0',
  '[',
  ']',
  '::',
  '::1',
  'fe80::1%eth0',
  '%25',
  '/',
  '?',
  '#',
  '@',
  '192.0.2.1',
  '/24',
  '!',
  'host',
  'https',
  'unix:',
  '\0',
  ' ',
  'ü',
  '::ffff:1.2.3.4',
  '-',
  '999',
];

fuzz<string>({
  name: 'addresses, networks and URLs are read or refused, and read the same again',
  make: (random) => {
    if (random.below(500) === 0) return random.pick(ADDRESS_TOKENS).repeat(10_000);
    const good = random.pick([
      'tcp://192.0.2.1:22000',
      '[::1]:22000',
      'tcp6://[fe80::1%25eth0]:1',
      ':22000',
      'dynamic',
      'default',
      '!192.0.2.0/24',
      'https://h.example/v2/?id=x',
    ]);
    const kind = random.below(5);
    if (kind === 0) return anyText(random, ADDRESS_TOKENS, 8);
    return kind === 1 ? good : mutatedText(good, random, ADDRESS_TOKENS, good);
  },
  take: (given) => {
    const device = addresses.parseDeviceAddress(given);
    // A zone behind an escaped sign may look like another escape.
    if (!(device instanceof Refusal) && device !== 'dynamic' && !device.includes('%')) {
      requireThat(addresses.parseDeviceAddress(device) === device, 'another address, read again');
      parseTcpAddress(device);
    }
    const listen = addresses.parseListenAddress(given);
    if (!(listen instanceof Refusal)) listen.forEach((each) => parseTcpAddress(each));
    addresses.parseDeviceAddresses(given);
    addresses.parseGuiAddress(given);
    const network = addresses.parseAllowedNetwork(given);
    isLoopbackAddress(given);
    const headers = {
      host: given,
      origin: given,
      authorization: `Basic ${given}`,
      'sec-fetch-site': given,
    };
    isFromOtherSite({ origin: given, host: given });
    shownLogin(headers);
    shownKey({ authorization: `Bearer ${given}` });
    if (/^https?:/.test(given)) parseServer(given);
    const isTaken = [device, listen, network].some((each) => !(each instanceof Refusal));
    return isTaken ? 'taken' : 'refused';
  },
});

const QUERY_TOKENS = [
  '0',
  '1',
  '-1',
  '+',
  '9',
  '99999999999999999999',
  '1e3',
  '0x10',
  '.5',
  ' ',
  '',
  'NaN',
  '\0',
  '"',
  "'",
  '\\',
  '\\"',
  ' word ',
  'a b',
  '$HOME',
  ';',
];

fuzz<string>({
  name: 'values of queries and words of commands are read within bounds',
  make: (random) => anyText(random, QUERY_TOKENS, random.below(200) === 0 ? 5_000 : 8),
  take: (given, random) => {
    const number = wholeNumber(given, 5, 1, 100);
    requireThat(Number.isSafeInteger(number) && number >= 1 && number <= 100, `${number}`);
    const { page, perpage } = pageOf({
      page: given,
      perpage: random.pick([given, undefined, [given]]),
    });
    requireThat(
      Number.isSafeInteger(page) && page >= 1 && perpage >= 1 && perpage <= 65_536,
      'a page',
    );
    requireThat(text([given]) === text(given) && texts([given, {}]).length <= 1, 'another text');
    return shellWords(given).length > 0 ? 'taken' : 'refused';
  },
  isRefusal: (error) =>
    /^(?:it ends with a backslash|a ['"] is not closed)$/.test(messageOf(error)),
});
