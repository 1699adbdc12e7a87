/** What a command came to, the same for all of them; `docs/cli.md` lists the cases. */
export const exitCode = {
  pass: 0,
  /** Findings, a failing test, a broken invariant, a gate. */
  findings: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** A file is missing, unreadable, not what it should be, or cannot be written. */
  badInput: 3,
  /** Nothing failed, and what was asked could not be decided from this input. */
  undecided: 4,
  /** A bug of ours. */
  internal: 5,
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCode)[keyof typeof exitCode]
