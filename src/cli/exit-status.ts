/** How the program ends. */
export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
/** Of a node that asks to be started anew in the same process. */
export const EXIT_RESTART = 3;
