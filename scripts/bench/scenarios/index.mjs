/** All scenarios, in chains: what one step leaves behind is where the next one begins. */
import { big } from './big.mjs';
import { fiveBig, fiveSmall } from './five.mjs';
import { large, million } from './large.mjs';
import { linkBig, linkSmall } from './link.mjs';
import { saved, start } from './single.mjs';
import { flat, small } from './small.mjs';

export const CHAINS = [
  ...[start, big, small, flat, large, saved],
  ...[fiveBig, fiveSmall, linkBig, linkSmall, million],
];

export const SCENARIOS = CHAINS.flatMap(({ scenarios }) => scenarios);

/** What runs when nothing is chosen: about twenty minutes. */
export const USUAL = SCENARIOS.filter((name) => !/^(idle|reconnect|five|link|million)/.test(name));
