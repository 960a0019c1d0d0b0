/** Mutants of what a peer may say: names, sizes, requests, and how much of anything. */
import { edit, mutant } from './mutant.mjs';

const PROTOCOL = 'src/modules/protocol';
const NAMES = 'src/domain/file-name.spec.ts';
const FRAMES = `${PROTOCOL}/frame.spec.ts`;
const HOSTILE = 'test/hostile-peer.e2e-spec.ts';
const FS_REAL = 'src/platform/real-folder-fs.spec.ts';

export const peer = [
  mutant(
    'name-with-dots-taken',
    'A peer writes outside the folder.',
    [edit('src/domain/file-name.ts', '(?:^|\\/)\\.{0,2}(?:\\/|$)', '(?:^|\\/)\\.{0,1}(?:\\/|$)')],
    [NAMES],
  ),
  mutant(
    'names-in-an-index-not-checked',
    'A peer writes outside the folder.',
    [edit('src/domain/file-info-rules.ts', 'wireNameProblem(file.name)', 'undefined')],
    [`${PROTOCOL}/file-wire.spec.ts`],
  ),
  mutant(
    'names-in-a-request-not-checked',
    'A peer reads outside the folder.',
    [
      edit(
        `${PROTOCOL}/wire-convert.ts`,
        'const problem = wireNameProblem(message.name) ?? requestProblem(message);',
        'const problem = requestProblem(message);',
      ),
    ],
    [`${PROTOCOL}/wire-convert.spec.ts`],
  ),
  mutant(
    'internal-name-applied',
    'A peer writes the marker, the patterns or the versions of a folder.',
    [
      edit(
        'src/domain/file-name.ts',
        "  if (isInternalName(name)) return 'the name is reserved for the folder itself';\n",
        '',
      ),
    ],
    [NAMES],
  ),
  mutant(
    'temp-name-applied',
    'An item with the name of a temporary file comes, is not seen by the next scan, and counts as deleted by the user.',
    [
      edit(
        'src/domain/file-name.ts',
        "    if (isTempName(component)) return 'the name is reserved for temporary files';\n",
        '',
      ),
    ],
    [NAMES],
  ),
  mutant(
    'link-followed-at-a-component',
    'A peer reads and writes outside the folder, through a link put in the place of a directory.',
    [
      edit(
        'src/platform/directory-handles.ts',
        'const OPEN_COMPONENT = OPEN_ROOT | fs.constants.O_NOFOLLOW;',
        'const OPEN_COMPONENT = OPEN_ROOT;',
      ),
    ],
    [FS_REAL],
  ),
  mutant(
    'link-followed-without-descriptors',
    'Where there is no /proc a peer reads and writes outside the folder, through a link in the place of a directory.',
    [
      edit(
        'src/platform/checked-directories.ts',
        'const stats = await fs.lstat(path).catch(',
        'const stats = await fs.stat(path).catch(',
      ),
    ],
    [FS_REAL],
  ),
  mutant(
    'link-followed-by-the-walk',
    'What lies outside the folder is announced and given to others, through a link exchanged for a directory.',
    [
      edit(
        'src/platform/confined-open.ts',
        'return openAt(directory, component, DIRECTORY | constants.O_NOFOLLOW);',
        'return openAt(directory, component, DIRECTORY);',
      ),
    ],
    ['src/modules/scanner/walker.spec.ts', 'src/modules/scanner/hasher.spec.ts'],
  ),
  mutant(
    'request-for-an-unshared-folder-answered',
    'A device reads files of a folder that was never shared with it.',
    [
      edit(
        'src/modules/model/cluster.service.ts',
        'if (this.model.sharedWith(message.folder, connection.deviceId) === undefined) {\n      throw new RequestRefused',
        'if (this.model.runner(message.folder) === undefined) {\n      throw new RequestRefused',
      ),
    ],
    [HOSTILE],
  ),
  mutant(
    'index-for-an-unshared-folder-taken',
    'A device changes a folder that was never shared with it.',
    [
      edit(
        'src/modules/model/cluster.service.ts',
        "if (standing === 'exchanged' || standing === 'draining') return true;",
        "if (standing !== 'given up') return true;",
      ),
    ],
    [HOSTILE],
  ),
  mutant(
    'request-behind-the-end-answered',
    'A peer asks for bytes behind the end of what was announced, and gets what was added since.',
    [
      edit(
        'src/modules/model/request-server.ts',
        'if (request.offset + request.size > local.size) {',
        'if (request.offset > local.size) {',
      ),
    ],
    ['src/modules/model/request-server.spec.ts'],
  ),
  mutant(
    'request-for-what-is-not-shared-answered',
    'A peer reads what the patterns leave out, or what a receive-only folder keeps to itself.',
    [
      edit(
        'src/modules/model/request-server.ts',
        "    if (isInvalid(local)) throw new RequestRefused('invalid-file', 'the file is not available');\n",
        '',
      ),
    ],
    ['src/modules/model/request-server.spec.ts'],
  ),
  mutant(
    'request-for-internal-names-answered',
    'A peer reads the patterns and the versions of a folder, and temporary files.',
    [
      edit(
        'src/modules/model/request-server.ts',
        'if (localNameProblem(request.name) !== undefined) {',
        'if (false) {',
      ),
    ],
    ['src/modules/model/request-server.spec.ts'],
  ),
  mutant(
    'claimed-lz4-size-trusted',
    'A message of a few bytes has the node reserve whatever it claims.',
    [
      edit(`${PROTOCOL}/compression.ts`, '  if (claimed > bytesMax) {\n', '  if (false) {\n'),
      edit(
        `${PROTOCOL}/compression.ts`,
        '  if (claimed > packed.length * EXPANSION_MAX) {\n',
        '  if (false) {\n',
      ),
    ],
    [`${PROTOCOL}/compression.spec.ts`],
  ),
  mutant(
    'lz4-size-not-compared',
    'A message that expands to less than it claims ends in memory that was never written.',
    [
      edit(
        `${PROTOCOL}/compression.ts`,
        '  if (message.length === claimed) return message;\n',
        '  if (message.length <= claimed) return message;\n',
      ),
    ],
    [`${PROTOCOL}/compression.spec.ts`],
  ),
  mutant(
    'frame-length-unchecked',
    'A peer has the node collect a message of four gigabytes.',
    [
      edit(
        `${PROTOCOL}/frame.ts`,
        '  if (length <= bytesMax) return length;\n',
        '  return length;\n',
      ),
    ],
    [FRAMES],
  ),
  mutant(
    'negative-request-size-taken',
    'A request with a negative size stops the node.',
    [
      edit(
        `${PROTOCOL}/wire-convert.ts`,
        '  if (message.size < 0) return `the size ${message.size} is negative`;\n',
        '',
      ),
    ],
    [`${PROTOCOL}/wire-convert.spec.ts`],
  ),
  mutant(
    'waiting-requests-unbounded',
    'A peer that asks without end and never reads fills the memory.',
    [
      edit(
        `${PROTOCOL}/incoming-requests.ts`,
        'return length >= REQUESTS_WAITING_MAX || byteLength >= REQUESTS_WAITING_BYTES_MAX;',
        'return false;',
      ),
    ],
    [`${PROTOCOL}/connection.spec.ts`, `${PROTOCOL}/connection-end.spec.ts`],
  ),
  mutant(
    'waiting-messages-unbounded',
    'A peer that sends indexes faster than they are recorded fills the memory.',
    [
      edit(
        `${PROTOCOL}/message-flow.ts`,
        'return this.#inbox.length >= INBOX_MESSAGES_MAX || this.#inboxBytes >= INBOX_BYTES_MAX;',
        'return false;',
      ),
    ],
    [`${PROTOCOL}/connection.spec.ts`, `${PROTOCOL}/connection-end.spec.ts`],
  ),
  mutant(
    'strangers-unbounded',
    'Strangers that do not finish their handshake shut everybody else out.',
    [
      edit(
        'src/modules/connections/waiting-room.ts',
        'if (this.guests.size > this.placesMax) {',
        'if (false) {',
      ),
    ],
    ['src/modules/connections/small-parts.spec.ts'],
  ),
  mutant(
    'rate-limit-missing',
    'A node that was given a limit takes the whole line.',
    [
      edit(
        'src/modules/connections/rate-limits.ts',
        'return hasRate(limits) || hasRate(this.ratesOf(device));',
        'return false;',
      ),
    ],
    ['src/modules/connections/token-bucket.spec.ts'],
  ),
];
