import { variantsOf, type VariantResult } from '../analysis/claims/sensitivity.ts'
import { createReplay, type Replay, type ReplayOptions } from '../replay/replay.ts'
import type { SessionRow } from '../replay/session-row.ts'
import type { RecordedSession } from '../trace/session.ts'

/** Replays beside the main one, each with one assumption at an end of its range. */
export interface VariantReplays {
  add(session: RecordedSession): void
  results(): readonly VariantResult[]
}

export function variantReplays(settings: ReplayOptions): VariantReplays {
  const replays = variantsOf(settings.policy, settings.mode ?? 'frozen').map((variant) => ({
    variant,
    replay: createReplay({
      ...settings,
      recorded: undefined,
      groupBy: undefined,
      always: [],
      assumed: variant.assumed,
      wrongVerdicts: variant.wrongVerdicts,
    }),
  }))
  return {
    add: (session) => replays.forEach(({ replay }) => replay.add(session)),
    results: () => replays.map(({ variant, replay }) => ({ variant, rows: rowsOf(replay) })),
  }
}

/** Every session that was added and has a call that is selected, those that wait for others included. */
export function rowsOf(replay: Replay): readonly SessionRow[] {
  for (const _settled of replay.settle()) continue
  return replay
    .partial()
    .sessions.map((each) => each.row)
    .filter((row) => row.comparedCalls + row.uncomparedCalls > 0)
}
