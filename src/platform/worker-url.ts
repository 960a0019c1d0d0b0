/**
 * Address of a compiled worker entry. From dist/ it lies beside the caller, in the bundle as a bundle of its own; under jest
 * the caller is src/**.ts, transformed in memory, and a worker thread, which jest does not transform, is taken from dist/.
 */
import { existsSync } from 'node:fs';

export function workerUrl(callerUrl: string, name: string): URL {
  const beside = new URL(`./${name}.js`, callerUrl);
  const bundled = new URL(`./${name}.cjs`, callerUrl);
  const there = [beside, bundled].find((url) => existsSync(url));
  return there ?? new URL(beside.href.replace('/src/', '/dist/'));
}
