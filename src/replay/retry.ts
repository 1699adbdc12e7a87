import type { Retry } from '../policy/core.ts'
import { sameInstantMicros } from './health.ts'
import type { AttemptAnswer } from './health.ts'

/**
 * The pause after a failed attempt: the one that the log's client made, where this line makes such a pause,
 * for then that is how it came out; else a drawn one. Clients jitter by up to a quarter whether a line says
 * so or not. `undefined` as for `backoffMicros`.
 */
export function pauseMicros(
  retry: Retry,
  retries: number,
  { retryAfterMicros, pausedMicros }: Pick<Extract<AttemptAnswer, { kind: 'fails' }>, 'retryAfterMicros' | 'pausedMicros'>,
  draw: () => number,
): number | undefined {
  const pause = (of: () => number): number | undefined => backoffMicros(retry, retries, retryAfterMicros, of)
  const [least, most] = [pause(() => 0), pause(() => 1_000_000)]
  if (least === undefined || most === undefined) return undefined
  if (pausedMicros === undefined) return pause(draw)
  const slack = Math.max(sameInstantMicros, Math.trunc(pausedMicros / 4))
  if (pausedMicros < least - slack || pausedMicros > most + slack) return pause(draw)
  const asked = retry.retryAfterUpToMicros === undefined ? 0 : (retryAfterMicros ?? 0)
  return Math.max(pausedMicros, asked)
}

/**
 * The pause before retry `retries` (from 0) at one host, in microseconds. Backoff grows by its factor
 * up to its cap; full jitter draws from nothing to all of it, another jitter adds at most itself. A
 * `retry-after` is a floor where the policy honours it; `undefined`: it asks for more than that.
 */
export function backoffMicros(
  retry: Retry,
  retries: number,
  retryAfterMicros: number | undefined,
  draw: () => number,
): number | undefined {
  const wait = jittered(retry, plainBackoff(retry, retries), draw)
  const most = retry.retryAfterUpToMicros
  if (retryAfterMicros === undefined || most === undefined) return wait
  return retryAfterMicros > most ? undefined : Math.max(wait, retryAfterMicros)
}

function plainBackoff({ backoff }: Retry, retries: number): number {
  if (backoff === undefined) return 0
  const { firstMicros, factor, upToMicros } = backoff
  const cap = upToMicros === undefined ? undefined : BigInt(upToMicros)
  let wait = { numerator: BigInt(firstMicros), denominator: 1n }
  for (let step = 0; step < retries; step += 1) {
    // Past the cap nothing grows; without one, the policy's own count of retries is the limit.
    if (cap !== undefined && wait.numerator >= cap * wait.denominator) break
    wait = {
      numerator: wait.numerator * factor.numerator,
      denominator: wait.denominator * factor.denominator,
    }
  }
  const micros = wait.numerator / wait.denominator
  return Number(cap !== undefined && micros > cap ? cap : micros)
}

function jittered({ jitter }: Retry, wait: number, draw: () => number): number {
  switch (jitter?.kind) {
    case undefined:
      return wait
    case 'full':
      return share(wait, draw())
    case 'micros':
      return wait + share(jitter.micros, draw())
    case 'share':
      return wait + share(share(wait, jitter.millionths), draw())
  }
}

function share(micros: number, millionths: number): number {
  return Number((BigInt(micros) * BigInt(millionths)) / 1_000_000n)
}
