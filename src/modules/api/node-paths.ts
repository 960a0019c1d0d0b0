/** Where the node keeps its files, under Syncthing's names for them. Pure. */
import { join } from 'node:path';

export type Paths = Record<string, string>;

export function pathsOf(home: string, userHome: string): Paths {
  return {
    'baseDir-config': home,
    'baseDir-data': home,
    'baseDir-userHome': userHome,
    certFile: join(home, 'cert.pem'),
    config: join(home, 'config.xml'),
    database: join(home, 'index.db'),
    defFolder: join(userHome, 'Sync'),
    keyFile: join(home, 'key.pem'),
    logFile: '-',
  };
}
