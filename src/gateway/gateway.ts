import type { Policy } from '../policy/core.ts'
import type { CallInput, Decision, Evaluator } from '../policy/decision.ts'
import { compilePolicy } from '../policy/engine/compile-policy.ts'
import { conclude, observe, startSession } from '../policy/session-state.ts'
import { conclusionOf } from '../replay/conclusion.ts'
import { drawnOrder, servingDraw } from '../replay/draw-hosts.ts'
import { hostsOf } from '../replay/hosts.ts'
import type { DecidedCall } from '../replay/hosts.ts'
import { exactMoney } from '../replay/money.ts'
import { serving } from '../replay/serve.ts'
import type { Service, ServingActivity } from '../replay/serve.ts'
import { isOfSession } from '../replay/serving/budget-subject.ts'
import { openBudgets } from '../replay/serving/budgets.ts'
import type { BudgetEvent } from '../replay/serving/budgets.ts'
import { gateOf, takeOutput } from '../replay/serving/fleet.ts'
import { chargeCall, spendingAt } from '../replay/session/spending.ts'
import type { Spender } from '../replay/session/spending.ts'
import {
  afterCompaction,
  cachedTokensFor,
  editPrompt,
  emptyCaches,
  isWarmFor,
  keptCaches,
  openCaches,
  receiveCall,
  settleCall,
} from '../replay/session/caches.ts'
import type { CacheCall, SessionCaches } from '../replay/session/caches.ts'
import { sessionWorld } from '../replay/session-world.ts'
import { newSurroundings } from '../replay/simulator/surroundings.ts'
import type { Surroundings } from '../replay/simulator/surroundings.ts'
import type { Usage } from '../trace/record.ts'
import type { GatewaySession } from './session.ts'
import { outputTokensOf } from '../trace/usage-sums.ts'

export interface GatewayOptions {
  readonly policy: Policy
  /** Of the same policy; compiled where none is given. */
  readonly evaluator?: Evaluator
  /** What draws are keyed by; default `0`. */
  readonly seed?: string
  /**
   * What is known of hosts and shared accounts: cooldowns, breakers, limits, budgets. Hand the same to
   * every gateway of a process; `sharedStateOf(policy)` names what a policy keeps there.
   */
  readonly surroundings?: Surroundings
}

/** A call that has been decided and not yet been served. */
export interface GatewayCall {
  readonly session: GatewaySession
  readonly decided: DecidedCall
  readonly decision: Decision
  readonly caches: SessionCaches
}

/** How a call ended, beside how it was served. */
export interface Answered {
  /** What it cost, all attempts together, pico-dollars. */
  readonly picoUsd: bigint
  /** Its tokens as they are logged, which say what is cached now; absent: all of its prompt is, where the host caches. */
  readonly usage?: Usage | undefined
}

export interface CompletedCall {
  readonly session: GatewaySession
  /** Shares of budgets that were reached: alerts to give. */
  readonly reached: readonly BudgetEvent[]
}

/**
 * One policy at work in a gateway: the code that a replay and a test run, with the world's part left
 * to the caller. A call goes `decide` → `serve` → `complete`.
 */
export interface Gateway {
  readonly policy: Policy
  begin(session: string, account?: string): GatewaySession
  /** Synchronous, and changes nothing: the same session, input and surroundings decide the same. */
  decide(session: GatewaySession, input: CallInput): GatewayCall
  /**
   * Yields what is to be done: an attempt to be made, whose answer is handed to `next`, or an instant
   * to wait for. Hosts, retries, pauses, failover and fallbacks are the policy's. `undefined`: no route.
   */
  serve(call: GatewayCall): ServingActivity<Service> | undefined
  /** After the call, served or not: charges budgets, notes who served. */
  complete(call: GatewayCall, service: Service | undefined, answered: Answered): CompletedCall
}

export function openGateway({
  policy,
  evaluator = compilePolicy(policy),
  seed = '0',
  surroundings = newSurroundings(policy, { isShared: true }),
}: GatewayOptions): Gateway {
  const own = policy.budgets.filter(isOfSession)
  const spenderOf = ({ state, spent, account }: GatewaySession, { nowMicros }: CallInput): Spender => ({
    policy,
    session: state.session,
    header: { record: 'session', schema: 1, session: state.session, ...(account !== undefined && { account }) },
    surroundings,
    budgets: openBudgets(own, spent),
    reached: [],
    isDated: nowMicros !== undefined,
  })
  /** Limits and capacity learn of an output when it is told, which may be after others were let through. */
  const takeOutputOf = ({ decided, decision }: GatewayCall, service: Service | undefined, atMicros: number, tokens: number): void => {
    const host = service?.served
    const hosts = hostsOf(decided)
    if (host === undefined || hosts === undefined) return
    const plan = host.model === decision.model ? hosts.plan : hosts.fallback(host.model)?.plan
    const isDated = decided.input.nowMicros !== undefined
    const moment = { atMicros, dateMicros: isDated ? atMicros : undefined }
    if (plan !== undefined) takeOutput(surroundings.fleet, { host, plan, capacity: service?.attempts.at(-1)?.capacity }, moment, tokens)
  }
  return {
    policy,
    begin: (session, account) => ({ state: startSession(policy, session), spent: {}, caches: emptyCaches, account }),
    decide: (session, input) => {
      const begun = observe(policy, session.state, input)
      const caches = openCaches(session.caches)
      const call = cacheCallOf(input)
      receiveCall(caches, call, input.compacted === true, undefined)
      const seen = input.compacted === true ? afterCompaction(caches) : { ...caches }
      const world = sessionWorld({
        seed,
        session: session.state.session,
        failures: surroundings.fleet.failures,
        faults: [],
        nowMicros: clockOf(input),
        spending: spendingAt(spenderOf(session, input), begun, clockOf(input) ?? 0),
        warm: (model) => isWarmFor(seen, policy, model, call),
        cachedTokens: (model) => cachedTokensFor(seen, policy, model, call),
      })
      const [decided, decision] = evaluator.decide(begun, input, world)
      return { session, decided: { policy, begun, decided, input, world, decision }, decision, caches }
    },
    serve: ({ decided }) => {
      const hosts = hostsOf(decided)
      if (hosts === undefined) return undefined
      const { input, decision, begun } = decided
      const draw = servingDraw(seed, begun.session, decision.call)
      return serving({
        hosts,
        draw,
        gate: gateOf(surroundings.fleet, {
          session: begun.session,
          call: decision.call,
          promptTokens: input.prompt.tokens ?? 0,
          outputTokens: undefined,
          dateOffsetMicros: input.nowMicros === undefined ? undefined : 0,
        }),
        order: drawnOrder(draw),
        startMicros: clockOf(input),
        clockMicros: clockOf(input) ?? 0,
      })
    },
    complete: (completed, service, { picoUsd, usage }) => {
      const { session, decided, decision, caches: received } = completed
      const { input, begun } = decided
      const spender = spenderOf(session, input)
      const before = surroundings.reached.length
      const endMicros = (clockOf(input) ?? 0) + (service?.tookMicros ?? 0)
      const money = [exactMoney('observed', picoUsd, 'as answered')]
      chargeCall(spender, begun, { decision, provider: service?.served?.provider, money }, endMicros)
      if (usage !== undefined) takeOutputOf(completed, service, endMicros, outputTokensOf(usage))
      const state = conclude(policy, decided.decided, decision, conclusionOf(service, clockOf(input)))
      const caches = { ...received }
      const call = { ...cacheCallOf(input), ...(usage !== undefined && { usage }) }
      // The prompts that come in later are as short as the summary made them.
      const isCompacted = input.compacted === true || decision.switched?.compactToMillionths !== undefined
      editPrompt(caches, call, decision, isCompacted)
      settleCall(caches, policy, call, service, 'before')
      return {
        session: { ...session, state, spent: spender.budgets.saved(), caches: keptCaches(caches) },
        reached: [...surroundings.reached.slice(before), ...spender.reached],
      }
    },
  }
}

function cacheCallOf(input: CallInput): CacheCall {
  const startMicros = clockOf(input)
  return { prompt: input.prompt, ...(startMicros !== undefined && { startMicros }) }
}

function clockOf({ nowMicros, elapsedMicros }: CallInput): number | undefined {
  return nowMicros ?? elapsedMicros
}
