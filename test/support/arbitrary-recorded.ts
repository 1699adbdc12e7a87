import fc from 'fast-check'
import { withinWholes } from '../../src/trace/usage-parts.ts'
import type { Policy } from '../../src/policy/core.ts'
import type { CallInput } from '../../src/policy/decision.ts'
import type { AttemptRecord, CallRecord, EventRecord, LoggedCost, Usage } from '../../src/trace/record.ts'
import type { RecordedSession } from '../../src/trace/session.ts'
import { strangerModel } from './arbitrary-catalogue.ts'
import { callInputs, madeUpSession } from './arbitrary-session.ts'
import type { MadeUpSession } from './arbitrary-session.ts'

/** What a log adds to a session: how its calls ended, told apart from any policy. */
export interface MadeUpLog {
  readonly session: MadeUpSession
  readonly ends: readonly MadeUpEnd[]
}

interface MadeUpEnd {
  readonly end: CallRecord['end']
  readonly model: number
  readonly provider: number | undefined
  readonly failures: readonly { readonly errorClass: string; readonly host: number }[]
  readonly usage: Usage | undefined
  readonly bill: LoggedCost | undefined
  readonly compaction: { readonly tokensBefore: number | undefined; readonly billed: boolean } | undefined
  readonly modelChange: number | undefined
}

const tokens = fc.constantFrom(0, 1, 100, 9_999, 15_001, 60_000)

export const usage: fc.Arbitrary<Usage> = fc.record({
  uncachedInput: tokens,
  cacheRead: tokens,
  cacheWrite5m: tokens,
  cacheWrite1h: tokens,
  cacheWriteOther: fc.constantFrom(0, 0, 500),
  output: tokens,
  reasoning: fc.constantFrom(0, 0, 300),
  outputQuality: fc.constantFrom('exact', 'exact', 'lower-bound'),
})

/** The same, some of it no text. */
export const usageOfKinds: fc.Arbitrary<Usage> = fc
  .tuple(usage, fc.array(fc.constantFrom(0, 1, 7_000, 60_000), { minLength: 8, maxLength: 8 }), fc.nat({ max: 3 }))
  .map(([plain, [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0], searches]) =>
    withinWholes({
      ...plain,
      audioInput: a,
      imageInput: b,
      videoInput: c,
      audioCacheRead: d,
      imageCacheRead: e,
      audioOutput: f,
      imageOutput: g,
      videoOutput: h,
      webSearches: searches,
    }),
  )

const bill: fc.Arbitrary<LoggedCost> = fc.record({
  picoUsd: fc.constantFrom('0', '1', '5442300000', '123456789012345678901'),
  source: fc.constantFrom('provider', 'gateway', 'estimate'),
})

const seldom = <T>(arbitrary: fc.Arbitrary<T>, freq = 1): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq })

const index = fc.nat({ max: 11 })

const end: fc.Arbitrary<MadeUpEnd> = fc.record({
  end: fc.constantFrom('served', 'served', 'served', 'served', 'served', 'exhausted', 'denied', 'cancelled', 'no-route'),
  model: index,
  provider: seldom(index, 3),
  failures: fc.array(
    fc.record({
      errorClass: fc.constantFrom('overloaded', 'rate-limit', 'server', 'timeout', 'auth'),
      host: index,
    }),
    { maxLength: 3 },
  ),
  usage: seldom(fc.oneof({ weight: 5, arbitrary: usage }, { weight: 1, arbitrary: usageOfKinds }), 6),
  bill: fc.option(bill, { nil: undefined, freq: 2 }),
  compaction: fc.oneof(
    { weight: 6, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.record({ tokensBefore: seldom(tokens, 2), billed: fc.boolean() }) },
  ),
  modelChange: fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: index }),
})

export const madeUpLog: fc.Arbitrary<MadeUpLog> = fc.record({
  session: madeUpSession,
  ends: fc.array(end, { minLength: 8, maxLength: 8 }),
})

/** The log as a recorded session that this policy's catalogue can name. */
export function recordedSession(log: MadeUpLog, policy: Policy, key: string): RecordedSession {
  const inputs = callInputs(log.session, policy)
  const calls = inputs.map((input, at) => callRecord(log, policy, key, input, inputs[at + 1], at))
  const events = inputs.flatMap((input, at) => eventsOf(log, policy, key, input, at))
  const { session } = log
  return {
    session: key,
    header: {
      record: 'session',
      schema: 1,
      session: key,
      phraseLists: inputs[0]?.phraseLists ?? [],
      withheld: session.withheld,
      ...(session.kind === undefined ? {} : { kind: session.kind }),
      ...(session.sidechain === undefined ? {} : { sidechain: session.sidechain }),
      signals: { 'repo.name': ['north', 'south'][log.ends[0]?.model ?? 0] ?? null },
    },
    calls,
    events,
  }
}

function pick<T>(from: readonly T[], at: number | undefined): T | undefined {
  return at === undefined || from.length === 0 ? undefined : from[at % from.length]
}

function callRecord(
  log: MadeUpLog,
  policy: Policy,
  key: string,
  input: CallInput,
  next: CallInput | undefined,
  at: number,
): CallRecord {
  const made = log.ends[at % log.ends.length]
  if (made === undefined) throw new Error('a log without ends')
  const names = [...policy.models.map((model) => model.name), strangerModel]
  const model = pick(names, made.model) ?? strangerModel
  const entry = policy.models.find((each) => each.name === model)
  const hosts = entry?.endpoints.map((endpoint) => endpoint.provider) ?? ['nowhere']
  const provider = pick(hosts, made.provider)
  const start = input.nowMicros
  const failures = made.failures.map((failure, index): AttemptRecord => {
    const host = pick(hosts, failure.host)
    return {
      model,
      errorClass: failure.errorClass,
      ...(host === undefined ? {} : { provider: host }),
      ...(start === undefined ? {} : { startMicros: start + index * 1000, endMicros: start + index * 1000 + 500 }),
    }
  })
  const answered: AttemptRecord[] =
    made.end === 'served' ? [{ model, ...(provider === undefined ? {} : { provider }), status: 200 }] : []
  const attempts = [...failures, ...answered]
  return {
    record: 'call',
    session: key,
    call: at + 1,
    prompt: input.prompt,
    end: made.end,
    ...(start === undefined ? {} : { startMicros: start, endMicros: start + 5000 }),
    ...(typeof input.requested === 'string' ? { requested: input.requested } : {}),
    ...(made.end === 'served' ? { served: { model, ...(provider === undefined ? {} : { provider }) } } : {}),
    ...(attempts.length === 0 ? {} : { attempts }),
    ...(made.usage === undefined ? {} : { usage: made.usage }),
    ...(made.bill === undefined ? {} : { cost: made.bill }),
    ...(next?.previousReply === undefined ? {} : { reply: next.previousReply }),
  }
}

function eventsOf(
  log: MadeUpLog,
  policy: Policy,
  key: string,
  input: CallInput,
  at: number,
): readonly EventRecord[] {
  const made = log.ends[at % log.ends.length]
  const where = { record: 'event', session: key, beforeCall: at + 1 } as const
  const { blocked, only, ignored, router } = input.organisation
  const changed = pick(policy.models.map((model) => model.name), made?.modelChange)
  const compaction = made?.compaction
  return [
    ...(Object.keys(input.organisation).length === 0
      ? []
      : [
          {
            ...where,
            event: 'organisation' as const,
            ...(blocked === undefined ? {} : { blocked }),
            ...(only === undefined ? {} : { only }),
            ...(ignored === undefined ? {} : { ignored }),
            ...(router === undefined || router === null ? {} : { router }),
          },
        ]),
    ...(changed === undefined ? [] : [{ ...where, event: 'model-change' as const, model: changed }]),
    ...(compaction === undefined
      ? []
      : [
          {
            ...where,
            event: 'compaction' as const,
            billed: compaction.billed,
            ...(compaction.tokensBefore === undefined ? {} : { tokensBefore: compaction.tokensBefore }),
          },
        ]),
  ]
}

/** A few logs, as sessions `s1`, `s2`, … of one trace. */
export const madeUpLogs: fc.Arbitrary<readonly MadeUpLog[]> = fc.array(madeUpLog, { minLength: 1, maxLength: 4 })

export function recordedSessions(logs: readonly MadeUpLog[], policy: Policy): readonly RecordedSession[] {
  return logs.map((log, at) => recordedSession(log, policy, `s${at + 1}`))
}
