/** What `syncnest cli` shows: each report asks what it needs, and is a table for people and the answers for programs. */
import { type Answer, entriesOf, listOf, numberOf, objectOf, textOf } from './answers.js';
import { type ReportName } from './control-line.js';
import { bytesText, durationText, listText, tableText, timeText } from './table.js';

/** GET of a path below /rest/. */
export type Get = (path: string) => Promise<unknown>;

export interface Report {
  readonly answer: unknown;
  readonly text: string;
}

const SHORT_ID_CHARACTERS = 7;

export const REPORT_OF: Readonly<Record<ReportName, (get: Get) => Promise<Report>>> = {
  status,
  connections,
  devices,
  folders,
  pending,
  errors,
};

async function status(get: Get): Promise<Report> {
  const [system, version, connected, configured] = [
    objectOf(await get('system/status')),
    objectOf(await get('system/version')),
    objectOf(await get('system/connections')),
    listOf(await get('config/folders')),
  ];
  const peers = peersOf(connected, system);
  const errorList = listOf(objectOf(await get('system/error')).errors);
  const listeners = entriesOf(system.connectionServiceStatus).map(([address, { error }]) =>
    textOf(error) === '' ? address : `${address} (${textOf(error)})`,
  );
  const total = objectOf(connected.total);
  return {
    answer: { status: system, version },
    text: listText([
      ['Device ID', textOf(system.myID)],
      ['Version', textOf(version.longVersion) || textOf(version.version)],
      ['Running for', durationText(numberOf(system.uptime))],
      ['Memory', bytesText(numberOf(system.sys) || numberOf(system.alloc))],
      ['Listening on', listeners.join(', ')],
      [
        'Connected to',
        `${peers.filter(([, each]) => each.connected === true).length} of ${peers.length} devices`,
      ],
      [
        'Received, sent',
        `${bytesText(numberOf(total.inBytesTotal))}, ${bytesText(numberOf(total.outBytesTotal))}`,
      ],
      ['Folders', configured.length],
      ['Errors', errorList.length],
    ]),
  };
}

/** Some versions list the node itself too. */
function peersOf(connected: Answer, { myID }: Answer): ReturnType<typeof entriesOf> {
  return entriesOf(connected.connections).filter(([id]) => id !== myID);
}

/** Names by device ID, as configured. */
async function deviceNames(get: Get): Promise<Map<string, string>> {
  const all = listOf(await get('config/devices')).map(objectOf);
  return new Map(all.map(({ deviceID, name }) => [textOf(deviceID), textOf(name)]));
}

const shortOf = (id: string): string => id.slice(0, SHORT_ID_CHARACTERS);

async function connections(get: Get): Promise<Report> {
  const answer = await get('system/connections');
  const names = await deviceNames(get);
  const system = objectOf(await get('system/status'));
  const rows = peersOf(objectOf(answer), system).map(([id, each]) => [
    names.get(id) ?? '',
    shortOf(id),
    each.paused === true ? 'paused' : each.connected === true ? 'connected' : 'away',
    textOf(each.address),
    textOf(each.type),
    textOf(each.clientVersion),
    bytesText(numberOf(each.inBytesTotal)),
    bytesText(numberOf(each.outBytesTotal)),
  ]);
  const columns = ['NAME', 'DEVICE', 'STATE', 'ADDRESS', 'TYPE', 'VERSION', 'IN', 'OUT'];
  return { answer, text: tableText(columns, rows, 'No other device is configured.') };
}

async function devices(get: Get): Promise<Report> {
  const answer = listOf(await get('config/devices'));
  const seen = objectOf(await get('stats/device'));
  const rows = answer
    .map(objectOf)
    .map((each) => [
      textOf(each.name),
      textOf(each.deviceID),
      listOf(each.addresses).map(textOf).join(', '),
      each.paused === true ? 'yes' : 'no',
      timeText(textOf(objectOf(seen[textOf(each.deviceID)]).lastSeen)),
    ]);
  const columns = ['NAME', 'DEVICE ID', 'ADDRESSES', 'PAUSED', 'LAST SEEN'];
  return { answer, text: tableText(columns, rows, 'No device is configured.') };
}

async function folders(get: Get): Promise<Report> {
  const answer: object[] = [];
  const rows: (string | number)[][] = [];
  const { myID } = objectOf(await get('system/status'));
  for (const folder of listOf(await get('config/folders')).map(objectOf)) {
    const id = textOf(folder.id);
    const isPaused = folder.paused === true;
    // Stock has no state of a paused folder and answers with an error.
    const state = isPaused ? {} : objectOf(await get(`db/status?folder=${encodeURIComponent(id)}`));
    answer.push({ ...folder, status: state });
    rows.push([
      id,
      textOf(folder.label),
      textOf(folder.type),
      isPaused ? 'paused' : textOf(state.state),
      numberOf(state.localFiles),
      bytesText(numberOf(state.localBytes)),
      numberOf(state.needTotalItems),
      bytesText(numberOf(state.needBytes)),
      numberOf(state.receiveOnlyTotalItems),
      numberOf(state.pullErrors) || numberOf(state.errors),
      listOf(folder.devices).filter((each) => objectOf(each).deviceID !== myID).length,
      textOf(folder.path),
    ]);
  }
  const columns = ['FOLDER', 'LABEL', 'TYPE', 'STATE', 'FILES', 'SIZE', 'NEEDS', 'TO GET'];
  columns.push('KEPT HERE', 'ERRORS', 'SHARED WITH', 'PATH');
  return { answer, text: tableText(columns, rows, 'No folder is configured.') };
}

async function pending(get: Get): Promise<Report> {
  const asking = objectOf(await get('cluster/pending/devices'));
  const offered = objectOf(await get('cluster/pending/folders'));
  const deviceRows = entriesOf(asking).map(([id, each]) => [
    id,
    textOf(each.name),
    textOf(each.address),
    timeText(textOf(each.time)),
  ]);
  const folderRows = entriesOf(offered).flatMap(([id, { offeredBy }]) =>
    entriesOf(offeredBy).map(([device, each]) => [
      id,
      textOf(each.label),
      shortOf(device),
      timeText(textOf(each.time)),
    ]),
  );
  return {
    answer: { devices: asking, folders: offered },
    text: [
      tableText(['DEVICE', 'NAME', 'ADDRESS', 'LAST ASKED'], deviceRows, 'No device asks.'),
      tableText(['FOLDER', 'LABEL', 'OFFERED BY', 'AT'], folderRows, 'No folder is offered.'),
    ].join('\n'),
  };
}

async function errors(get: Get): Promise<Report> {
  const system = listOf(objectOf(await get('system/error')).errors);
  const ofFolders = new Map<string, readonly unknown[]>();
  const rows = system
    .map(objectOf)
    .map((each) => ['', '', textOf(each.message), timeText(textOf(each.when))]);
  for (const folder of listOf(await get('config/folders')).map(objectOf)) {
    if (folder.paused === true) continue;
    const id = textOf(folder.id);
    const query = `folder=${encodeURIComponent(id)}`;
    const { errors: found } = objectOf(await get(`folder/errors?${query}`));
    ofFolders.set(id, listOf(found));
    for (const each of listOf(found).map(objectOf)) {
      rows.push([id, textOf(each.path), textOf(each.error), '']);
    }
    const state = objectOf(await get(`db/status?${query}`));
    const reason = textOf(state.error) || textOf(state.invalid);
    if (reason !== '') rows.push([id, '', reason, timeText(textOf(state.stateChanged))]);
  }
  return {
    answer: { system, folders: Object.fromEntries(ofFolders) },
    text: tableText(['FOLDER', 'ITEM', 'ERROR', 'WHEN'], rows, 'No errors.'),
  };
}
