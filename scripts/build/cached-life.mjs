/**
 * Runs the bundled program, and keeps what V8 has compiled of it by its end, and in earlier runs:
 *
 *     node cached-life.mjs SCRIPT ARGUMENT…
 *
 * Without arguments: whether V8 takes what was kept, as the exit status.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';

const [path, ...args] = process.argv.slice(2);
const dist = join(dirname(path), '..');
const { cacheOf, cachePath, compileCached } = await import(join(dist, 'platform/cached-script.js'));
const { setEngineFlags } = await import(join(dist, 'platform/engine-flags.js'));

setEngineFlags();
const { script, hasCache } = compileCached(path);
if (args.length === 0) process.exit(hasCache ? 0 : 1);

// Else V8 forgets the code of what has not run for a while. The flags of a cache are those when it is made.
setFlagsFromString('--no-flush-bytecode');
process.on('exit', () => {
  setFlagsFromString('--flush-bytecode');
  writeFileSync(cachePath(path), cacheOf(script, path));
});
process.argv.splice(1, Infinity, join(dist, 'main.js'), ...args);
script.runInThisContext()({}, createRequire(path), {}, path, dirname(path));
