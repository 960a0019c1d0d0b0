/** How files and directories of a folder are opened: never through a link, and without waiting for anybody. */
import { constants } from 'node:fs';

// O_NONBLOCK: opening a FIFO must not wait for its other end. O_NOCTTY: a terminal must not become ours.
const OPEN_ANY = constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
export const OPEN_READ = constants.O_RDONLY | OPEN_ANY;
export const OPEN_WRITE = constants.O_RDWR | OPEN_ANY;
export const CREATE =
  constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
export const OPEN_DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
