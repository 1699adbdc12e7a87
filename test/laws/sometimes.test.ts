import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { CallRecord } from '../../src/trace/record.ts'
import type { RecordedSession } from '../../src/trace/session.ts'
import type { CallResult } from '../../src/replay/result/call.ts'
import { replayScreen } from '../../src/report/terminal.ts'
import { faultScript } from '../support/fault-timeline.ts'
import { lawRuns } from '../support/law-runs.ts'
import { policyOf } from '../support/policy-of.ts'
import { replayed } from '../support/replaying.ts'
import { madeUpFaults, noon } from '../support/traffic.ts'

const second = 1_000_000

/** One host with capacity of its own, one that is shared; a guard that opens; a budget; a rule that moves late. */
const policy = policyOf(`policy everything
scale tier = [standard, premium]
provider a { family one }
provider b { family two }
model large {
  tier premium
  accepts [text]
  context 1M tokens
  served-by [a, b]
  price per 1M tokens { input $1 output $10 cache-read 0.1x cache-write-5min 1.25x }
  cache { lifetime [5min] minimum 1_024 tokens refreshed on use }
}
model spare {
  tier standard
  accepts [text]
  context 1M tokens
  served-by [b]
  price per 1M tokens { input $1 output $10 cache-read 0.1x cache-write-5min 1.25x }
  cache { lifetime [5min] minimum 1_024 tokens refreshed on use }
}
budget purse { scope organisation limit $0.08 per day at 100% then stop "spent" }
on start {
  rule small: when context.length < 500 tokens then use spare
  otherwise use large
}
on turn, call {
  rule late: when turn > 10 and current is large then use spare else keep
  rule back: when turn > 12 then use large else keep
  otherwise keep
}
serve any {
  order [a, b]
  failover on [any]
  dedicated a { capacity 6k tokens per 10s cost $1 per hour overflow shared }
  breaker { trip after 1 failures in 60s on [overloaded, server] lasts 10s probes 1 scope endpoint all-down bypass }
}`)

const call = fc.record({
  gap: fc.nat({ max: 6 }),
  took: fc.integer({ min: 1, max: 4 }),
  grows: fc.integer({ min: 0, max: 900 }),
})
const session = fc.record({
  start: fc.nat({ max: 60 }),
  tokens: fc.constantFrom(100, 2_000, 2_000),
  model: fc.constantFrom('large', 'large', 'large', 'a-model-without-a-price'),
  calls: fc.array(call, { minLength: 1, maxLength: 18, size: 'max' }),
})
const world = fc.tuple(fc.array(session, { minLength: 1, maxLength: 4 }), madeUpFaults, fc.nat({ max: 150 }))

type Drawn<T> = T extends fc.Arbitrary<infer Value> ? Value : never

/** Each call begins a turn; the prompt grows; what a model without a price cost is not known. */
function recorded(sessions: readonly Drawn<typeof session>[]): readonly RecordedSession[] {
  return sessions.map(({ start, tokens: first, model, calls }, at) => {
    let now = noon + start * second + at
    let tokens = first
    return {
      session: `s${at}`,
      header: undefined,
      events: [],
      calls: calls.map(({ gap, took, grows }, index): CallRecord => {
        const startMicros = now + gap * second
        now = startMicros + took * second
        tokens += grows
        return {
          record: 'call',
          session: `s${at}`,
          call: index + 1,
          startMicros,
          endMicros: now,
          prompt: { user: { chars: 5 }, tokens, newImages: 0, contextImages: 0 },
          served: model === 'large' ? { model, provider: 'a' } : { model },
          usage: { uncachedInput: tokens, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 100, outputQuality: 'exact' },
          end: 'served',
        }
      }),
    }
  })
}

it('sometimes: each state that is seldom reached is reached, and counted', () => {
  const counts = new Map([
    'a breaker half-opens', 'a breaker opens again', 'a budget is spent', 'a budget is passed', 'a switch loses a cache',
    'dedicated capacity takes a call', 'a call spills to shared capacity', 'all hosts are out, and one is tried', 'a call is served by nobody',
    'divergence on turn 1', 'divergence after turn 10', '"unknown" is printed',
  ].map((state) => [state, 0]))
  const reach = (state: string, times: number): void => {
    counts.set(state, (counts.get(state) ?? Number.NaN) + times)
  }
  for (const [sessions, faults, down] of fc.sample(world, { seed: 4, ...lawRuns(30) })) {
    const script = faultScript([
      ...faults.map(({ from, lasts, provider, errorClass }) => ({ hits: [{ provider }], from, until: from + lasts, error: errorClass })),
      { hits: [{ provider: 'a' }, { provider: 'b' }], from: down, until: down + 20, error: 'server' },
    ])
    const { result, sessions: results } = replayed(policy, recorded(sessions), {
      faults: { recorded: true, script, beginning: { datedMicros: noon }, unknown: 'up' },
    })
    const calls = results.flatMap((each) => each.calls)
    const { timeline, budgets } = result.failover
    const open = timeline.entries.flatMap((entry) => (entry.kind === 'breaker' && entry.to === 'open' ? [entry] : []))
    reach('a breaker half-opens', timeline.entries.filter(({ to }) => to === 'half-open').length)
    reach('a breaker opens again', open.filter(({ from }) => from === 'half-open').length)
    reach('a budget is spent', budgets.reduce((sum, { callsStopped }) => sum + callsStopped, 0))
    reach('a budget is passed', budgets.filter(({ overshootPicoUsd }) => overshootPicoUsd > 0n).length)
    reach('a switch loses a cache', calls.filter(losesCache).length)
    const attempts = calls.flatMap((each) => each.attempts)
    reach('dedicated capacity takes a call', attempts.filter(({ capacity }) => capacity === 'dedicated').length)
    reach('a call spills to shared capacity', attempts.filter(({ capacity }) => capacity === 'spill').length)
    reach('all hosts are out, and one is tried', attempts.filter(({ model, provider, startMicros = 0 }) =>
      open.some(({ subject, atMicros, untilMicros = 0 }) => subject === `${model} at ${provider}` && atMicros < startMicros && startMicros < untilMicros),
    ).length)
    reach('a call is served by nobody', calls.filter(({ end }) => end === 'exhausted').length)
    const diverged = results.flatMap((each) => each.calls.filter(({ phase }) => phase === 'at').map(({ turn }) => turn))
    reach('divergence on turn 1', diverged.filter((turn) => turn === 1).length)
    reach('divergence after turn 10', diverged.filter((turn) => turn > 10).length)
    reach('"unknown" is printed', /\bunknown\b/.test(replayScreen(result)) ? 1 : 0)
  }
  const missed = [...counts].flatMap(([state, times]) => (times > 0 ? [] : [state]))
  const shown = [...counts].map(([state, times]) => `${state}: ${times}`)
  expect(missed.length === 0 ? [] : [...missed.map((state) => `never reached: ${state}`), ...shown]).toEqual([])
})

/** It goes to another model than the session was at, and finds nothing there. */
function losesCache({ cache, decision }: CallResult): boolean {
  return decision.switched !== undefined && cache?.cause === 'first-at-place'
}
