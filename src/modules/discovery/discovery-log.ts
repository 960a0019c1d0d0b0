/** Where the discovery's lines go; its parts know no logger. */
export interface DiscoveryLog {
  info(line: string): void;
  warn(line: string): void;
  debug(line: string): void;
}
