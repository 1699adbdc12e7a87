import { describe, expect, it } from 'vitest'
import { callRecords, sessionRecord } from '../../src/gateway/call-log.ts'
import { openGateway } from '../../src/gateway/gateway.ts'
import type { Policy } from '../../src/policy/core.ts'
import type { CallInput } from '../../src/policy/decision.ts'
import type { AttemptAnswer } from '../../src/replay/health.ts'
import type { CallRecord } from '../../src/trace/record.ts'
import { small } from '../support/policy-of.ts'
import { replayed } from '../support/replaying.ts'

type Answer = 'ok' | 'broken off' | { readonly errorClass: string; readonly retryAfterMicros?: number }

/** A call at a second, what its attempts come to, and what it is said to have cost. */
interface Played {
  readonly at: number
  readonly answers: readonly Answer[]
  readonly picoUsd: bigint
}

const second = 1_000_000
const begin = 1_770_000_000 * second

/** One session of one gateway; every attempt takes a second. */
function played(policy: Policy, calls: readonly Played[]): readonly CallRecord[] {
  const gateway = openGateway({ policy })
  let session = gateway.begin('s')
  return calls.flatMap(({ at, answers, picoUsd }) => {
    const input = inputAt(begin + at * second)
    const call = gateway.decide(session, input)
    const left = [...answers]
    const steps = gateway.serve(call)
    let step = steps?.next()
    let nowMicros = input.nowMicros
    while (step !== undefined && step.done !== true) {
      const { value } = step
      nowMicros = value.for === 'attempt' ? nowMicros : value.atMicros
      step = steps?.next(value.for === 'attempt' ? answered(left.shift() ?? 'ok', value.attempt.atMicros ?? 0) : undefined)
    }
    const service = step?.value
    session = gateway.complete(call, service, { picoUsd }).session
    return callRecords({ session: 's', input, decision: call.decision, service, endMicros: nowMicros, picoUsd }) as readonly CallRecord[]
  })
}

function answered(answer: Answer, startMicros: number): AttemptAnswer {
  const at = { cause: 'recorded', startMicros, endMicros: startMicros + second } as const
  if (answer === 'ok') return { kind: 'answers', ...at }
  if (answer === 'broken off') return { kind: 'cancelled', ...at }
  return { kind: 'fails', ...at, status: undefined, retryAfterMicros: undefined, ...answer }
}

function inputAt(nowMicros: number): CallInput & { readonly nowMicros: number } {
  return {
    beginsTurn: true,
    previousReply: undefined,
    previousServed: undefined,
    prompt: { user: { chars: 5 }, tokens: 1_000, newImages: 0, contextImages: 0 },
    requested: null,
    kind: 'router',
    sidechain: false,
    organisation: {},
    nowMicros,
    phraseLists: [],
    withheld: { visible: false, thinking: false },
    given: {},
  }
}

function identityOf(policy: Policy, calls: readonly CallRecord[]): unknown {
  const header = sessionRecord(policy, { session: 's', seed: '0', input: inputAt(begin) })
  return replayed(policy, [{ session: 's', header, calls, events: [] }]).result.identity
}

const rulesOf = (calls: readonly CallRecord[]): readonly unknown[] => calls.map(({ decision }) => decision?.rule)

describe('what a gateway writes of a call', () => {
  const dollar = 1_000_000_000_000n

  it('holds what was charged to budgets, so that their windows begin and fill as they did', () => {
    const policy = small(`
budget hourly { scope team limit $1 per hour window first-spend at 100% then only few }
pool few = [small]
on start { otherwise use big else use small }
on turn { rule dear: when allowed(big) then use big otherwise cheap: use small }`)
    // Nobody counted the first call: it was charged nothing, so the hour begins with the second.
    const calls = played(policy, [
      { at: 0, answers: ['ok'], picoUsd: 0n },
      { at: 1_800, answers: ['ok'], picoUsd: dollar },
      { at: 3_700, answers: ['ok'], picoUsd: 0n },
      { at: 5_401, answers: ['ok'], picoUsd: 0n },
    ])
    expect(rulesOf(calls)).toEqual(['otherwise', 'dear', 'cheap', 'dear'])
    expect(calls.map(({ chargedPicoUsd }) => chargedPicoUsd)).toEqual(['0', '1000000000000', '0', '0'])
    expect(identityOf(policy, calls)).toMatchObject({ form: 'policy', calls: 4, same: 4 })
  })

  it('charges a call that was broken off to the provider that it was at', () => {
    const policy = small(`
budget each { scope provider limit $1 per day at 100% then stop "spent" }
on start { otherwise use big }
serve any { order [north] then [south] }`)
    const calls = played(policy, [
      { at: 0, answers: ['broken off'], picoUsd: dollar },
      { at: 60, answers: ['ok'], picoUsd: 0n },
    ])
    expect(calls.map(({ end, attempts }) => [end, attempts?.map(({ provider }) => provider)])).toEqual([
      ['cancelled', ['north']],
      ['served', ['south']],
    ])
    expect(identityOf(policy, calls)).toMatchObject({ form: 'policy', calls: 2, same: 2 })
  })

  it('ends a call at the deadline that it has no time to retry before', () => {
    const policy = small(`
on start { otherwise use big }
serve any { order [north] then [south]  retry 1 times on [server] { backoff 30s }  timeout total 10s }`)
    const calls = played(policy, [
      { at: 0, answers: [{ errorClass: 'server' }], picoUsd: 0n },
      { at: 20, answers: ['ok'], picoUsd: 0n },
    ])
    expect(calls.map(({ end, startMicros = 0, endMicros = 0 }) => [end, endMicros - startMicros])).toEqual([
      ['exhausted', 10 * second],
      ['served', second],
    ])
    expect(identityOf(policy, calls)).toMatchObject({ form: 'policy', calls: 2, same: 2 })
  })

  it('holds how long a host asked to be left alone', () => {
    const policy = small(`
on start { otherwise use big }
serve any {
  order [north] then [south]
  failover on [rate-limit]
  cooldown { trip at once on [rate-limit] lasts 5s honours retry-after }
}`)
    const calls = played(policy, [
      { at: 0, answers: [{ errorClass: 'rate-limit', retryAfterMicros: 100 * second }, 'ok'], picoUsd: 0n },
      { at: 50, answers: ['ok'], picoUsd: 0n },
      { at: 102, answers: ['ok'], picoUsd: 0n },
    ])
    expect(calls.map(({ served }) => served?.provider)).toEqual(['south', 'south', 'north'])
    expect(calls[0]?.attempts?.[0]?.retryAfterMicros).toBe(100 * second)
    expect(identityOf(policy, calls)).toMatchObject({ form: 'policy', calls: 3, same: 3 })
  })
})
