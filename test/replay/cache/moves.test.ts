import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parseCsv } from '../../../scripts/traces/csv.ts'
import { miniSweAgentTrace } from '../../../scripts/traces/mini-swe-agent-calls.ts'
import { measuredBehaviours } from '../../../src/replay/cache/behaviour.ts'
import { coldCaches, findCached, leaveCached, noteLogged } from '../../../src/replay/cache/state.ts'
import { seenSession } from '../../../src/analysis/caches/seen.ts'
import { sessionsOf } from '../../../src/trace/merge.ts'
import { catalogue } from '../../support/catalogue.ts'
import { effectOf } from '../../../src/replay/effects.ts'
import { policyOf } from '../../support/policy-of.ts'
import { replayed } from '../../support/replaying.ts'
import { sharedData } from '../../support/shared-data.ts'

const calls = sharedData('mini-swe-agent/calls.csv')

/** Sums over calls that follow another: of prompts, of what the log read, of what the model reads. */
function shares(): { readonly moves: number; readonly runs: number; readonly runsMoved: number; readonly shares: readonly string[] } {
  const sums = { same: [0, 0, 0], moved: [0, 0, 0] }
  let moves = 0
  const sessions = sessionsOf(miniSweAgentTrace(parseCsv(readFileSync(calls ?? '', 'utf8')), []))
  const moved = new Set<string>()
  for (const session of sessions) {
    const seen = seenSession(catalogue, session, () => expect.unreachable())
    let state = coldCaches
    for (const [index, { request, usage }] of seen.calls.entries()) {
      const before = seen.calls[index - 1]
      const found = findCached(state, request, measuredBehaviours)
      if (before !== undefined) {
        const isMove = before.request.place !== request.place
        if (isMove) {
          moves += 1
          moved.add(session.session)
        }
        const sum = isMove ? sums.moved : sums.same
        for (const [at, tokens] of [request.promptTokens, usage.cacheRead, found.read.value].entries()) {
          sum[at] = (sum[at] ?? 0) + tokens
        }
      }
      state =
        before === undefined
          ? noteLogged(state, request, usage, measuredBehaviours)
          : leaveCached(state, request, found, measuredBehaviours)
    }
  }
  const share = ([prompt = 0, logged = 0, modelled = 0]: readonly number[]): string =>
    `logged ${(logged / prompt).toFixed(2)} modelled ${(modelled / prompt).toFixed(2)}`
  return { moves, runs: sessions.length, runsMoved: moved.size, shares: [share(sums.same), share(sums.moved)] }
}

it.runIf(calls !== undefined)('reads about as much as the log after 1,795 real moves between two hosts, and where nothing moved', () => {
  expect(shares()).toEqual({
    moves: 1_795,
    runs: 246,
    runsMoved: 229,
    shares: ['logged 0.88 modelled 0.87', 'logged 0.68 modelled 0.70'],
  })
})

/** What 24 of the runs cost in cache where each call is sent to a host at random, sticky or not. */
function cacheEffect(stickiness: string): bigint {
  const policy = policyOf(`policy hosts
provider google-vertex { family google }
provider google-ai-studio { family google }
model gemini-3-pro {
  known-as ["google/gemini-3-pro-preview"]
  context 1M tokens
  served-by [google-vertex, google-ai-studio]
  price per 1M tokens { input $2 output $12 cache-read $0.20 }
  cache { lifetime [5min] minimum 2_016 tokens step 2_016 tokens refreshed on use }
}
serve any { strategy shuffle ${stickiness} }
on start { otherwise use gemini-3-pro }`)
  const sessions = sessionsOf(miniSweAgentTrace(parseCsv(readFileSync(calls ?? '', 'utf8')), [], 24))
  return effectOf(replayed(policy, sessions).result.totals.waterfall, 'cache')
}

it.runIf(calls !== undefined)('costs cache to move between hosts, and less to stay: a sticky policy beats a shuffling one', () => {
  const [shuffled, sticky] = [cacheEffect(''), cacheEffect('sticky provider')]
  // The log itself moves at every sixth call: staying is cheaper than it, moving at every second dearer.
  expect(shuffled > 0n).toBe(true)
  expect(sticky < 0n).toBe(true)
})
