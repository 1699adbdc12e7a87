import type { CallFrame, Standing } from './call-frame.ts'
import type { Code } from './code.ts'

/** Notes what was unknown on the way to a choice: the decision is undetermined. */
export function note(frame: CallFrame, code: Code): void {
  frame.undetermined = true
  code.blame(frame, frame.missing)
}

export function noteStanding(frame: CallFrame, standing: Standing): void {
  if (standing.missing.length === 0) return
  frame.undetermined = true
  for (const name of standing.missing) frame.missing.add(name)
}
