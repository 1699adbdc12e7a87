import type { Place } from '../../replay/result/call.ts'
import type { SessionResult } from '../../replay/result/session.ts'
import { table } from './table.ts'
import { clip, type Screen } from './layout.ts'

/** One row a session: whether it diverges, where, by which rule, and from what to what. */
export function sessionsTable(sessions: readonly SessionResult[], screen: Screen): string {
  const rows = sessions.map(({ session, calls, unreplayed, divergence }) => [
    clip(session, 36),
    String(calls.length + unreplayed.length),
    divergence === undefined ? '' : String(divergence.call),
    clip(divergence?.rule ?? '', 18),
    divergence === undefined ? 'as recorded' : `${place(divergence.from)} → ${place(divergence.to)}`,
  ])
  const head = ['session', 'calls', 'diverges at', 'by', 'recorded → policy']
  return `${[screen.style.heading('Sessions'), ...table(head, rows, 'lrrll')].join('\n')}\n`
}

function place(at: Place | undefined): string {
  return at === undefined ? 'nothing' : clip(at.model, 24)
}
