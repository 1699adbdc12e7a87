import { dateOf } from '../../replay/day.ts'
import { emptySplit, mergeSplits, splitOf } from '../../replay/ledger.ts'
import type { CallResult, UsageTokens } from '../../replay/result/call.ts'
import type { RecordedSession } from '../../trace/session.ts'
import type { Corpus } from './traffic.ts'

/** Counts the recorded traffic that a comparison rests on; a session of which no call counts is none. */
export function countCorpus(): {
  readonly add: (session: RecordedSession, calls: readonly CallResult[]) => void
  readonly corpus: () => Corpus
} {
  const sums = { sessions: 0, calls: 0, tokens: 0n, callsWithoutTokens: 0, sampled: 0, standsForSessions: 0 }
  let recorded = emptySplit
  let days: { readonly first: number; readonly last: number } | undefined
  return {
    add: ({ header }, calls) => {
      if (calls.length === 0) return
      sums.sessions += 1
      sums.standsForSessions += header?.standsForSessions ?? 1
      if (header?.standsForSessions !== undefined) sums.sampled += 1
      for (const call of calls) {
        sums.calls += 1
        const tokens = tokensIn(call.tokens)
        if (tokens === undefined) sums.callsWithoutTokens += 1
        else sums.tokens += tokens
        recorded = mergeSplits(recorded, splitOf(call.recordedCost))
        const { startMicros } = call
        if (startMicros === undefined) continue
        days = { first: Math.min(days?.first ?? startMicros, startMicros), last: Math.max(days?.last ?? startMicros, startMicros) }
      }
    },
    corpus: () => ({
      ...sums,
      recorded,
      days: days === undefined ? undefined : { first: dateOf(days.first), last: dateOf(days.last) },
    }),
  }
}

/** Prompt and output as logged; `undefined`: the log does not tell. */
export function tokensIn(tokens: UsageTokens | undefined): bigint | undefined {
  if (tokens === undefined) return undefined
  const { uncachedInput, cacheRead, cacheWrite, output } = tokens
  return BigInt(uncachedInput) + BigInt(cacheRead) + BigInt(cacheWrite) + BigInt(output)
}
