import { callRecords, sessionRecord } from '../../src/gateway/call-log.ts'
import type { LoggedCall } from '../../src/gateway/call-log.ts'
import { openGateway } from '../../src/gateway/gateway.ts'
import type { Gateway, GatewayCall } from '../../src/gateway/gateway.ts'
import { readSession, sessionText } from '../../src/gateway/session-text.ts'
import type { Policy } from '../../src/policy/core.ts'
import type { CallInput } from '../../src/policy/decision.ts'
import { drawMillionths } from '../../src/policy/draw.ts'
import { recordedMoney } from '../../src/replay/call-money.ts'
import type { AttemptAnswer } from '../../src/replay/health.ts'
import { attemptsMoney, classifierMoney } from '../../src/replay/policy-money.ts'
import { recordedPlace } from '../../src/replay/recorded-place.ts'
import type { Service, ServingActivity } from '../../src/replay/serve.ts'
import { eventQueue } from '../../src/replay/simulator/event-queue.ts'
import { newSurroundings } from '../../src/replay/simulator/surroundings.ts'
import type { CallRecord, TraceRecord, Usage } from '../../src/trace/record.ts'
import { sessionsOf } from '../../src/trace/merge.ts'
import { checkRecord } from '../../src/trace/validate.ts'
import type { RecordedSession } from '../../src/trace/session.ts'
import { callInputs } from './arbitrary-session.ts'
import type { MadeUpSession } from './arbitrary-session.ts'

/**
 * Gateways at work on one clock: two replicas take the calls of many sessions in turn, each call read
 * from and written to one store, hosts that answer or fail by keyed draws. What comes out is their log.
 */
export function liveTrace(policy: Policy, made: readonly MadeUpSession[], seed: string): readonly RecordedSession[] {
  const surroundings = newSurroundings(policy, { isShared: true })
  const replicas = [0, 1].map(() => openGateway({ policy, seed, surroundings }))
  const store = new Map<string, string>()
  const queue = eventQueue<Live>()
  const logs = made.map((session, at): Live => liveSession(policy, session, `live-${at + 1}`, at))
  for (const live of logs) {
    const { nowMicros = 0 } = live.inputs[0] ?? {}
    queue.add({ atMicros: nowMicros, class: 'arrival', entity: live.session }, live)
  }
  for (let event = queue.next(); event !== undefined; event = queue.next()) {
    const live = event.item
    const next = stepped(live, event.key.atMicros, { policy, replicas, store, seed })
    if (next !== undefined) queue.add({ atMicros: next.atMicros, class: next.for, entity: live.session }, live)
  }
  return logs.map((live) => recorded(policy, live, seed))
}

interface Live {
  readonly session: string
  readonly account: string | undefined
  readonly inputs: CallInput[]
  readonly records: TraceRecord[]
  at: number
  call: { readonly replica: Gateway; readonly begun: GatewayCall; readonly activity: ServingActivity<Service> | undefined } | undefined
}

interface House {
  readonly policy: Policy
  readonly replicas: readonly Gateway[]
  readonly store: Map<string, string>
  readonly seed: string
}

/** Sessions of one calendar; what only a test can state is taken out. */
function liveSession(policy: Policy, made: MadeUpSession, session: string, at: number): Live {
  const startMicros = 1_770_000_000_000_000 + at * 1_700_000
  const calls = made.calls.map((call) => ({
    ...call,
    served: undefined,
    clock: true,
    given: { bucket: undefined, unknown: undefined, scorer: undefined, money: undefined },
  }))
  const inputs = [...callInputs({ ...made, calls, startMicros }, policy)]
  const account = ['red', 'blue', undefined][at % 3]
  return { session, account, inputs, records: [], at: 0, call: undefined }
}

interface Step {
  readonly for: 'arrival' | 'dispatch' | 'response' | 'timer'
  readonly atMicros: number
}

function stepped(live: Live, now: number, house: House): Step | undefined {
  live.call ??= begun(live, now, house)
  const { replica, begun: call, activity } = live.call
  let answer: AttemptAnswer | undefined
  for (;;) {
    const step = activity?.next(answer)
    if (step === undefined || step.done === true) return ended(live, now, { replica, call, service: step?.value }, house)
    if (step.value.for !== 'attempt') return step.value
    const { provider, atMicros } = step.value.attempt
    answer = answerOf(house.seed, live, provider, atMicros ?? now)
  }
}

function begun(live: Live, now: number, { policy, replicas, store }: House): NonNullable<Live['call']> {
  const replica = replicas[drawMillionths(['replica', live.session, live.at]) % replicas.length]
  const input = live.inputs[live.at]
  if (replica === undefined || input === undefined) throw new Error('a call without a gateway or an input')
  const text = store.get(live.session)
  const kept = text === undefined ? undefined : readSession(policy, text)
  if (kept?.kind === 'refused') throw new Error(kept.reason)
  const call = replica.decide(kept?.session ?? replica.begin(live.session, live.account), { ...input, nowMicros: now })
  return { replica, begun: call, activity: replica.serve(call) }
}

/**
 * One in five attempts fails; hosts fail in bad minutes rather than now and then, and some ask for time. A
 * few requests are refused for what they are, and a few broken off.
 */
function answerOf(seed: string, live: Live, provider: string, atMicros: number): AttemptAnswer {
  const draw = (what: string, ...key: readonly (string | number)[]): number => drawMillionths([seed, what, ...key])
  const minute = Math.floor(atMicros / 60_000_000)
  const bad = draw('bad minute', provider, minute) < 300_000
  const key = [live.session, live.at, provider, atMicros]
  const endMicros = atMicros + 50_000 + draw('latency', ...key)
  const at = { cause: 'recorded', startMicros: atMicros, endMicros } as const
  if (draw('broken off', ...key) < 20_000) return { kind: 'cancelled', ...at }
  if (draw('refused', ...key) < 20_000) {
    return { kind: 'fails', ...at, errorClass: 'content-policy', status: 400, retryAfterMicros: undefined }
  }
  if (draw('fails', ...key) >= (bad ? 700_000 : 60_000)) return { kind: 'answers', ...at }
  const [errorClass, status] = failures[draw('class', ...key) % failures.length] ?? ['server', 500]
  const asked = draw('retry-after', ...key)
  return { kind: 'fails', ...at, errorClass, status, retryAfterMicros: asked < 300_000 ? asked * 100 : undefined }
}

const failures = [
  ['overloaded', 529],
  ['server', 500],
  ['rate-limit', 429],
  ['timeout', undefined],
  ['unavailable', 503],
] as const

function ended(
  live: Live,
  now: number,
  { replica, call, service }: { readonly replica: Gateway; readonly call: GatewayCall; readonly service: Service | undefined },
  { policy, store }: House,
): Step | undefined {
  withholdTools(live, call.decision.hiddenTools)
  const unpaid = loggedCall(live, call, service, now)
  const picoUsd = costOf(policy, callRecords(unpaid).at(-1) as CallRecord, call, service)
  const records = callRecords({ ...unpaid, picoUsd })
  const { session } = replica.complete(call, service, { picoUsd, usage: unpaid.usage })
  store.set(live.session, sessionText(policy, session))
  live.records.push(...records)
  live.at += 1
  live.call = undefined
  const next = live.inputs[live.at]
  const before = live.inputs[live.at - 1]
  if (next === undefined) return undefined
  const gap = (next.nowMicros ?? 0) - (before?.nowMicros ?? 0)
  return { for: 'arrival', atMicros: now + Math.max(0, gap) }
}

/** Who is not offered a tool does not call it. */
function withholdTools({ inputs, at }: Live, hidden: readonly string[]): void {
  const next = inputs[at + 1]
  const tools = next?.previousReply?.tools?.filter((tool) => !hidden.includes(tool.name))
  if (next !== undefined && tools !== undefined) {
    inputs[at + 1] = { ...next, previousReply: { ...next.previousReply, tools } }
  }
}

function loggedCall(live: Live, { decided, decision }: GatewayCall, service: Service | undefined, now: number): LoggedCall {
  const { input } = decided
  const usage: Usage | undefined =
    service?.end === 'served' && input.prompt.tokens !== undefined
      ? { uncachedInput: input.prompt.tokens, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 900, outputQuality: 'exact' }
      : undefined
  return {
    session: live.session,
    input,
    decision,
    service,
    endMicros: now,
    reply: live.inputs[live.at + 1]?.previousReply,
    usage,
  }
}

/** A gateway that charges what the catalogue says, or as it pleases; of what nobody counted, nothing. */
function costOf(policy: Policy, record: CallRecord, { decision }: GatewayCall, service: Service | undefined): bigint {
  const own = drawMillionths(['own price', record.session, record.call])
  if (own < 200_000) return BigInt(own) * 500_000n
  return [
    recordedMoney(policy, record, recordedPlace(policy, record)),
    classifierMoney(policy, record, decision, 'before'),
    attemptsMoney(policy, record, service?.attempts ?? [], 'before'),
  ].reduce((sum, money) => sum + (money?.value ?? money?.lo ?? 0n), 0n)
}

/** What a reader makes of the lines that were written. */
function recorded(policy: Policy, { session, account, inputs, records }: Live, seed: string): RecordedSession {
  const [input] = inputs
  if (input === undefined) throw new Error('a session without a call')
  const lines = [sessionRecord(policy, { session, seed, input, account }), ...records]
  for (const line of lines) {
    const unknown: string[] = []
    const checked = checkRecord(JSON.parse(JSON.stringify(line)), (field) => unknown.push(field))
    if (!checked.ok || unknown.length > 0) throw new Error(`not a line of a trace: ${JSON.stringify([checked, unknown])}`)
  }
  const [read] = sessionsOf(lines)
  if (read === undefined) throw new Error('a trace without a session')
  return read
}
