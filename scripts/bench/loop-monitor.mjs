/**
 * Loaded into a node of ours with --import: how long its event loop was held up. At each SIGUSR2 it appends what was
 * since the last one to the file that BENCH_LOOP_FILE names, and begins anew, unless there is a file of that name with
 * `-off`: looking takes 200 ticks a second, which is much more than a node at rest does.
 */
import { appendFileSync, existsSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const RESOLUTION_MS = 5;
const NS_PER_MS = 1e6;

if (isMainThread && process.env.BENCH_LOOP_FILE !== undefined) {
  const monitor = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  monitor.enable();
  process.on('SIGUSR2', () => {
    // The histogram counts the time from tick to tick: what is beyond the interval is the delay.
    const delay = (ns) => Math.max(0, ns / NS_PER_MS - RESOLUTION_MS);
    const seen = {
      p99Ms: delay(monitor.percentile(99)),
      p999Ms: delay(monitor.percentile(99.9)),
      maxMs: delay(monitor.max),
    };
    monitor.reset();
    if (existsSync(`${process.env.BENCH_LOOP_FILE}-off`)) monitor.disable();
    else monitor.enable();
    appendFileSync(process.env.BENCH_LOOP_FILE, `${JSON.stringify(seen)}\n`);
  });
}
