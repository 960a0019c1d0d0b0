/** How fast a connection may receive and send. Declared here; the rules are those of whoever opens the connection. */
export interface Throttle {
  /** So many bytes were received. Returns for how many ms to read nothing more; 0 = read on. */
  received(bytes: number): number;
  /** So many bytes were handed to the stream. Returns for how many ms to hand it nothing more; 0 = go on. */
  sent(bytes: number): number;
  /** Whether there may be a limit on sending now: frames are then handed over in pieces. */
  limitsSending(): boolean;
  /** What to hand over at once under a limit, at most PIECE_BYTES: little where the limit is low. Absent: PIECE_BYTES. */
  pieceBytes?(): number;
}

/** Of a frame that is sent under a limit, what is handed to the stream at once: one TLS record. */
export const PIECE_BYTES = 16 * 1024;
