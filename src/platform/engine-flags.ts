/** V8's flags, which hold for all threads of the process. */
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Both halves of what the main thread keeps for what has just been made. By default they grow to 32 MiB. */
const YOUNG_BYTES_MAX = 16 * 1024 * 1024;

/** Before the program is compiled: a code cache fits only under the flags that it was made with. */
export function setEngineFlags(): void {
  // What V8 leaves uncollected while the machine has memory would be half of what the node takes: 338 MiB after the scan
  // of 100,000 files became 285.
  setFlagsFromString('--heap-growing-percent=150');
  // Each thread's code is compiled for itself: code that has run only a little longer is not worth the optimising compiler's
  // time, which was a fifth of what the first scan of 50,000 files took. Later versions count otherwise, and would complain.
  if (!process.versions.v8.startsWith('11.')) return;
  setFlagsFromString('--interrupt-budget=600000');
  boundYoungHeap();
}

/**
 * How large it may become is read before any program runs, unless it is given on the command line; how much it grows by is
 * read each time. Looks only when something was collected, so that nothing wakes a node at rest.
 */
function boundYoungHeap(): void {
  const observer = new PerformanceObserver(() => {
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    if (young !== undefined && young.space_size < YOUNG_BYTES_MAX) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    observer.disconnect();
  });
  observer.observe({ entryTypes: ['gc'] });
}
