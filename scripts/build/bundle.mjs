/**
 * Puts the compiled program into scripts, in dist/program: one that serves, one for the commands that do not, one for each
 * kind of worker thread; and beside the first two what V8 makes of them (make-cache.mjs). Loading the modules would take most
 * of the time that a start takes.
 *
 * At the end dist/main.js starts the bundle. It is what `nest build` writes anew each time, so that modules that were
 * compiled later are never passed over for an older bundle.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { leftOut, loadedAtOnce, withoutServing } from './contents.mjs';
import { makeCaches } from './make-cache.mjs';

const DIST = join(import.meta.dirname, '../../dist');
const PROGRAM = join(DIST, 'program');

const WORKERS = [
  'modules/database/index-database-worker',
  'modules/scanner/hasher-worker',
  'modules/scanner/walker-worker',
  'modules/watcher/watcher-worker',
  'platform/disk-worker',
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
  logLevel: 'warning',
};

const SCRIPT = {
  ...COMMON,
  format: 'cjs',
  mainFields: ['module', 'main'],
  // For a launcher that only knows `require`.
  supported: { 'dynamic-import': false },
  // Only for making certificates, once in a node's life; the others have native parts.
  external: ['./x509.cjs', 'lz4-napi', 'koffi'],
  define: { 'import.meta.url': 'bundle.url' },
};
/** Asked for by few: most threads do without. */
const BUNDLE = `const bundle = { get url() { return require('node:url').pathToFileURL(__filename).href; } };`;

await build({
  ...SCRIPT,
  entryPoints: WORKERS.map((name) => join(DIST, `${name}.js`)),
  entryNames: '[name]',
  outdir: PROGRAM,
  outExtension: { '.js': '.cjs' },
  banner: { js: BUNDLE },
  plugins: [leftOut],
});
await build({
  ...SCRIPT,
  stdin: {
    contents: `import 'reflect-metadata'; export * from '@peculiar/x509';`,
    resolveDir: DIST,
  },
  outfile: join(PROGRAM, 'x509.cjs'),
});
await buildProgram('main', [loadedAtOnce, leftOut]);
await buildProgram('commands', [withoutServing, leftOut]);
await makeCaches(join(PROGRAM, 'main.cjs'), join(PROGRAM, 'commands.cjs'));
await build({
  ...COMMON,
  entryPoints: [join(DIST, 'launcher.js')],
  outfile: join(DIST, 'main.js'),
  format: 'esm',
  allowOverwrite: true,
});

/** A function, for the launcher to call. */
async function buildProgram(name, plugins) {
  const outfile = join(PROGRAM, `${name}.cjs`);
  const { outputFiles } = await build({
    ...SCRIPT,
    entryPoints: [join(DIST, 'program.js')],
    outfile,
    banner: { js: `(function (exports, require, module, __filename, __dirname) { ${BUNDLE}` },
    footer: { js: '})' },
    plugins,
    write: false,
  });
  for (const { path, text } of outputFiles) {
    writeFileSync(path, path === outfile ? named(text) : text);
  }
}

/** With the names that classes had: esbuild calls one `_Name` that speaks of itself. Nest shows them to people. */
function named(text) {
  return text.replace(/\bclass _(\w+)( extends [\w.]+)? \{$/gm, '$& static name = "$1";');
}
