/**
 * PlatformData of a file info: owner and group as Syncthing 2 sends them, and extended attributes. It is kept as it came,
 * byte for byte; only owner and group are ever read or set. The encoding is protobuf, fields as in Syncthing 2's
 * bep.proto: 1 UnixData, 2 WindowsData, 3 to 6 XattrData of Linux, Darwin, FreeBSD, NetBSD.
 */
export interface Ownership {
  /** '' where the sender could not tell. */
  readonly ownerName: string;
  readonly groupName: string;
  readonly uid: number;
  readonly gid: number;
}

/** Whole PlatformData of one item; what Linux itself allows for attributes is less. */
export const PLATFORM_BYTES_MAX = 512 * 1024;
/** Attributes of one item, over all systems. */
export const XATTRS_MAX = 4_096;
const NAME_BYTES_MAX = 4_096;

const UNIX = 1;
const WINDOWS = 2;
const LAST_XATTRS = 6;
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;
const UNSIGNED_32 = 2 ** 32;
const VARINT_BYTES_MAX = 10;

interface Field {
  readonly number: number;
  readonly wireType: number;
  /** Of a varint; NaN otherwise. The low 32 bits. */
  readonly value: number;
  readonly bytes: Uint8Array;
  /** Where the whole field is in the message. */
  readonly start: number;
  readonly end: number;
}

/** Why a device must not send this; undefined when it may. What is malformed is refused by other devices too. */
export function platformProblem(platform: Uint8Array): string | undefined {
  if (platform.length > PLATFORM_BYTES_MAX) {
    return `platform data of more than ${PLATFORM_BYTES_MAX} bytes`;
  }
  try {
    let attributes = 0;
    for (const { number, wireType, bytes } of fieldsOf(platform)) {
      if (number < UNIX || number > LAST_XATTRS) continue;
      if (wireType !== BYTES) return 'platform data of another form';
      if (number === UNIX) ownershipFrom(bytes);
      else if (number === WINDOWS) checkNames(bytes, [1]);
      else attributes += checkXattrs(bytes);
    }
    return attributes > XATTRS_MAX ? `more than ${XATTRS_MAX} extended attributes` : undefined;
  } catch (error) {
    return `malformed platform data: ${(error as Error).message}`;
  }
}

/** Owner and group that it tells of; undefined when none. Checked platform data assumed. */
export function ownershipIn(platform: Uint8Array | null): Ownership | undefined {
  if (platform === null) return undefined;
  for (const { number, bytes } of fieldsOf(platform)) {
    if (number === UNIX) return ownershipFrom(bytes);
  }
  return undefined;
}

/** With this owner and group instead of the ones that it had; all else as it was. */
export function withOwnership(platform: Uint8Array | null, owner: Ownership): Uint8Array {
  const kept: Uint8Array[] = [];
  if (platform !== null) {
    for (const { number, start, end } of fieldsOf(platform)) {
      if (number !== UNIX) kept.push(platform.subarray(start, end));
    }
  }
  const unix = Buffer.concat([
    textField(1, owner.ownerName),
    textField(2, owner.groupName),
    numberField(3, owner.uid),
    numberField(4, owner.gid),
  ]);
  const head = Buffer.concat([varint((UNIX << 3) | BYTES), varint(unix.length), unix]);
  return new Uint8Array(Buffer.concat([head, ...kept]));
}

/**
 * The same user, and the same group, by number or by name. Syncthing 2 takes both by one of the two, and two without names
 * for the same, so that a change between them goes unnoticed there.
 */
export function sameOwnership(a: Ownership | undefined, b: Ownership | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const isSameUser = a.uid === b.uid || (a.ownerName !== '' && a.ownerName === b.ownerName);
  return isSameUser && (a.gid === b.gid || (a.groupName !== '' && a.groupName === b.groupName));
}

function ownershipFrom(bytes: Uint8Array): Ownership {
  const owner = { ownerName: '', groupName: '', uid: 0, gid: 0 };
  for (const { number, wireType, value, bytes: text } of fieldsOf(bytes)) {
    if (number === 1 || number === 2) {
      if (wireType !== BYTES) throw new Error('a name of another form');
      owner[number === 1 ? 'ownerName' : 'groupName'] = checkedText(text);
    } else if (number === 3 || number === 4) {
      if (wireType !== VARINT) throw new Error('an id of another form');
      owner[number === 3 ? 'uid' : 'gid'] = value;
    }
  }
  return owner;
}

function checkNames(message: Uint8Array, numbers: readonly number[]): void {
  for (const { number, wireType, bytes } of fieldsOf(message)) {
    if (!numbers.includes(number)) continue;
    if (wireType !== BYTES) throw new Error('a name of another form');
    checkedText(bytes);
  }
}

function checkXattrs(message: Uint8Array): number {
  let count = 0;
  for (const { number, wireType, bytes } of fieldsOf(message)) {
    if (number !== 1) continue;
    if (wireType !== BYTES) throw new Error('an attribute of another form');
    checkNames(bytes, [1]);
    count += 1;
  }
  return count;
}

function checkedText(bytes: Uint8Array): string {
  if (bytes.length > NAME_BYTES_MAX) throw new Error(`a name of ${bytes.length} bytes`);
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}

function* fieldsOf(message: Uint8Array): Generator<Field> {
  let at = 0;
  const number = (): number => {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < VARINT_BYTES_MAX && at < message.length; count += 1) {
      const byte = message[at++];
      if (factor <= UNSIGNED_32) value += (byte & 0x7f) * factor;
      factor *= 128;
      if (byte < 0x80) return value % UNSIGNED_32;
    }
    throw new Error('an unfinished number');
  };
  while (at < message.length) {
    const start = at;
    const tag = number();
    const wireType = tag & 7;
    if (tag < 8) throw new Error('a field without a number');
    let value = Number.NaN;
    if (wireType === VARINT) value = number();
    const length =
      wireType === BYTES ? number() : wireType === FIXED64 ? 8 : wireType === FIXED32 ? 4 : 0;
    if (![VARINT, FIXED64, BYTES, FIXED32].includes(wireType)) {
      throw new Error(`wire type ${wireType}`);
    }
    if (length > message.length - at) throw new Error('a field longer than its message');
    const bytes = message.subarray(at, at + length);
    at += length;
    yield { number: tag >>> 3, wireType, value, bytes, start, end: at };
  }
}

function varint(number: number): Uint8Array {
  const bytes: number[] = [];
  let left = number;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
  bytes.push(left);
  return Uint8Array.from(bytes);
}

function textField(number: number, text: string): Uint8Array {
  if (text === '') return new Uint8Array(0);
  const bytes = Buffer.from(text);
  return Buffer.concat([varint((number << 3) | BYTES), varint(bytes.length), bytes]);
}

/** 0 is what an absent number means. */
function numberField(number: number, value: number): Uint8Array {
  if (value === 0) return new Uint8Array(0);
  return Buffer.concat([varint((number << 3) | VARINT), varint(value)]);
}
