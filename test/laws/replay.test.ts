import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Block, Policy } from '../../src/policy/core.ts'
import { modelNamed, rankOf } from '../../src/policy/catalogue-queries.ts'
import { candidatesOf } from '../../src/policy/reference/candidates.ts'
import { decide, referenceEvaluator } from '../../src/policy/reference/decide.ts'
import { newNotes } from '../../src/policy/reference/scope.ts'
import type { DecidedCall } from '../../src/replay/hosts.ts'
import { samePlace } from '../../src/replay/place.ts'
import { replaySession } from '../../src/replay/session-replay.ts'
import type { CallResult } from '../../src/replay/result/call.ts'
import type { SessionResult } from '../../src/replay/result/session.ts'
import type { CallRecord } from '../../src/trace/record.ts'
import type { RecordedSession } from '../../src/trace/session.ts'
import { madeUpLog, madeUpLogs, recordedSession, recordedSessions } from '../support/arbitrary-recorded.ts'
import { madeUpSession } from '../support/arbitrary-session.ts'
import { sharingPolicyText } from '../support/arbitrary-sharing-policy.ts'
import { lawRuns } from '../support/law-runs.ts'
import { liveTrace } from '../support/live-gateways.ts'
import { policyOf, small } from '../support/policy-of.ts'
import { loadablePolicyText, loggedBy, replayed } from '../support/replaying.ts'
import { holdsOfSessions, smallText } from '../support/session-law.ts'

const runs = lawRuns(15)

interface Watched {
  readonly calls: readonly CallResult[]
  readonly decided: readonly DecidedCall[]
}

/** `see` is told of each decision as it is made: the world that it was made in goes on from there. */
function watch(policy: Policy, session: RecordedSession, see: (call: DecidedCall) => void = () => undefined): Watched {
  const decided: DecidedCall[] = []
  const { calls } = replaySession(session, {
    evaluator: referenceEvaluator(policy),
    mode: 'frozen',
    seed: '0',
    onDecided: (call) => {
      see(call)
      decided.push(call)
    },
  })
  return { calls, decided }
}

describe('laws of a replay', () => {
  it('also law 33: every call is decided once and ends once', () =>
    holdsOfSessions((policy, session) => {
      const { calls } = watch(policy, session)
      expect(calls.map((call) => call.call)).toEqual(session.calls.map((call) => call.call))
      for (const call of calls) {
        expect(call.end === 'no-route').toBe(call.decision.model === undefined)
        expect(call.attempts.filter((attempt) => attempt.errorClass === undefined)).toHaveLength(
          call.end === 'served' || call.end === 'cancelled' ? 1 : 0,
        )
        expect(call.served !== undefined).toBe(call.end === 'served' || call.end === 'cancelled')
      }
    }, runs))

  it('law 2: a policy over the log that it wrote reproduces rule, endpoint, attempts and cost', () => {
    fc.assert(
      fc.property(loadablePolicyText, madeUpLogs, fc.constantFrom('recorded', 'closed-loop'), (text, logs, arrivals) => {
        // Budgets aside: the bills of a made-up log are not what this policy spends.
        const policy = { ...policyOf(text), budgets: [] }
        const sessions = recordedSessions(logs, policy).map((session) => withoutHideable(session, policy))
        const log = loggedBy(policy, sessions, { arrivals })
        const { result, sessions: again } = replayed(policy, log)
        expect(again.map((session) => session.divergence)).toEqual(log.map(() => undefined))
        expect(result.identity).toMatchObject({
          form: 'policy',
          same: result.totals.calls.recorded,
          calls: result.totals.calls.recorded,
        })
        expect(result.refusal).toBeUndefined()
        expect(result.totals.money.stop).toEqual(result.totals.money.recorded)
        expect(result.totals.money.frozen.parts.modelled).toBeUndefined()
      }),
      runs,
    )
  })

  it('law 3: before the divergence every call goes where the log says and costs what it says', () =>
    holdsOfSessions((policy, session) => {
      const { calls } = watch(policy, session)
      const phases = calls.map((call) => call.phase)
      expect(phases).toEqual(phases.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)))
      expect(phases.filter((phase) => phase === 'at').length).toBeLessThanOrEqual(1)
      for (const call of calls) {
        if (call.phase !== 'before') continue
        expect(call.end).toBe(call.recordedEnd)
        expect(call.end !== 'served' || samePlace(call.served, call.recorded)).toBe(true)
        expect(call.policyCost).toEqual(call.recordedCost)
      }
    }, runs))

  it('no peeking: reply, usage, cost, end and attempts of a call change no decision up to it', () =>
    holdsOfSessions((policy, session, [other, at]) => {
      const strangers = recordedSession(other, policy, 's1').calls
      const index = at % session.calls.length
      const changed = {
        ...session,
        calls: session.calls.map((call, position) =>
          position < index ? call : withAnswerOf(call, strangers[position % strangers.length]),
        ),
      }
      const [one, two] = [watch(policy, session), watch(policy, changed)]
      for (const [position, call] of one.calls.slice(0, index + 1).entries()) {
        const again = two.calls[position]
        expect(again?.decision).toEqual(call.decision)
        // What hosts did to it is worked out from the whole log, and is known from here on.
        if (JSON.stringify([again?.end, again?.attempts]) !== JSON.stringify([call.end, call.attempts])) return
      }
    }, { ...runs, more: fc.tuple(madeUpLog, fc.nat()) }))

  it('also law 11: rules after the one that chose change nothing', () =>
    holdsOfSessions((policy, session) => {
      watch(policy, session, ({ begun, input, world, decision }) => {
        if (decision.reason === 'forced' || decision.after.length > 0) return
        const cut = (block: Block | undefined): Block | undefined => {
          const at = block?.rules.findIndex((rule) => rule.name === decision.rule) ?? -1
          return block === undefined || at < 0 ? block : { ...block, rules: block.rules.slice(0, at + 1) }
        }
        const { start, turn, call } = policy.blocks
        const blocks = Object.fromEntries(
          Object.entries({ start: cut(start), turn: cut(turn), call: cut(call) }).filter(([, block]) => block !== undefined),
        )
        const [, again] = decide({ ...policy, blocks }, begun, input, world, undefined)
        expect(again).toEqual(decision)
      })
    }, runs))

  it('law 12: no attempt, failover or fallback reaches what the filters dropped', () =>
    holdsOfSessions((policy, session) => {
      const passing: ReadonlyMap<string, readonly string[]>[] = []
      const { calls } = watch(policy, session, ({ begun, input, world }) => {
        const candidates = candidatesOf({
          policy, state: begun, input, world, it: undefined, eligible: undefined, claims: [], notes: newNotes(), trace: undefined,
        })
        passing.push(new Map(policy.models.flatMap(({ name }) => {
          const { candidate, endpoints } = candidates.of(name)
          return candidate ? [[name, endpoints.map(({ provider }) => provider)]] : []
        })))
      })
      for (const [at, { attempts }] of calls.entries()) {
        for (const { model, provider } of attempts) expect(passing[at]?.get(model)).toContain(provider)
      }
    }, runs))

  it('law 14: without a rule that fires the model stays while it may', () => {
    const text = smallText(`
      on start { rule vision: when images > 0 then use big  otherwise use small }
      on turn, call { otherwise keep }
    `)
    return holdsOfSessions((policy, session) => {
      for (const { decision, begun } of watch(policy, session).decided) {
        if (begun.choice === undefined || decision.reason === 'forced') continue
        expect(decision.model).toBe(begun.choice.model)
        expect(decision.switched).toBeUndefined()
      }
    }, { ...runs, policies: fc.constant(text) })
  })

  it('law 15: where rules only upgrade, the tier falls only when the model is lost, and no more upgrades are made than are counted', () => {
    const text = smallText(`
      state { counter climbs up to 2 }
      ladder up { small -> mid -> big }
      on start { otherwise use small else use mid else use big else stop "nothing" }
      on turn, call {
        rule stuck: when count failures in last 3 tools >= 1 and climbs < 2 then add 1 to climbs, upgrade to big
        rule long: when context.length >= 15k tokens and climbs < 2 then add 1 to climbs, upgrade via up
        otherwise keep
      }
    `)
    return holdsOfSessions((policy, session) => {
      const rank = (model: string): number =>
        rankOf(policy, 'tier', modelNamed(policy, model)?.tier ?? '') ?? 0
      const { decided } = watch(policy, session)
      expect(decided.filter(({ decision }) => decision.upgraded).length).toBeLessThanOrEqual(2)
      for (const { decision } of decided) {
        if (decision.before === undefined || decision.model === undefined || decision.reason === 'forced') continue
        expect(rank(decision.model)).toBeGreaterThanOrEqual(rank(decision.before))
      }
    }, { ...runs, policies: fc.constant(text) })
  })

  it('also law 7: moving every instant moves the instants of the result and nothing else', () => {
    const policy = small(`
      on start { rule vision: when images > 0 then use big  otherwise use small }
      on turn, call {
        rule rested: when time since rule rested >= 30s then upgrade to big
        otherwise keep
      }
      serve any { retry 2 times on [any] { backoff 1s 2x }  failover on [any] }
    `)
    fc.assert(
      fc.property(madeUpLog, fc.integer({ min: 1, max: 400 * 86_400 }), (log, seconds) => {
        const by = seconds * 1_000_000
        const session = recordedSession(log, policy, 's1')
        const [one, two] = [watch(policy, session), watch(policy, shifted(session, by))]
        expect(two.calls).toEqual(shifted(one.calls, by))
      }),
      runs,
    )
  })

  it('law 8: other names for sessions, models and hosts give the same replay under those names', () => {
    const text = (rename: (text: string) => string): Policy =>
      policyOf(
        rename(`
          scale tier = [standard, premium]
          provider north { region us }
          provider south { region eu }
          model big { tier premium accepts [text, image] context 100k tokens served-by [north, south] price per 1M tokens { input $5 output $25 cache-read 0.1x } }
          model mid { tier standard accepts [text, image] context 100k tokens served-by [south] price per 1M tokens { input $1 output $5 cache-read 0.1x } }
          pool main = [big, mid]
        `),
        rename(`
          policy snippet
          on start { rule vision: when images > 0 then use big  otherwise cheapest: choose cheapest from main else stop "nothing" }
          on turn, call { rule up: when count failures in last 3 tools >= 1 then upgrade to big  otherwise keep }
          serve any { retry 1 times on [any]  failover on [any]  fallback on [any] to [mid] }
        `),
      )
    // New names sort the other way round, so that an order by name would show.
    const names: readonly (readonly [string, string])[] = [
      ['big', 'alpha'], ['mid', 'zeta'], ['north', 'yard'], ['south', 'barn'], ['s1', 'q9'], ['s2', 'p8'], ['s3', 'o7'], ['s4', 'n6'],
    ]
    const rename = (word: string): string =>
      names.reduce((renamed, [from, to]) => renamed.replace(new RegExp(`\\b${from}\\b`, 'g'), to), word)
    const [plain, renamed] = [text((word) => word), text(rename)]
    fc.assert(
      fc.property(madeUpLogs, (logs) => {
        const sessions = recordedSessions(logs, plain)
        const one = replayed(plain, sessions).sessions
        const two = replayed(renamed, deep(sessions, rename)).sessions
        expect(two.map(withoutHash)).toEqual(deep(one, rename).map(withoutHash))
      }),
      runs,
    )
  })

  it('also law 8: other names for models and hosts give the same traffic under those names, whatever sessions share', () => {
    // New names sort the other way round. Sessions keep theirs: draws go by them.
    const names: ReadonlyMap<string, string> = new Map([['big', 'alpha'], ['mid', 'noon'], ['small', 'zeta'], ['north', 'yard'], ['south', 'barn']])
    const rename = (words: string): string => words.replace(/\b(?:big|mid|small|north|south)\b/g, (word) => names.get(word) ?? word)
    fc.assert(
      fc.property(sharingPolicyText, sharingPolicyText, fc.array(madeUpSession, { minLength: 2, maxLength: 6 }), (wrote, other, made) => {
        const log = liveTrace(small(wrote), made, '0')
        const one = replayed(small(other), log)
        const two = replayed(policyOf(rename(smallText(other))), deep(log, rename))
        expect(two.sessions.map(withoutHash)).toEqual(deep(one.sessions, rename).map(withoutHash))
        expect(two.result.failover).toEqual(deep(one.result.failover, rename))
      }),
      lawRuns(6),
    )
  })
})

const order = ['before', 'at', 'after']

/** No log holds a call of a tool that its router had hidden. */
function withoutHideable(session: RecordedSession, policy: Policy): RecordedSession {
  const hideable = policy.hides.map((hide) => hide.tool)
  const calls = session.calls.map((call) =>
    call.reply?.tools === undefined
      ? call
      : { ...call, reply: { ...call.reply, tools: call.reply.tools.filter((tool) => !hideable.includes(tool.name)) } },
  )
  return { ...session, calls }
}

/** The other call's answer under this call's question. */
function withAnswerOf(call: CallRecord, stranger: CallRecord | undefined): CallRecord {
  const { record, session, call: at, turn, startMicros, requested, prompt } = call
  const { reply, usage, cost, end, attempts, served, endMicros } = stranger ?? call
  const question = { record, session, call: at, turn, startMicros, requested, prompt }
  const answer = { reply, usage, cost, end, attempts, served, endMicros }
  return JSON.parse(JSON.stringify({ ...question, ...answer }))
}

/** Every instant of a value moved. */
function shifted<T>(value: T, by: number): T {
  const move = (part: unknown, key: string): unknown => {
    if (typeof part === 'number' && /^(start|end|at|now)Micros$/.test(key)) return part + by
    if (Array.isArray(part)) return part.map((item) => move(item, ''))
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(Object.entries(part).map(([name, item]) => [name, move(item, name)]))
  }
  return move(value, '') as T
}

function deep<T>(value: T, rename: (text: string) => string): T {
  const copy = (part: unknown): unknown => {
    if (typeof part === 'string') return rename(part)
    if (Array.isArray(part)) return part.map(copy)
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(Object.entries(part).map(([key, item]) => [rename(key), copy(item)]))
  }
  return copy(value) as T
}

function withoutHash(session: SessionResult): SessionResult {
  return { ...session, outcomeHash: '' }
}
