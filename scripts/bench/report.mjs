/** From single results to medians, ratios and tables in Markdown. */
import { goalsOf } from './goals.mjs';

const MIB = 1024 * 1024;
/** Rest has no time of its own. */
const UNTIMED = ['idle'];

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return undefined;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Element by element, for figures of [sender, receiver]; null where there are none. */
function medians(lists) {
  const there = lists.filter((list) => list !== null && list !== undefined);
  const length = Math.max(0, ...there.map((list) => list.length));
  if (length === 0) return null;
  return Array.from({ length }, (_, i) => median(there.map((list) => list[i])));
}

/** The median of what is usual, the largest of what is worst. */
function loopOf(loops) {
  const ours = loops.filter((loop) => loop !== null && loop !== undefined);
  if (ours.length === 0) return null;
  return {
    p99Ms: median(ours.map(({ p99Ms }) => p99Ms)),
    p999Ms: median(ours.map(({ p999Ms }) => p999Ms)),
    maxMs: Math.max(...ours.map(({ maxMs }) => maxMs)),
  };
}

function figuresOf(own) {
  const wires = own.map(({ wireBytes }) => wireBytes).filter((bytes) => bytes !== null);
  const sides = Math.max(...own.map(({ loop }) => loop.length));
  return {
    runs: own.length,
    s: median(own.map(({ s }) => s)),
    sMin: Math.min(...own.map(({ s }) => s)),
    sMax: Math.max(...own.map(({ s }) => s)),
    cpuS: medians(own.map(({ cpuS }) => cpuS)),
    peakMiB: medians(own.map(({ peakMiB }) => peakMiB)),
    wholePeakMiB: medians(own.map(({ wholePeakMiB }) => wholePeakMiB)),
    rssMiB: medians(own.map(({ rssMiB }) => rssMiB)),
    wireBytes: median(wires) ?? null,
    loop: Array.from({ length: sides }, (_, i) => loopOf(own.map(({ loop }) => loop[i]))),
  };
}

/** @returns scenario → kind → figures, in the order in which they came */
export function summarize(results) {
  const summary = {};
  for (const { scenario, kind } of results) {
    summary[scenario] ??= {};
    summary[scenario][kind] ??= figuresOf(
      results.filter((each) => each.scenario === scenario && each.kind === kind),
    );
  }
  return summary;
}

const seconds = (s) => (s < 1 ? `${Math.round(s * 1000)} ms` : `${s.toFixed(2)} s`);
const sides = (list, digits = 0) =>
  list ? list.map((each) => each?.toFixed(digits) ?? '–').join(' / ') : '–';
const mib = (bytes) => {
  if (bytes === null || bytes === undefined) return '–';
  const value = bytes / MIB;
  return value < 1 ? value.toFixed(3) : value.toFixed(value < 100 ? 2 : 0);
};

export function table(columns, rows) {
  const all = [columns, ...rows];
  const widths = columns.map((_, i) => Math.max(...all.map((row) => row[i].length), 3));
  const line = (row) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  return [line(columns), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join(
    '\n',
  );
}

function timeOf(figures) {
  if (figures === undefined) return '–';
  const range = figures.runs > 1 ? ` [${seconds(figures.sMin)}–${seconds(figures.sMax)}]` : '';
  return seconds(figures.s) + range;
}

function timeTable(summary) {
  const others = ['tuned', 'ours-stock', 'stock-ours', 'rsync', 'rsync-fsync'];
  const titles = { 'ours-stock': 'ours → stock', 'stock-ours': 'stock → ours' };
  titles['rsync-fsync'] = 'rsync --fsync';
  const timed = Object.entries(summary).filter(([scenario]) => !UNTIMED.includes(scenario));
  const shown = others.filter((kind) => timed.some(([, kinds]) => kinds[kind] !== undefined));
  const rows = timed.map(([scenario, kinds]) => [
    scenario,
    timeOf(kinds.ours),
    timeOf(kinds.stock),
    kinds.ours && kinds.stock ? (kinds.ours.s / kinds.stock.s).toFixed(2) : '–',
    ...shown.map((kind) => (kinds[kind] ? seconds(kinds[kind].s) : '–')),
  ]);
  const columns = [
    'scenario',
    'ours',
    'stock',
    'ratio',
    ...shown.map((kind) => titles[kind] ?? kind),
  ];
  return table(columns, rows);
}

function loopsOf(figures) {
  if (!figures?.loop.some((loop) => loop !== null)) return '–';
  return figures.loop
    .map((loop) => (loop === null ? '–' : `${loop.p999Ms.toFixed(0)}, ${loop.maxMs.toFixed(0)}`))
    .join(' / ');
}

function costTable(summary) {
  const rows = Object.entries(summary).map(([scenario, { ours, stock, ...mixed }]) => [
    scenario,
    sides(ours?.cpuS, 2),
    sides(stock?.cpuS, 2),
    sides(ours?.peakMiB),
    sides(stock?.peakMiB),
    sides(ours?.rssMiB),
    sides(stock?.rssMiB),
    mib(ours?.wireBytes),
    mib(stock?.wireBytes),
    loopsOf(ours),
    [mixed['ours-stock'], mixed['stock-ours']].map(loopsOf).join('; ').replace('–; –', '–'),
  ]);
  const columns = ['scenario', 'CPU s ours', 'stock', 'peak MiB ours', 'stock', 'RSS after ours'];
  columns.push('stock', 'wire MiB ours', 'stock', 'loop ms ours', 'loop ms mixed');
  return table(columns, rows);
}

function goalTable(summary) {
  const rows = goalsOf(summary).map(({ measure, goal, reached, isMet }) => [
    measure,
    goal,
    reached,
    isMet ? 'yes' : 'NO',
  ]);
  return table(['measure', 'goal', 'reached', 'ok?'], rows);
}

/** Markdown. */
export function reportOf({ machine, options, s, summary, failures }) {
  const { bigMiB, newMiB, files, flatFiles, scanFiles } = options;
  const parts = [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Linux ${machine.kernel}; ` +
      `Node ${machine.node}, Syncthing ${machine.stock ?? 'not there'}`,
    `${options.isQuick ? 'QUICK RUN, for function rather than figures: ' : ''}` +
      `${options.rounds} rounds; ${bigMiB} and ${newMiB} MiB; ${files} small files, ${flatFiles} flat, ` +
      `${scanFiles} scanned; ${s.toFixed(0)} s in all`,
    timeTable(summary),
    'Medians [least–most].',
    costTable(summary),
    'Sender / receiver. CPU seconds, memory, bytes that crossed the wire both ways with their headers; loop: 99.9th ' +
      'percentile, longest delay of the event loop of each of ours.',
  ];
  if (Object.keys(summary).length > 0) parts.push(goalTable(summary));
  for (const { round, kind, scenarios, error } of failures) {
    parts.push(`FAILED, round ${round + 1}, ${kind}, one of ${scenarios.join(', ')}: ${error}`);
  }
  return parts.join('\n\n');
}
