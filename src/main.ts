#!/usr/bin/env node
/** Starts the program from its modules. `npm run build` puts the launcher of the bundle in the place of what this becomes. */
import { setEngineFlags } from './platform/engine-flags.js';

setEngineFlags();
await import('./program.js');
