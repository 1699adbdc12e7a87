import type { Evaluator } from '../../policy/decision.ts'
import type { CallResult } from '../../replay/result/call.ts'
import type { SessionResult } from '../../replay/result/session.ts'
import { replayAmong } from '../../replay/replay-among.ts'
import type { Traffic } from './shrink-traffic.ts'

/** What a session shows, and must go on showing while it and those that act on it are made smaller. */
export interface ShrinkGoal {
  /** Completes "the smallest session found in which …". */
  readonly text: string
  /** The call of the session that shows it; `undefined`: it does not. */
  shownAt(traffic: Traffic): CallResult | undefined
}

/** Some call breaks this invariant. */
export function breaks(evaluator: Evaluator, seed: string | undefined, invariant: string): ShrinkGoal {
  return {
    text: `\`${invariant}\` is broken`,
    shownAt: (traffic) => {
      const result = replayed(evaluator, seed, traffic)
      const breach = result.breaches.find((each) => each.invariant === invariant)
      return result.calls.find(({ call }) => call === breach?.call)
    },
  }
}

/** The last call is decided by this rule, for this model or for none. */
export function decides(
  evaluator: Evaluator,
  seed: string | undefined,
  rule: string,
  model: string | undefined,
): ShrinkGoal {
  return {
    text: `\`${rule}\` decides ${model === undefined ? 'that there is no route' : `for \`${model}\``}`,
    shownAt: (traffic) => {
      const last = replayed(evaluator, seed, traffic).calls.at(-1)
      return last?.decision.rule === rule && last.decision.model === model ? last : undefined
    },
  }
}

/** Two policies take some call to different models, or one of them to none. */
export function differs(evaluator: Evaluator, other: Evaluator, seed: string | undefined): ShrinkGoal {
  return {
    text: `\`${nameOf(evaluator)}\` and \`${nameOf(other)}\` choose different models`,
    shownAt: (traffic) => {
      const others = new Map(replayed(other, seed, traffic).calls.map((each) => [each.call, each.decision.model]))
      return replayed(evaluator, seed, traffic).calls.find(
        ({ call, decision }) => others.get(call) !== decision.model,
      )
    },
  }
}

function replayed(evaluator: Evaluator, seed: string | undefined, { session, others }: Traffic): SessionResult {
  return replayAmong(session, others, { evaluator, mode: 'frozen', seed })
}

function nameOf({ policy }: Evaluator): string {
  return policy.name ?? ''
}
