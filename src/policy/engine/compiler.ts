import type { Policy } from '../core.ts'
import type { Blame, Code } from './code.ts'
import type { CallFrame } from './call-frame.ts'
import type { Universe } from './universe.ts'

/** What expressions are compiled against, and what they leave behind for the frame. */
export interface Compiler {
  readonly policy: Policy
  readonly universe: Universe
  /** Declared signals by name; compiled when first needed. */
  readonly signals: Map<string, Code>
  /** Scorers by name: the value before offsets. */
  readonly scorers: Map<string, Code>
  /** Counts by the text of their query, so that each is computed at most once a call. */
  readonly counts: Map<string, Code>
  /** Values that the frame keeps. */
  slots: number
}

export function newCompiler(policy: Policy, universe: Universe): Compiler {
  return { policy, universe, signals: new Map(), scorers: new Map(), counts: new Map(), slots: 0 }
}

/**
 * Keeps a code's value for the rest of the call, or, where effects may change it, until the next
 * effect. For codes that do not read `it`.
 */
export function kept(compiler: Compiler, code: Code): Code {
  if (code.constant) return code
  const slot = compiler.slots
  compiler.slots += 1
  const { run, moving } = code
  return {
    ...code,
    run: (frame: CallFrame) => {
      const since = moving ? frame.effectStamp : frame.callStamp
      const stamp = frame.stamps[slot]
      if (stamp !== undefined && stamp >= since) return frame.values[slot]
      const value = run(frame)
      frame.values[slot] = value
      frame.stamps[slot] = frame.effectStamp
      return value
    },
    blame: (frame: CallFrame, into: Blame) => code.blame(frame, into),
  }
}
