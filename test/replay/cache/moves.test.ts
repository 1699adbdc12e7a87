import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parseCsv } from '../../../scripts/traces/csv.ts'
import { miniSweAgentTrace } from '../../../scripts/traces/mini-swe-agent-calls.ts'
import { measuredBehaviours } from '../../../src/replay/cache/behaviour.ts'
import { coldCaches, findCached, leaveCached, noteLogged } from '../../../src/replay/cache/state.ts'
import { seenSession } from '../../../src/analysis/caches/seen.ts'
import { sessionsOf } from '../../../src/trace/merge.ts'
import { catalogue } from '../../support/catalogue.ts'
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
