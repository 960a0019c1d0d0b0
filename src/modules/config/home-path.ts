/** Where the home is: the one setting that is needed to find the others. */
import { type Environment } from './environment.js';
import { type PathBase, type SourceSettings } from './partial-settings.js';
import { absolutePath } from './setting-values.js';

const DEFAULT_HOME = '~/.syncnest';

/** The home that command line or environment name, as an absolute path. */
export function homeOf(
  commandLine: SourceSettings,
  environment: Environment,
  base: PathBase,
): string {
  const named = commandLine.values.home ?? environment['SYNCNEST_HOME']?.trim();
  return absolutePath(named || DEFAULT_HOME, base);
}
