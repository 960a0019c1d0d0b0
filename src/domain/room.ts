/**
 * Whether a disk has room: pure. A limit is an amount that stays free, in bytes of a decimal unit or percent of the
 * file system; 0 is no limit at all. Source: Syncthing's minDiskFree and minHomeDiskFree.
 */
export interface RoomLimit {
  readonly value: number;
  /** `%`, `B`, `kB`, `MB`, `GB` or `TB`. */
  readonly unit: string;
}

export interface Room {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export const DEFAULT_ROOM_LIMIT: RoomLimit = { value: 1, unit: '%' };

const FACTORS: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** Bytes that stay free. */
export function limitBytes({ value, unit }: RoomLimit, totalBytes: number): number {
  return unit === '%' ? (totalBytes * value) / 100 : value * (FACTORS[unit] ?? 1);
}

/** What is too little, in words; undefined when `wantedBytes` more fit in. `setting`: where the limit is set. */
export function roomProblem(
  room: Room,
  limit: RoomLimit,
  wantedBytes: number,
  setting: string,
): string | undefined {
  const kept = limitBytes(limit, room.totalBytes);
  if (room.freeBytes - wantedBytes >= kept) return undefined;
  const parts = [`${bytesText(room.freeBytes)} free`];
  if (wantedBytes > 0) parts.push(`${bytesText(wantedBytes)} wanted`);
  if (limit.value > 0) {
    const share = limit.unit === '%' ? ` (${bytesText(kept)})` : '';
    parts.push(`${limit.value} ${limit.unit}${share} to be left free by ${setting}`);
  }
  return parts.join(', ');
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** In decimal units, with one digit after the point. */
export function bytesText(bytes: number): string {
  let value = Math.max(0, bytes);
  let unit = 0;
  for (; value >= 1000 && unit < UNITS.length - 1; unit++) value /= 1000;
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}
