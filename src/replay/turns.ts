import type { CallRecord } from '../trace/record.ts'
import type { RecordedSession } from '../trace/session.ts'

/**
 * Whether a call begins a turn, asked in the order of the calls. `undefined` where the session tells
 * no turns: no message, no turn number, no reply that is known to have called no tool.
 */
export function turnReader(session: RecordedSession): (call: CallRecord) => boolean | undefined {
  const tells = session.calls.some(
    (call) => call.turn !== undefined || call.prompt.user !== undefined || call.reply?.tools !== undefined,
  )
  let previous: CallRecord | undefined
  return (call) => {
    const before = previous
    previous = call
    if (!tells) return undefined
    if (call.prompt.user !== undefined || before === undefined) return true
    if (call.turn !== undefined && before.turn !== undefined) return call.turn > before.turn
    // A reply that called no tool waits for a person.
    return before.reply?.tools?.length === 0
  }
}
