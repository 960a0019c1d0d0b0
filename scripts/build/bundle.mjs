/**
 * Puts the compiled program into one script and each of its worker threads into one more, in dist/program, and beside the
 * program's what V8 makes of it (make-cache.mjs). Loading the modules would take most of the time that a start takes.
 *
 * At the end dist/main.js starts the bundle. It is what `nest build` writes anew each time, so that modules that were
 * compiled later are never passed over for an older bundle.
 */
import { join } from 'node:path';
import { build } from 'esbuild';
import { makeCache } from './make-cache.mjs';

const DIST = join(import.meta.dirname, '../../dist');
const PROGRAM = join(DIST, 'program');

const WORKERS = [
  'modules/database/index-database-worker',
  'modules/scanner/hasher-worker',
  'modules/scanner/walker-worker',
  'modules/watcher/watcher-worker',
  'platform/disk-worker',
];

/** They have native parts, or are not installed and asked for only by those who use them. */
const EXTERNAL = [
  ...['libsql', 'lz4-napi'],
  ...['@nestjs/microservices', '@nestjs/websockets', 'class-transformer/storage'],
];

const COMMON = {
  absWorkingDir: DIST,
  bundle: true,
  platform: 'node',
  target: 'node20',
  sourcemap: 'linked',
  // One-byte characters: see cached-script.ts.
  charset: 'ascii',
  legalComments: 'none',
  minifySyntax: true,
  // Nest tells providers apart by the names of their classes.
  external: EXTERNAL,
  logLevel: 'warning',
};

const SCRIPT = {
  ...COMMON,
  format: 'cjs',
  mainFields: ['module', 'main'],
  supported: { 'dynamic-import': false },
  define: { 'import.meta.url': 'bundleUrl' },
};
const BUNDLE_URL = `const bundleUrl = require('node:url').pathToFileURL(__filename).href;`;

await build({
  ...SCRIPT,
  entryPoints: WORKERS.map((name) => join(DIST, `${name}.js`)),
  entryNames: '[name]',
  outdir: PROGRAM,
  outExtension: { '.js': '.cjs' },
  banner: { js: BUNDLE_URL },
});
await build({
  ...SCRIPT,
  entryPoints: [join(DIST, 'program.js')],
  outfile: join(PROGRAM, 'main.cjs'),
  // A function, for the launcher to call.
  banner: { js: `(function (exports, require, module, __filename, __dirname) { ${BUNDLE_URL}` },
  footer: { js: '})' },
});
await makeCache(DIST);
await build({
  ...COMMON,
  entryPoints: [join(DIST, 'launcher.js')],
  outfile: join(DIST, 'main.js'),
  format: 'esm',
  allowOverwrite: true,
});
