/** What ours is to reach beside stock in the same run; a measure that was not taken is left out. */

/** Largest ratio of the medians of time. */
const TIME = {
  start: 0.5,
  'scan-big': 0.5,
  'scan-small': 0.5,
  rescan: 0.5,
  'million-rescan': 0.5,
  'transfer-big': 0.6,
  'transfer-small': 0.25,
  flat: 0.2,
  'change-big': 0.5,
  'move-tree': 0.5,
  saved: 0.05,
  reconnect: 1.0,
  'link-big': 1.0,
  'link-small': 0.3,
};
const TUNED = { 'transfer-small': 0.6 };
const WIRE = { 'change-big': 1.0, reconnect: 1.0 };
const TRANSFERS = ['transfer-big', 'transfer-connected', 'transfer-small', 'flat', 'change-big'];
TRANSFERS.push('move-tree', 'five-big', 'five-small', 'link-big', 'link-small');
const MEMORY_RATIO = 1.5;
const MEMORY_MIB = 400;
const MILLION_RSS_MIB = 500;
const LOOP_P999_MS = 50;
const LOOP_MAX_MS = 200;

const sum = (list) => list.reduce((total, each) => total + each, 0);

function atMost(measure, goal, reached, text = (value) => value.toFixed(2)) {
  return { measure, goal: `≤ ${text(goal)}`, reached: text(reached), isMet: reached <= goal };
}

const inMiB = (value) => `${value.toFixed(0)} MiB`;
const inMs = (value) => `${value.toFixed(0)} ms`;

function ofTime(scenario, { ours, stock, tuned, ...mixed }) {
  const goals = [];
  if (ours && stock && TIME[scenario])
    goals.push(atMost(`${scenario}: time`, TIME[scenario], ours.s / stock.s));
  if (ours && tuned && TUNED[scenario])
    goals.push(atMost(`${scenario}: time, beside tuned`, TUNED[scenario], ours.s / tuned.s));
  for (const kind of ['ours-stock', 'stock-ours']) {
    if (mixed[kind] && stock)
      goals.push(atMost(`${scenario}: time, ${kind}`, 1, mixed[kind].s / stock.s));
  }
  return goals;
}

function ofCost(scenario, { ours, stock }) {
  const goals = [];
  if (ours.wireBytes && stock.wireBytes && WIRE[scenario]) {
    goals.push(atMost(`${scenario}: wire`, WIRE[scenario], ours.wireBytes / stock.wireBytes));
  }
  if ((TRANSFERS.includes(scenario) || scenario === 'idle') && sum(stock.cpuS) > 0) {
    goals.push(atMost(`${scenario}: CPU`, 1, sum(ours.cpuS) / sum(stock.cpuS)));
  }
  const ratio = sum(ours.peakMiB) / sum(stock.peakMiB);
  goals.push(atMost(`${scenario}: peak memory beside stock`, MEMORY_RATIO, ratio));
  return goals;
}

function ofOurs(scenario, ours) {
  const peak = Math.max(...ours.peakMiB);
  const limit = scenario.startsWith('million') ? undefined : MEMORY_MIB;
  const goals = limit ? [atMost(`${scenario}: peak memory`, limit, peak, inMiB)] : [];
  if (scenario === 'million-rescan')
    goals.push(atMost('million: resident', MILLION_RSS_MIB, Math.max(...ours.rssMiB), inMiB));
  return goals;
}

function ofLoops(scenario, kinds) {
  const loops = Object.values(kinds).flatMap(({ loop }) => loop.filter((each) => each !== null));
  if (loops.length === 0) return [];
  const worst = (key) => Math.max(...loops.map((loop) => loop[key]));
  return [
    atMost(`${scenario}: loop, 99.9 %`, LOOP_P999_MS, worst('p999Ms'), inMs),
    atMost(`${scenario}: loop, longest`, LOOP_MAX_MS, worst('maxMs'), inMs),
  ];
}

/** @param summary as `summarize` makes it */
export function goalsOf(summary) {
  return Object.entries(summary).flatMap(([scenario, kinds]) => [
    ...ofTime(scenario, kinds),
    ...(kinds.ours && kinds.stock ? ofCost(scenario, kinds) : []),
    ...(kinds.ours ? ofOurs(scenario, kinds.ours) : []),
    ...ofLoops(scenario, kinds),
  ]);
}
