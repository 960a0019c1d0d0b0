/**
 * Which pattern decides about a name: the first in order that matches. An index over two and three neighbouring
 * characters leaves few patterns to try, so that a thousand of them do not show in a scan.
 */
import { type GlobNode, parseGlob } from './glob.js';
import { compileGlob, type GlobMatch } from './glob-match.js';
import { type IgnorePattern } from './patterns.js';

export interface IgnoreVerdict {
  readonly isIgnored: boolean;
  readonly isDeletable: boolean;
  /** Of an ignored directory: nothing below it can be kept, so that it need not be read. */
  readonly canSkipDirectory: boolean;
}

/** Of a name that no pattern matches. */
export const KEPT: IgnoreVerdict = {
  isIgnored: false,
  isDeletable: false,
  canSkipDirectory: false,
};
/** Stands before and after each name. */
const EDGE = '\0';

const IS_ASCII = /^[\0-\x7f]*$/;
const BUCKET_MASK = (1 << 28) - 1;
/** Grams that share a place here are told apart by the index; most grams of a name share it with none of a pattern. */
const PLACE_MASK = (1 << 16) - 1;

interface Compiled {
  readonly order: number;
  readonly matches: GlobMatch;
  readonly foldsCase: boolean;
}

/** Pure; made again when the patterns change. */
export class IgnoreMatcher {
  private readonly index = new Map<number, Compiled[]>();
  private readonly places = new Uint8Array(PLACE_MASK + 1);
  /** Patterns without two fixed characters in a row. */
  private readonly always: Compiled[] = [];
  private readonly verdicts: readonly IgnoreVerdict[];

  constructor(patterns: readonly IgnorePattern[]) {
    const firstKept = patterns.findIndex((pattern) => !allowsSkipping(pattern));
    this.verdicts = patterns.map(({ isIgnored, isDeletable }, at) => ({
      isIgnored,
      isDeletable: isIgnored && isDeletable,
      canSkipDirectory: isIgnored && (firstKept < 0 || at < firstKept),
    }));
    patterns.forEach(({ glob, foldsCase }, order) => {
      const nodes = parseGlob(glob);
      this.add({ order, matches: compileGlob(nodes), foldsCase }, nodes);
    });
  }

  get isEmpty(): boolean {
    return this.verdicts.length === 0;
  }

  /** name: from the root, NFC, with `/`. */
  match(name: string): IgnoreVerdict {
    if (this.isEmpty) return KEPT;
    const folded = name.toLowerCase();
    let best = this.verdicts.length;
    const consider = (candidates: readonly Compiled[]): void => {
      for (const { order, matches, foldsCase } of candidates) {
        if (order >= best) return;
        if (matches(foldsCase ? folded : name)) best = order;
      }
    };
    consider(this.always);
    const tried = new Set<number>();
    // A gram may occur in a name a thousand times: its patterns are tried once.
    const considerOnce = (gram: number): void => {
      if (this.places[gram & PLACE_MASK] === 0 || tried.has(gram)) return;
      tried.add(gram);
      consider(this.index.get(gram) ?? []);
    };
    // Grams are of ASCII in lower case; other letters may be others when folded.
    for (const text of IS_ASCII.test(name) ? [folded] : [lowerAscii(name), folded]) {
      const framed = EDGE + text + EDGE;
      for (let at = 0; at + 2 <= framed.length; at += 1) {
        considerOnce(gramAt(framed, at, 2));
        considerOnce(gramAt(framed, at, 3));
      }
    }
    return this.verdicts[best] ?? KEPT;
  }

  private add(compiled: Compiled, nodes: readonly GlobNode[]): void {
    const texts = fixedTexts(nodes);
    const keys = gramsOf(texts, 3);
    let rarest: number | undefined;
    for (const key of keys.length > 0 ? keys : gramsOf(texts, 2)) {
      const isRarer = rarest === undefined || this.count(key) < this.count(rarest);
      if (isRarer) rarest = key;
    }
    if (rarest === undefined) {
      this.always.push(compiled);
      return;
    }
    this.index.set(rarest, [...(this.index.get(rarest) ?? []), compiled]);
    this.places[rarest & PLACE_MASK] = 1;
  }

  private count(key: number): number {
    return this.index.get(key)?.length ?? 0;
  }
}

function gramsOf(texts: readonly string[], length: 2 | 3): number[] {
  return texts.flatMap((text) =>
    Array.from({ length: Math.max(0, text.length - length + 1) }, (_, at) =>
      gramAt(text, at, length),
    ),
  );
}

/** Texts that every name which matches contains, with its edges. */
function fixedTexts(nodes: readonly GlobNode[]): string[] {
  const texts: string[] = [];
  nodes.forEach((node, at) => {
    if (node.kind !== 'text') return;
    const [before, after] = [at === 0 ? EDGE : '', at === nodes.length - 1 ? EDGE : ''];
    texts.push(before + lowerAscii(node.text) + after);
  });
  return texts;
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Two grams may share a number: a candidate too many costs time only. */
function gramAt(text: string, at: number, length: 2 | 3): number {
  const two = text.charCodeAt(at) * 131 + text.charCodeAt(at + 1);
  const three = length === 2 ? two : two * 131 + text.charCodeAt(at + 2);
  return ((three & BUCKET_MASK) << 1) | (length - 2);
}

/** After a pattern that keeps something deeper down, an ignored directory has to be looked into. */
function allowsSkipping({ isIgnored, isRooted, glob }: IgnorePattern): boolean {
  if (isIgnored) return true;
  if (!isRooted) return false;
  const top = glob.endsWith('/**') ? glob.slice(0, -'/**'.length) : glob;
  if (glob === '**' || top === '') return true;
  if (top.includes('/')) return false;
  const body = top.endsWith('**') ? top.slice(0, -'**'.length) : top;
  return !body.includes('**');
}
