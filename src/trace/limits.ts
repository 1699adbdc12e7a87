/** What the reader accepts; past a limit it says so, it never guesses or runs out of memory. */
export interface TraceLimits {
  /** Bytes of one line. A longer line is quarantined without being held. */
  readonly lineBytes: number
  /** Objects and lists inside each other in one record. */
  readonly depth: number
  /** Bytes that one compressed file may unfold to. */
  readonly unpackedBytes: number
  /** Bytes out for a byte in, once 256 MB have come out. */
  readonly unpackedRatio: number
  /** Bytes of record text that grouping holds before it spills to a temporary file. */
  readonly heldBytes: number
  /** Bytes of record text of one session, which is handed out whole. */
  readonly sessionBytes: number
  /** Events without a session, which every session repeats. */
  readonly sharedEvents: number
  /** Quarantined lines that are kept with their reason; all are counted. */
  readonly quarantineKept: number
}

const MEGABYTE = 1_000_000

export const defaultTraceLimits: TraceLimits = {
  lineBytes: 16 * MEGABYTE,
  depth: 64,
  unpackedBytes: 256_000 * MEGABYTE,
  unpackedRatio: 1_000,
  heldBytes: 128 * MEGABYTE,
  sessionBytes: 256 * MEGABYTE,
  sharedEvents: 10_000,
  quarantineKept: 1_000,
}
