/**
 * How much the proofs try: a little in the ordinary run, as much as is asked for in the long one (`npm run test:long`),
 * and one seed again where one is named.
 */
const { SYNCNEST_LONG: long, SYNCNEST_SEED: seed, SYNCNEST_SHARE: share = '1' } = process.env;

/** Whether this is the long run. */
export const IS_LONG = long !== undefined && long !== '';

/** `SYNCNEST_LONG=3` tries three times as much as `SYNCNEST_LONG=1`. */
const TIMES = IS_LONG ? Math.max(1, Number(long) || 1) : 1;

/** `SYNCNEST_SHARE=0.2` tries a fifth of what the ordinary run does: the mutants have many runs. */
const SHARE = Number(share) || 1;

/** The amount of the ordinary run, or that of the long one times what is asked for. */
export function effort(ordinary: number, inLongRun: number): number {
  return Math.ceil(IS_LONG ? inLongRun * TIMES : ordinary * SHARE);
}

/** How long a proof may take: no shorter for a share of it, as the machine may be busy. */
export function effortMs(ordinaryMs: number, inLongRunMs: number): number {
  return IS_LONG ? inLongRunMs * TIMES : ordinaryMs;
}

/** The seed that SYNCNEST_SEED names; undefined: the proof chooses. */
export const NAMED_SEED = seed === undefined || seed === '' ? undefined : Number(seed);

/** Of a command that repeats a failure: how much is tried decides how long histories and inputs may be, too. */
export const AGAIN =
  (IS_LONG ? `SYNCNEST_LONG=${long} ` : '') +
  "NODE_OPTIONS='--experimental-vm-modules --no-warnings' npx jest";
