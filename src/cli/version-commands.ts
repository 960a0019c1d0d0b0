/** `syncnest cli versions` and `syncnest cli restore`: what a folder keeps of files that others replaced or deleted. */
import { SyncError } from '../domain/errors.js';
import { printable } from '../modules/logging/log-line.js';
import { listOf, numberOf, objectOf, textOf } from './answers.js';
import { type ControlLine } from './control-line.js';
import { ask, type HttpSide } from './http-side.js';
import { bytesText, jsonText, tableText, timeText } from './table.js';

const pathFor = (folder: string, below = ''): string => {
  const query = new URLSearchParams({ folder, ...(below === '' ? {} : { below }) });
  return `folder/versions?${query.toString()}`;
};

/** A row for each version, the newest of a file first. */
export async function versions(side: HttpSide, line: ControlLine): Promise<string> {
  const answer = objectOf(await ask(side, { path: pathFor(line.folder ?? '', line.paths[0]) }));
  if (line.isJson) return jsonText(answer);
  const rows = Object.entries(answer).flatMap(([name, all]) =>
    listOf(all)
      .map(objectOf)
      .map(({ versionTime, modTime, size }) => [
        name,
        textOf(versionTime),
        timeText(textOf(modTime)),
        bytesText(numberOf(size)),
      ]),
  );
  const columns = ['FILE', 'VERSION', 'CHANGED', 'SIZE'];
  return tableText(columns, rows, 'No version is kept.');
}

/** Of the time that was given, as the list shows it, else the newest. Throws SyncError with the node's reason. */
export async function restore(side: HttpSide, line: ControlLine): Promise<string> {
  const folder = line.folder ?? '';
  const [file, stated] = line.paths;
  const time = stated ?? (await newestOf(side, folder, file));
  const answer = objectOf(
    await ask(side, {
      method: 'POST',
      path: pathFor(folder),
      body: { [file]: time },
      limitMs: 0,
    }),
  );
  const problem = textOf(answer[file]);
  if (problem !== '') throw new SyncError('io', `${file}: ${problem}`);
  return line.isJson
    ? jsonText({ ok: true })
    : `${printable(file)} is as it was kept at ${printable(time)}.\n`;
}

async function newestOf(side: HttpSide, folder: string, file: string): Promise<string> {
  const slash = file.lastIndexOf('/');
  const below = slash < 0 ? '' : file.slice(0, slash);
  const answer = objectOf(await ask(side, { path: pathFor(folder, below) }));
  const newest = objectOf(listOf(answer[file])[0]);
  const time = textOf(newest.versionTime);
  if (time === '') throw new SyncError('missing', `No version of ${file} is kept.`);
  return time;
}
