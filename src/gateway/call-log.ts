import type { Endpoint, Policy } from '../policy/core.ts'
import type { CallInput, Decision } from '../policy/decision.ts'
import { policyDigest } from '../policy/digest.ts'
import type { Attempt } from '../replay/result/call.ts'
import type { Service } from '../replay/serve.ts'
import { TRACE_SCHEMA_VERSION } from '../trace/record.ts'
import type {
  AttemptRecord,
  CallRecord,
  EventRecord,
  LoggedCost,
  PromptFacts,
  ReplyFacts,
  SessionRecord,
  TraceRecord,
  Usage,
} from '../trace/record.ts'

export interface LoggedSession {
  readonly session: string
  /** What the draws of this session are keyed by. */
  readonly seed: string
  /** Of the session's first call. */
  readonly input: CallInput
  readonly parent?: string | undefined
  readonly account?: string | undefined
}

/** The header of a session that this policy decides. */
export function sessionRecord(policy: Policy, logged: LoggedSession): SessionRecord {
  const { input, parent, account } = logged
  return {
    record: 'session',
    schema: TRACE_SCHEMA_VERSION,
    session: logged.session,
    policy: { name: policy.name ?? '', digest: policyDigest(policy), seed: logged.seed },
    phraseLists: input.phraseLists,
    withheld: input.withheld,
    ...(parent !== undefined && { parent }),
    ...(account !== undefined && { account }),
    ...(input.kind !== undefined && { kind: input.kind }),
    ...(input.sidechain !== undefined && { sidechain: input.sidechain }),
  }
}

/** One call as its gateway saw it, from what came in to what answered. */
export interface LoggedCall {
  readonly session: string
  readonly input: CallInput
  readonly decision: Decision
  /** `undefined`: it had no route. */
  readonly service: Service | undefined
  readonly firstTokenMicros?: number | undefined
  readonly endMicros?: number | undefined
  readonly reply?: ReplyFacts | undefined
  readonly usage?: Usage | undefined
  readonly cost?: LoggedCost | undefined
  /** What `complete` was told that it cost, pico-dollars; without it a replay charges budgets what it reckons itself. */
  readonly picoUsd?: bigint | undefined
}

/**
 * The records of one call: what the policy did not decide and came before it, then the call, with
 * the rule that chose, all that the rule could read, and the probability of the choice. Replaying a
 * trace of these under the same policy decides every call the same.
 */
export function callRecords(logged: LoggedCall): readonly TraceRecord[] {
  return [...eventsBefore(logged), callRecord(logged)]
}

function eventsBefore({ session, input, decision }: LoggedCall): readonly EventRecord[] {
  const where = { record: 'event', session, beforeCall: decision.call } as const
  const { blocked, only, ignored, router } = input.organisation
  const organisation: EventRecord = {
    ...where,
    event: 'organisation',
    ...(blocked !== undefined && { blocked }),
    ...(only !== undefined && { only }),
    ...(ignored !== undefined && { ignored }),
    ...(router !== undefined && router !== null && { router }),
  }
  const isCompacted = input.compacted === true || decision.switched?.compactToMillionths !== undefined
  return [
    ...(Object.keys(input.organisation).length === 0 ? [] : [organisation]),
    // Who summed the context up was a call of its own: nobody bills it here.
    ...(isCompacted ? [{ ...where, event: 'compaction', billed: false } satisfies EventRecord] : []),
  ]
}

function callRecord(logged: LoggedCall): CallRecord {
  const { input, decision, service, firstTokenMicros, endMicros, reply, usage, cost, picoUsd } = logged
  const startMicros = input.nowMicros ?? input.elapsedMicros
  return {
    record: 'call',
    session: logged.session,
    call: decision.call,
    turn: decision.turn,
    prompt: promptSent(input.prompt, decision),
    end: service?.end ?? 'no-route',
    attempts: (service?.attempts ?? []).map(attemptRecord),
    decision: {
      rule: decision.rule,
      reason: decision.reason,
      propensityMillionths: propensityMillionths(decision),
    },
    ...(startMicros !== undefined && { startMicros }),
    ...(input.nowMicros === undefined && startMicros !== undefined && { timeQuality: 'relative' as const }),
    ...(input.requested !== undefined && { requested: input.requested }),
    ...(service?.end === 'served' && service.served !== undefined && { served: endpointRecord(service.served) }),
    ...(firstTokenMicros !== undefined && { firstTokenMicros }),
    ...(endMicros !== undefined && { endMicros }),
    ...(reply !== undefined && { reply }),
    ...(usage !== undefined && { usage }),
    ...(cost !== undefined && { cost }),
    ...(picoUsd !== undefined && { chargedPicoUsd: picoUsd.toString() }),
  }
}

function attemptRecord({ model, provider, startMicros, endMicros, errorClass, status, retryAfterMicros }: Attempt): AttemptRecord {
  return {
    model,
    provider,
    ...(startMicros !== undefined && { startMicros }),
    ...(endMicros !== undefined && { endMicros }),
    ...(errorClass !== undefined && { errorClass }),
    ...(status !== undefined && { status }),
    ...(retryAfterMicros !== undefined && { retryAfterMicros }),
  }
}

function endpointRecord({ model, provider, region, account }: Endpoint): NonNullable<CallRecord['served']> {
  return {
    model,
    provider,
    ...(typeof region === 'string' && { region }),
    ...(typeof account === 'string' && { account }),
  }
}

/** What was asked, with the reminder that the policy added and without the tools that it hid. */
function promptSent(prompt: PromptFacts, { reminders, hiddenTools }: Decision): PromptFacts {
  const toolsOffered = prompt.toolsOffered?.filter((tool) => !hiddenTools.includes(tool))
  return {
    ...prompt,
    reminded: reminders.length > 0,
    ...(toolsOffered !== undefined && { toolsOffered }),
  }
}

/**
 * How probable the choice of this model was, given all that the policy read, in millionths, rounded
 * down: below certainty only where a `weighted` choice drew. 0 where no model was chosen.
 */
export function propensityMillionths({ drawn, model }: Decision): number {
  if (model === undefined) return 0
  if (drawn === undefined) return 1_000_000
  const of = (weights: typeof drawn): bigint => weights.reduce((sum, { weight }) => sum + BigInt(weight), 0n)
  const all = of(drawn)
  return all === 0n ? 0 : Number((of(drawn.filter((each) => each.model === model)) * 1_000_000n) / all)
}
