export { HandClock, turns } from '../../src/testing/hand-clock.js';
