/**
 * Whether a name matches a glob. The time is bounded whatever the pattern, which may come from a file that another device
 * wrote: few stars become a regular expression, many are followed step by step, all ways at once.
 */
import { type CharacterSet, type GlobNode } from './glob.js';

export type GlobMatch = (name: string) => boolean;

/** A regular expression tries the places of its stars one after the other. */
const STARS_MAX = 2;

export function compileGlob(nodes: readonly GlobNode[]): GlobMatch {
  const [first, second, third] = nodes;
  if (nodes.length === 0) return (name) => name === '';
  if (nodes.length === 1 && first.kind === 'text') return (name) => name === first.text;
  // The two ends may overlap: "a/**/b" matches "a/b".
  const isFramed = nodes.length === 3 && second.kind === 'super';
  if (isFramed && first.kind === 'text' && third.kind === 'text') {
    return (name) => name.startsWith(first.text) && name.endsWith(third.text);
  }
  return compileToExpression(nodes) ?? compileToSteps(nodes);
}

function compileToExpression(nodes: readonly GlobNode[]): GlobMatch | undefined {
  const isOpen = (at: number): boolean => nodes.at(at)?.kind === 'super';
  const [from, to] = [isOpen(0) ? 1 : 0, isOpen(-1) ? -1 : nodes.length];
  const inner = nodes.slice(from, to);
  // Where the start is open, an expression tries every place of the name for it, as for a star.
  if (starsIn(inner) + from > STARS_MAX) return undefined;
  const source = `${from === 0 ? '^' : ''}${sourceOf(inner)}${to === -1 ? '' : '$'}`;
  const expression = new RegExp(source, 'su');
  return (name) => expression.test(name);
}

function starsIn(nodes: readonly GlobNode[]): number {
  let stars = 0;
  for (const node of nodes) {
    if (node.kind === 'any' || node.kind === 'super') stars += 1;
    else if (node.kind === 'choice') for (const each of node.of) stars += 1 + starsIn(each);
  }
  return stars;
}

function sourceOf(nodes: readonly GlobNode[]): string {
  return nodes
    .map((node, at) => {
      if (node.kind === 'text') return escaped(node.text);
      if (node.kind === 'any') return '[^/]*';
      if (node.kind === 'super') return '.*';
      if (node.kind === 'one') return isBeforeFixed(nodes, at) ? '[^/\\x80-\\u{10ffff}]' : '[^/]';
      if (node.kind === 'choice') return `(?:${node.of.map(sourceOf).join('|')})`;
      return `[${node.not ? '^' : ''}${setSource(node.of)}]`;
    })
    .join('');
}

function setSource({ list, range }: CharacterSet): string {
  if (range === undefined) return escaped(list);
  return `${escaped(range[0])}-${escaped(range[1])}`;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&').replaceAll('-', '\\x2d');
}

type Step =
  | { readonly kind: 'one'; readonly takes: Taker }
  /** Stays while it takes, and goes on at any time. */
  | { readonly kind: 'many'; readonly takes: Taker }
  | { readonly kind: 'split'; readonly to: readonly number[] }
  | { readonly kind: 'end' };

type Taker = (character: string) => boolean;

const isNoSlash: Taker = (character) => character !== '/';
const isAny: Taker = () => true;
const isAsciiNoSlash: Taker = (character) => character <= '\x7f' && character !== '/';

function compileToSteps(nodes: readonly GlobNode[]): GlobMatch {
  const steps: Step[] = [];
  addSteps(nodes, steps);
  steps.push({ kind: 'end' });
  return (name) => run(steps, name);
}

function addSteps(nodes: readonly GlobNode[], steps: Step[]): void {
  nodes.forEach((node, at) => {
    if (node.kind === 'choice') addChoice(node.of, steps);
    else if (node.kind === 'any') steps.push({ kind: 'many', takes: isNoSlash });
    else if (node.kind === 'super') steps.push({ kind: 'many', takes: isAny });
    else if (node.kind === 'text') {
      for (const character of node.text) {
        steps.push({ kind: 'one', takes: (given) => given === character });
      }
    } else if (node.kind === 'set') {
      steps.push({ kind: 'one', takes: takerOf(node.of, node.not) });
    } else
      steps.push({ kind: 'one', takes: isBeforeFixed(nodes, at) ? isAsciiNoSlash : isNoSlash });
  });
}

function takerOf({ list, range }: CharacterSet, not: boolean): Taker {
  if (range === undefined) return (given) => list.includes(given) !== not;
  const [first, last] = range;
  const [least, most] = [first.codePointAt(0)!, last.codePointAt(0)!];
  return (given) => {
    const point = given.codePointAt(0)!;
    return (point >= least && point <= most) !== not;
  };
}

/** Where characters follow that are given one by one, stock takes `?` for a single byte. */
function isBeforeFixed(nodes: readonly GlobNode[], at: number): boolean {
  const kind = nodes[at + 1]?.kind;
  return kind === 'text' || kind === 'one';
}

function addChoice(of: readonly (readonly GlobNode[])[], steps: Step[]): void {
  const split = steps.length;
  steps.push({ kind: 'end' });
  const starts: number[] = [];
  const ends: number[] = [];
  for (const nodes of of) {
    starts.push(steps.length);
    addSteps(nodes, steps);
    ends.push(steps.length);
    steps.push({ kind: 'end' });
  }
  steps[split] = { kind: 'split', to: starts };
  for (const end of ends) steps[end] = { kind: 'split', to: [steps.length] };
}

/** All steps at once that the name so far can have led to. Each has a place in a list, at most once for a character. */
function run(steps: readonly Step[], name: string): boolean {
  let current: number[] = [];
  let following: number[] = [];
  /** The character, counted from 1, at which the step was entered last. */
  const entered = new Uint32Array(steps.length);
  let turn = 1;
  const enter = (first: number, into: number[]): void => {
    const waiting = [first];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (entered[at] === turn) continue;
      entered[at] = turn;
      into.push(at);
      const step = steps[at];
      if (step.kind === 'many') waiting.push(at + 1);
      else if (step.kind === 'split') waiting.push(...step.to);
    }
  };
  enter(0, current);
  for (const character of name) {
    turn += 1;
    for (const at of current) {
      const step = steps[at];
      if (step.kind === 'many' && step.takes(character)) enter(at, following);
      else if (step.kind === 'one' && step.takes(character)) enter(at + 1, following);
    }
    if (following.length === 0) return false;
    [current, following] = [following, current];
    following.length = 0;
  }
  return entered[steps.length - 1] === turn;
}
