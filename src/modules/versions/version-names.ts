/**
 * Names of kept versions: `~YYYYMMDD-HHMMSS`, in local time, before the extension. Pure; the forms are those of
 * Syncthing, so that a versions directory can be taken over in both directions.
 */
import { parentOf } from '../../domain/file-name.js';

const TIME = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)$/;
const MONTHS = 12;
const HOURS = 24;
const SIXTY = 60;

export function taggedName(name: string, tag: string): string {
  const parent = parentOf(name);
  const extension = extensionOf(name);
  const base = name.slice(parent === '' ? 0 : parent.length + 1);
  const stem = base.slice(0, base.length - extension.length);
  return `${parent === '' ? '' : `${parent}/`}${stem}~${tag}${extension}`;
}

/**
 * The tag of a kept version, or ''. Before 1.0 it stood behind the extension; both places are read. Without an
 * expression: one that looks for the last `~` tries every place of a long name that has none.
 */
export function tagOf(path: string): string {
  const dot = path.lastIndexOf('.');
  const last = path.lastIndexOf('~');
  if (last > dot && last + 1 < path.length) return path.slice(last + 1);
  // A dot at the end begins no extension, as stock has it.
  const before = dot < 0 || dot + 1 === path.length ? -1 : path.lastIndexOf('~', dot);
  const tag = before < 0 ? '' : path.slice(before + 1, dot);
  return tag.includes('.') ? '' : tag;
}

/** undefined for a name without a tag. */
export function untaggedName(path: string): { name: string; tag: string } | undefined {
  const tag = tagOf(path);
  if (tag === '') return undefined;
  const extension = extensionOf(path);
  if (extension.endsWith(tag)) return { name: path.slice(0, -tag.length - 1), tag };
  const name = path.slice(0, path.length - extension.length - tag.length - 1) + extension;
  return { name, tag };
}

/** Milliseconds since 1970; undefined for a tag that is no time. */
export function timeOfTag(tag: string): number | undefined {
  const parts = TIME.exec(tag)?.slice(1).map(Number);
  if (parts === undefined) return undefined;
  const [year, month, day, hours, minutes, seconds] = parts;
  if (month < 1 || month > MONTHS || hours >= HOURS || minutes >= SIXTY || seconds >= SIXTY) {
    return undefined;
  }
  const date = new Date(year, month - 1, day, hours, minutes, seconds);
  date.setFullYear(year);
  return day === new Date(year, month - 1, day).getDate() ? date.getTime() : undefined;
}

/** Whether `base` is a version of the file `fileBase`, with the time in its present place. */
export function isTimedVersionOf(base: string, fileBase: string): boolean {
  const extension = extensionOf(fileBase);
  const stem = fileBase.slice(0, fileBase.length - extension.length);
  if (!base.startsWith(`${stem}~`) || !base.endsWith(extension)) return false;
  return TIME.test(base.slice(stem.length + 1, base.length - extension.length));
}

/** From the last dot of the last component on, a first character included. */
function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > name.lastIndexOf('/') ? name.slice(dot) : '';
}
