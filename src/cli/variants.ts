import { variantsOf, type VariantResult } from '../analysis/claims/sensitivity.ts'
import { createReplay, type Replay, type ReplayOptions } from '../replay/replay.ts'
import type { SessionRow } from '../replay/session-row.ts'
import type { RecordedSession } from '../trace/session.ts'

/** Replays beside the main one, each with one assumption at an end of its range. */
export interface VariantReplays {
  add(session: RecordedSession): void
  /** `undefined`: the mode needs none, for its figures are linear in what is assumed. */
  results(): readonly VariantResult[] | undefined
}

export function variantReplays(settings: ReplayOptions): VariantReplays {
  if (settings.mode !== 'projected') return { add: () => undefined, results: () => undefined }
  const replays = variantsOf(settings.policy).map((variant) => ({
    variant,
    replay: createReplay({ ...settings, recorded: undefined, groupBy: undefined, always: [], assumed: variant.assumed }),
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
