/** The style is a test: who may import whom, what may know Nest, how long a file may be, and no circles. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const LINES_MAX = 400;
const SPEC_LINES_MAX = 600;

/** Each module and the modules it may import; domain and platform are open to all. */
const MAY_IMPORT: Record<string, string[]> = {
  runtime: [],
  events: [],
  config: [],
  logging: ['config'],
  cert: ['config'],
  database: ['config'],
  protocol: [],
  scanner: ['config', 'events', 'database'],
  watcher: ['config', 'events'],
  discovery: ['config', 'cert', 'events'],
  connections: ['config', 'cert', 'events', 'protocol', 'discovery', 'database'],
  versions: ['config'],
  puller: ['config', 'events', 'database', 'connections', 'versions'],
  guard: ['config', 'events', 'database', 'scanner'],
  model: [
    ...['config', 'events', 'guard', 'database', 'protocol', 'scanner', 'watcher', 'connections'],
    ...['puller', 'versions'],
  ],
  api: [
    ...['config', 'logging', 'cert', 'events', 'database', 'scanner', 'discovery'],
    ...['connections', 'model'],
  ],
};

const MAY_KNOW_NEST =
  /(\.(module|service|controller|guard|dto)|(^|\/)(main|(http-)?application))\.ts$/;

function filesBelow(directory: string): string[] {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    if (statSync(path).isDirectory()) return filesBelow(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

interface SourceFile {
  /** Relative to the project. */
  readonly path: string;
  readonly lines: number;
  readonly imports: { readonly to: string; readonly isTypeOnly: boolean }[];
}

function read(path: string): SourceFile {
  const text = readFileSync(path, 'utf8');
  const imports = [
    ...text.matchAll(/^(?:import|export)\s+([^'"]*?)from\s+['"]([^'"]+)['"]/gms),
    ...text.matchAll(/(await) import\('([^']+)'\)/g),
  ].map(([, what, to]) => ({
    to: to!.startsWith('.')
      ? relative(ROOT, normalize(join(dirname(path), to!))).replace(/\.js$/, '.ts')
      : to!,
    isTypeOnly: isTypeOnly(what!),
  }));
  return { path: relative(ROOT, path), lines: text.split('\n').length - 1, imports };
}

function isTypeOnly(what: string): boolean {
  if (/^type\b/.test(what.trim())) return true;
  const names = /\{([^}]*)\}/s.exec(what)?.[1];
  if (names === undefined || /^\s*[\w*]/.test(what)) return false;
  return names.split(',').every((name) => name.trim() === '' || /^type\s/.test(name.trim()));
}

const sources = [...filesBelow(join(ROOT, 'src')), ...filesBelow(join(ROOT, 'test'))]
  .filter((path) => !path.includes('/gen/'))
  .map(read);
const production = sources.filter(
  ({ path }) => path.startsWith('src/') && !path.endsWith('.spec.ts'),
);

const moduleOf = (path: string): string | undefined => /^src\/modules\/([^/]+)\//.exec(path)?.[1];
const isIn = (path: string, folder: string): boolean => path.startsWith(`src/${folder}/`);

describe('the architecture', () => {
  it('keeps every file within the size limit', () => {
    const tooLong = sources.filter(
      ({ path, lines }) => lines > (path.endsWith('spec.ts') ? SPEC_LINES_MAX : LINES_MAX),
    );
    expect(tooLong.map(({ path, lines }) => `${path}: ${lines} lines`)).toEqual([]);
  });

  it('lets the domain import only the domain and pure functions of Node', () => {
    const wrong = production
      .filter(({ path }) => isIn(path, 'domain'))
      .flatMap(({ path, imports }) =>
        imports
          .filter(({ to }) => !isIn(to, 'domain') && to !== 'node:crypto')
          .map(({ to }) => `${path} imports ${to}`),
      );
    expect(wrong).toEqual([]);
  });

  it('lets the platform import only the domain, itself and Node', () => {
    const wrong = production
      .filter(({ path }) => isIn(path, 'platform'))
      .flatMap(({ path, imports }) =>
        imports
          .filter(({ to }) => !isIn(to, 'domain') && !isIn(to, 'platform'))
          .filter(({ to }) => !to.startsWith('node:'))
          .map(({ to }) => `${path} imports ${to}`),
      );
    expect(wrong).toEqual([]);
  });

  it('lets modules import each other only as the table says', () => {
    const wrong = production.flatMap(({ path, imports }) => {
      const from = moduleOf(path);
      if (from === undefined) return [];
      const allowed = MAY_IMPORT[from];
      if (allowed === undefined) return [`module ${from} is not in the table`];
      return imports
        .filter(({ to }) => {
          const target = moduleOf(to);
          return target !== undefined && target !== from && !allowed.includes(target);
        })
        .map(({ to }) => `${path} imports ${to}`);
    });
    expect(wrong).toEqual([]);
  });

  it('keeps the test kit out of the node', () => {
    const wrong = production
      .filter(({ path }) => !isIn(path, 'testing'))
      .flatMap(({ path, imports }) =>
        imports.filter(({ to }) => isIn(to, 'testing')).map(({ to }) => `${path} imports ${to}`),
      );
    expect(wrong).toEqual([]);
  });

  it('lets only modules, services, controllers, guards, DTOs and applications know Nest', () => {
    const wrong = production
      .filter(({ path }) => !MAY_KNOW_NEST.test(path) && !isIn(path, 'testing'))
      .flatMap(({ path, imports }) =>
        imports
          .filter(({ to }) => to.startsWith('@nestjs/'))
          .map(({ to }) => `${path} imports ${to}`),
      );
    expect(wrong).toEqual([]);
  });

  it('reads the clock and makes random numbers only through the ports', () => {
    const wrong = production.filter(({ path }) => {
      if (['src/platform/clock.ts', 'src/platform/randomness.ts'].includes(path)) return false;
      const text = readFileSync(join(ROOT, path), 'utf8');
      return /\b(Date\.now|performance\.now|Math\.random|setInterval)\(/.test(text);
    });
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it('has no circle of imports', () => {
    const byPath = new Map(production.map((file) => [file.path, file]));
    const state = new Map<string, 'open' | 'done'>();
    const circles: string[] = [];
    const visit = (path: string, trail: string[]): void => {
      if (state.get(path) === 'done') return;
      if (state.get(path) === 'open') {
        circles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
        return;
      }
      state.set(path, 'open');
      for (const { to } of byPath.get(path)?.imports ?? []) {
        if (byPath.has(to)) visit(to, [...trail, path]);
      }
      state.set(path, 'done');
    };
    for (const { path } of production) visit(path, []);
    expect(circles).toEqual([]);
  });
});
