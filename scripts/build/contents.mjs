/** What goes into the bundle, as plugins of esbuild: what it is made of, otherwise than it stands in the modules. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const { resolve } = createRequire(import.meta.url);

/** The types that the HTTP side knows, and what Express asks for by itself. */
const MEDIA_TYPES = ['json', 'plain', 'html', 'octet-stream', 'x-www-form-urlencoded'];

/** By what is imported; `from`: by whom. */
const SUBSTITUTES = [
  // Its scheduler keeps our timers; nothing runs by the calendar.
  { path: /^cron$/, from: /@nestjs\/schedule/, text: () => missingClass('CronJob') },
  // Settings are validated as a whole, never as a request's body.
  { path: /^class-(validator|transformer)$/, from: /@nestjs\/common/, text: missing },
  { path: /^(file-type|repl)$/, from: /@nestjs/, text: missing },
  // Not installed: Nest asks for them to see whether they are.
  { path: /^@nestjs\/(microservices|websockets)/, from: /@nestjs/, text: missing },
  // The application brings its adapter.
  { path: /^@nestjs\/platform-express$/, from: /@nestjs\/core/, text: missing },
  { path: /^class-transformer\/storage/, from: /@nestjs/, text: missing },
  { path: /^mime-db$/, from: /mime-types/, text: mediaTypes },
  { path: /^iconv-lite$/, from: /(raw-body|body-parser)/, text: decoders },
];

/** Their modules define what they export and do nothing else, save these. */
const DEFINITIONS_ONLY = /\/node_modules\/@nestjs\/(?!(common|core)\/index\.js$)/;

/**
 * Without what the packages bring along and the program never runs: it would be read and kept at each start. What is left out
 * says so when it is used after all.
 */
export const leftOut = {
  name: 'left-out',
  setup(build) {
    // Of its modules, only those that are used; Node would take all of an older kind.
    build.onResolve({ filter: /^rxjs(\/operators)?$/ }, ({ path }) => ({
      path: join(dirname(resolve('rxjs/package.json')), 'dist/esm', path.slice(4), 'index.js'),
      sideEffects: false,
    }));
    build.onResolve({ filter: /^@peculiar\/x509$/ }, () => ({
      path: './x509.cjs',
      external: true,
    }));
    build.onResolve({ filter: /^[\w@.]/ }, async ({ path, importer, ...rest }) => {
      if (rest.pluginData?.isResolved) return undefined;
      const found = SUBSTITUTES.find((each) => each.path.test(path) && each.from.test(importer));
      if (found) return { path, namespace: 'left-out', pluginData: { text: found.text(path) } };
      if (!/@nestjs/.test(importer) && !/^@nestjs/.test(path)) return undefined;
      const { kind, resolveDir } = rest;
      const resolved = await build.resolve(path, {
        importer,
        kind,
        resolveDir,
        pluginData: { isResolved: true },
      });
      return DEFINITIONS_ONLY.test(resolved.path) ? { ...resolved, sideEffects: false } : resolved;
    });
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ pluginData }) => ({
      contents: pluginData.text,
      resolveDir: import.meta.dirname,
    }));
  },
};

/**
 * Our own modules are all loaded at the start, those too that others load when they need them: of what may be loaded later
 * esbuild keeps everything.
 */
export const loadedAtOnce = {
  name: 'loaded-at-once',
  setup(build) {
    build.onLoad({ filter: /\/dist\/.*\.js$/ }, ({ path }) => {
      if (path.includes('/node_modules/')) return undefined;
      const paths = [];
      const text = readFileSync(path, 'utf8').replace(
        /\bimport\((['"])(\.[^'"]+)\1\)/g,
        (_, quote, from) => {
          paths.push(from);
          return `loaded${paths.length - 1}`;
        },
      );
      const imports = paths.map((from, i) => `import * as loaded${i} from '${from}';`);
      return { contents: [text, ...imports].join('\n') };
    });
  },
};

/** For commands that need no node. */
export const withoutServing = {
  name: 'without-serving',
  setup(build) {
    build.onResolve({ filter: /\/(serve-command|application)\.js$/ }, ({ path }) => ({
      path,
      namespace: 'left-out',
      pluginData: { text: missing(path) },
    }));
  },
};

function missing(path) {
  const error = `new Error('${path} is not part of the program')`;
  return `throw Object.assign(${error}, { code: 'MODULE_NOT_FOUND' });`;
}

function missingClass(name) {
  return `export class ${name} { constructor() { throw new Error('${name} is not part of the program'); } }`;
}

function mediaTypes() {
  const all = JSON.parse(readFileSync(resolve('mime-db/db.json'), 'utf8'));
  const known = Object.entries(all).filter(([type]) => MEDIA_TYPES.includes(type.split('/')[1]));
  return `module.exports = ${JSON.stringify(Object.fromEntries(known))};`;
}

/** As much of iconv-lite as is asked for, with what Node has itself. */
function decoders() {
  return `
    const make = (encoding) => {
      try { return new TextDecoder(encoding); }
      catch { throw new Error('Encoding not recognized: ' + encoding); }
    };
    exports.encodingExists = (encoding) => {
      try { return Boolean(make(encoding)); } catch { return false; }
    };
    exports.decode = (bytes, encoding) => make(encoding).decode(bytes);
    exports.getDecoder = (encoding) => {
      const decoder = make(encoding);
      return { write: (bytes) => decoder.decode(bytes, { stream: true }), end: () => decoder.decode() };
    };`;
}
