import type { PlainLine, Policy } from '../../policy/core.ts'
import type { LineUp } from '../../policy/line-up.ts'
import { plainLineFor } from '../../policy/plain-lines.ts'
import type { Service } from '../serve.ts'

/** Whose lines hold: those of a model, with the profile that was asked for. */
export interface Served {
  readonly policy: Policy
  readonly model: string
  readonly profile: string | undefined
}

type Told = (line: PlainLine) => void

/** The lines that have put these hosts in their order: where there are two at least, and for a draw two to draw from. */
export function tellOrder({ policy, model, profile }: Served, { groups }: LineUp, told: Told): void {
  const tell = (word: PlainLine['word']): void => {
    const line = plainLineFor(policy, model, profile, word)
    if (line !== undefined) told(line)
  }
  if (groups.flatMap(({ endpoints }) => endpoints).length < 2) return
  // `order by` goes before `order`.
  if (plainLineFor(policy, model, profile, 'order by') === undefined) tell('order')
  tell('order by')
  if (groups.some(({ draw, stuck, endpoints }) => draw !== undefined && endpoints.length > (stuck ? 2 : 1))) {
    tell('strategy')
    tell('weights')
  }
}

/** The timers that have ended an attempt, or the call. */
export function tellTimers(
  { policy, model, profile }: Served,
  { attempts, tookMicros }: Service,
  totalMicros: number | undefined,
  told: Told,
): void {
  const lineOf = (of: string, word: PlainLine['word']): PlainLine | undefined =>
    plainLineFor(policy, of, of === model ? profile : undefined, word)
  for (const attempt of attempts) {
    if (attempt.errorClass !== 'timeout') continue
    const timers = ['timeout first-token', 'timeout idle', 'timeout total'] as const
    const from = attempt.timer === 'total' ? 2 : attempt.timer === 'idle' ? 1 : 0
    const line = timers.slice(from).flatMap((word) => lineOf(attempt.model, word) ?? [])[0]
    if (line !== undefined) told(line)
  }
  const total = lineOf(model, 'timeout total')
  if (total !== undefined && totalMicros !== undefined && tookMicros >= totalMicros) told(total)
}
