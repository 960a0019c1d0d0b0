/** Stacks that name the sources of a script for which Node itself loads no source map. */
import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, resolve } from 'node:path';

/** The map lies beside the script and is read when the first stack is asked for. */
export function mapStacks(path: string): void {
  let map: SourceMap | undefined;
  const place = (line: number, column: number): string | undefined => {
    map ??= new SourceMap(JSON.parse(readFileSync(`${path}.map`, 'utf8')) as SourceMapPayload);
    const origin = map.findOrigin(line, column);
    if (!('fileName' in origin)) return undefined;
    const { fileName, lineNumber, columnNumber } = origin;
    return `${resolve(dirname(path), fileName)}:${lineNumber}:${columnNumber}`;
  };
  Error.prepareStackTrace = (error, sites) => {
    const lines = sites.map((site) => {
      const text = String(site);
      if (site.getFileName() !== path) return text;
      const [line, column] = [site.getLineNumber() ?? 0, site.getColumnNumber() ?? 0];
      return text.replace(`${path}:${line}:${column}`, (own) => place(line, column) ?? own);
    });
    return [String(error), ...lines.map((line) => `    at ${line}`)].join('\n');
  };
}
