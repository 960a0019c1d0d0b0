/** From single results to medians, ratios and a table. */

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return undefined;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Element by element, for figures of [sender, receiver]. */
function medians(lists) {
  const length = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length }, (_, i) => median(lists.map((list) => list[i])));
}

/** @param results {step, kind, s, cpuS, peakMiB, loop?}[] in the order in which they came */
export function summarize(results) {
  const steps = [...new Set(results.map(({ step }) => step))];
  return steps.map((step) => {
    const ofKind = (kind) => {
      const own = results.filter((each) => each.step === step && each.kind === kind);
      if (own.length === 0) return undefined;
      const loops = own.map(({ loop }) => loop).filter((loop) => loop?.[0] !== undefined);
      return {
        runs: own.length,
        s: median(own.map(({ s }) => s)),
        sMin: Math.min(...own.map(({ s }) => s)),
        sMax: Math.max(...own.map(({ s }) => s)),
        cpuS: medians(own.map(({ cpuS }) => cpuS)),
        peakMiB: medians(own.map(({ peakMiB }) => peakMiB)),
        ...(loops.length === 0
          ? {}
          : { loopMaxMs: medians(loops.map((loop) => loop.map(({ maxMs }) => maxMs))) }),
      };
    };
    const [ours, stock] = [ofKind('ours'), ofKind('stock')];
    const sum = (list) => list.reduce((total, each) => total + each, 0);
    const ratios =
      ours === undefined || stock === undefined
        ? undefined
        : {
            s: ours.s / stock.s,
            // The kernel counts in hundredths of a second: what took none has no ratio.
            cpuS: sum(stock.cpuS) > 0 ? sum(ours.cpuS) / sum(stock.cpuS) : null,
            peakMiB: sum(ours.peakMiB) / sum(stock.peakMiB),
          };
    return { step, ours, stock, ratios };
  });
}

const seconds = (s) => (s < 1 ? `${Math.round(s * 1000)} ms` : `${s.toFixed(2)} s`);
const each = (list, format) => list.map(format).join(' / ');
const COLUMNS = [
  'step',
  'ours',
  'stock',
  'ratio',
  'CPU s ours',
  'stock',
  'peak MiB ours',
  'stock',
  'loop max ms',
];

/** Markdown: figures of two processes as sender / receiver. */
export function tableOf(summary) {
  const rows = summary.map(({ step, ours, stock, ratios }) => [
    step,
    ours ? seconds(ours.s) : '–',
    stock ? seconds(stock.s) : '–',
    ratios ? ratios.s.toFixed(2) : '–',
    ours ? each(ours.cpuS, (s) => s.toFixed(2)) : '–',
    stock ? each(stock.cpuS, (s) => s.toFixed(2)) : '–',
    ours ? each(ours.peakMiB, (mib) => mib.toFixed(0)) : '–',
    stock ? each(stock.peakMiB, (mib) => mib.toFixed(0)) : '–',
    ours?.loopMaxMs ? each(ours.loopMaxMs, (ms) => ms.toFixed(0)) : '–',
  ]);
  const all = [COLUMNS, ...rows];
  const widths = COLUMNS.map((_, i) => Math.max(...all.map((row) => row[i].length)));
  const line = (row) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(COLUMNS), rule, ...rows.map(line)].join('\n');
}
