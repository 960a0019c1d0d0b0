/** Loaded into the node that is measured: on SIGUSR2 collects what is not in use and says what is, in MEMORY_FILE. */
import { renameSync, writeFileSync } from 'node:fs';

process.on('SIGUSR2', () => {
  globalThis.gc();
  const file = process.env.MEMORY_FILE;
  writeFileSync(`${file}.new`, JSON.stringify(process.memoryUsage()));
  renameSync(`${file}.new`, file);
});
