/** The line that says how much went over the network, at most once per interval and only when something moved. */
import { type Transferred } from './connected-devices.js';

export const STATISTICS_INTERVAL_MS = 10_000;

const PREFIXES = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Undefined when nothing moved between the two readings. */
export function transferLine(
  before: Transferred,
  now: Transferred,
  elapsedMs: number,
): string | undefined {
  const bytesIn = now.bytesIn - before.bytesIn;
  const bytesOut = now.bytesOut - before.bytesOut;
  if (bytesIn <= 0 && bytesOut <= 0) return undefined;
  const elapsedS = Math.max(elapsedMs, 1) / 1000;
  const side = (bytes: number, way: string): string =>
    `${amount(bytes)} ${way} (${amount(bytes / elapsedS)}/s)`;
  return `Transferred ${side(bytesIn, 'in')}, ${side(bytesOut, 'out')}`;
}

/** In whole units of 1024, one decimal below ten: `139 KiB`, `1.5 MiB`. */
function amount(bytes: number): string {
  let value = bytes;
  let prefix = 0;
  while (value >= 1000 && prefix < PREFIXES.length - 1) {
    value /= 1024;
    prefix += 1;
  }
  const text = prefix > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value).toString();
  return `${text} ${PREFIXES[prefix]}`;
}
