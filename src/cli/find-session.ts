import { suggest } from '../language/suggest.ts'
import { withSession } from '../replay/faults/trace-span.ts'
import type { TraceSpan } from '../replay/faults/trace-span.ts'
import type { RecordedSession } from '../trace/session.ts'
import type { Context } from './context.ts'
import { badInput } from './failure.ts'
import { openTrace } from './trace.ts'

export interface FoundSession {
  readonly session: RecordedSession
  /** Of the whole trace. */
  readonly span: TraceSpan
  /** All other sessions, where they were asked for. */
  readonly others: readonly RecordedSession[]
}

/** The session with this id, else the only one that begins so; `undefined`: there is none, and that was said. */
export async function findSession(
  traces: readonly string[],
  id: string,
  options: { readonly strict: boolean; readonly withOthers?: boolean },
  context: Context,
): Promise<FoundSession | undefined> {
  const trace = await openTrace(traces, options, context)
  const ids: string[] = []
  const matching: RecordedSession[] = []
  const all: RecordedSession[] = []
  let span: TraceSpan = {}
  let complete = false
  try {
    for await (const session of trace.reading.sessions()) {
      ids.push(session.session)
      span = withSession(span, session)
      if (options.withOthers === true) all.push(session)
      if (session.session === id) matching.unshift(session)
      // Two are enough to know that the beginning is no name.
      else if (session.session.startsWith(id) && matching.length < 2) matching.push(session)
    }
  } finally {
    complete = trace.close()
  }
  if (!complete) return undefined
  const [first, second] = matching
  if (first !== undefined && (first.session === id || second === undefined)) {
    return { session: first, span, others: all.filter((session) => session !== first) }
  }
  const near = suggest(id, ids)
  badInput(context, {
    message:
      first === undefined
        ? `no session \`${id}\` among ${ids.length}`
        : `several sessions begin with \`${id}\``,
    help:
      first !== undefined
        ? `write more of it: \`${first.session}\`, \`${second?.session ?? ''}\`, …`
        : near === undefined
          ? `sessions are named such as \`${ids[0] ?? ''}\``
          : `did you mean \`${near}\`?`,
  })
  return undefined
}
