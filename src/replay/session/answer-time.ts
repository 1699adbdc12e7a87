import type { Endpoint } from '../../policy/core.ts'
import type { CallRecord } from '../../trace/record.ts'
import type { AnswerTime } from '../serve.ts'
import { outputTokensOf } from '../../trace/usage-sums.ts'

/** Another host takes what the catalogue declares: its latency, and the logged output at its throughput. */
export const declaredDuration = 'declared-duration'

/** Another host takes as long as the recorded one took. */
export const recordedDuration = 'recorded-duration'

/** The log does not tell how long the call took: it takes no time wherever it goes. */
export const unknownDuration = 'unknown-duration'

/**
 * How long a host that the log never tried takes to answer a call. Where the log does not tell how long
 * the recorded one took, its time is part of the gap to the next call, and nothing is added.
 */
export function answerTime(call: CallRecord, host: Endpoint): AnswerTime {
  const recorded = recordedMicros(call)
  if (recorded === undefined) return { micros: 0, assumption: unknownDuration }
  const { latencyMicros, tokensPerSecond } = host
  const { usage } = call
  const isDeclared = latencyMicros !== undefined && tokensPerSecond !== undefined && tokensPerSecond.numerator > 0n
  if (!isDeclared || usage === undefined || usage.outputQuality !== 'exact') {
    return { micros: recorded, assumption: recordedDuration }
  }
  const writing = (BigInt(outputTokensOf(usage)) * 1_000_000n * tokensPerSecond.denominator) / tokensPerSecond.numerator
  return { micros: latencyMicros + Number(writing), assumption: declaredDuration }
}

/** What the log says that answering took: of the attempt that served, where it tells attempts apart. */
export function recordedMicros({ startMicros, endMicros, attempts }: CallRecord): number | undefined {
  const last = attempts?.at(-1)
  const from = last?.startMicros ?? startMicros
  const to = last?.endMicros ?? endMicros
  return from === undefined || to === undefined ? undefined : Math.max(0, to - from)
}
