/** `syncnest cli guard …`: what a folder's guard holds back, shown, approved and rejected. */
import { listOf, numberOf, objectOf, textOf } from './answers.js';
import { type ControlLine } from './control-line.js';
import { ask, type HttpSide } from './http-side.js';
import { bytesText, jsonText, tableText, timeText } from './table.js';

/** What is shown of the names in a row. */
const EXAMPLES_SHOWN = 3;

const REASONS: Readonly<Record<string, string>> = {
  emptied: 'the folder here is all but empty',
  exchanged: 'the folder here is another directory',
};

export async function guard(side: HttpSide, line: ControlLine): Promise<string> {
  const [act = 'list', set] = line.paths;
  const query = new URLSearchParams({ folder: line.folder ?? '', ...(set ? { set } : {}) });
  if (act === 'list') return list(side, line, query);
  const path = `folder/guard/${act}?${query.toString()}`;
  const answer = objectOf(await ask(side, { method: 'POST', path, limitMs: 0 }));
  if (line.isJson) return jsonText(answer);
  const sets = listOf(answer.sets).map(textOf);
  if (sets.length === 0) return `Nothing is held in the folder ${line.folder}.\n`;
  const done = act === 'approve' ? 'approved' : 'rejected';
  return `The changes ${sets.join(', ')} in the folder ${line.folder} are ${done}.\n`;
}

async function list(side: HttpSide, line: ControlLine, query: URLSearchParams): Promise<string> {
  const answer = objectOf(await ask(side, { path: `folder/guard?${query.toString()}` }));
  if (line.isJson) return jsonText(answer);
  const rows = listOf(answer.sets)
    .map(objectOf)
    .map((each) => [
      textOf(each.id),
      REASONS[textOf(each.reason)] ?? (textOf(each.deviceId) || textOf(each.device)),
      numberOf(each.deletes),
      numberOf(each.replaces),
      bytesText(numberOf(each.bytes)),
      timeText(textOf(each.since)),
      listOf(each.examples).slice(0, EXAMPLES_SHOWN).map(textOf).join(', '),
    ]);
  const columns = ['SET', 'FROM', 'DELETES', 'REPLACES', 'SIZE', 'SINCE', 'FOR INSTANCE'];
  return tableText(columns, rows, 'Nothing is held.');
}
