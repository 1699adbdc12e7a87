import type { Location } from '../language/source.ts'
import type { Expression, Outcome, Policy, TestCase, TestFact, TestStep } from '../policy/core.ts'
import type { CallInput, Decision, Evaluator, Explanation, SessionState, World } from '../policy/decision.ts'
import { decisionClaims } from '../policy/claims-context.ts'
import type { ClaimContext } from '../policy/claims-context.ts'
import { referenceEvaluator } from '../policy/reference/decide.ts'
import { evaluate } from '../policy/reference/evaluate.ts'
import { explainDecision } from '../policy/reference/explain.ts'
import { printed, sourceOf } from '../policy/reference/print.ts'
import { conclude, observe, startSession } from '../policy/session-state.ts'
import { integer } from '../policy/value.ts'
import type { Value } from '../policy/value.ts'
import { valuesOf } from './claims.ts'
import { drawMillionths } from './draw.ts'
import { hostsOf, scopeOfCall } from './hosts.ts'
import type { DecidedCall, Hosts } from './hosts.ts'
import type { Attempt } from './result.ts'
import { drawThatTakes, hadBeenDrawn, hostChance, modelChance, taken } from './scenario/chances.ts'
import type { Chance } from './scenario/chances.ts'
import { scriptedFaults } from './scenario/faults.ts'
import type { ScriptedFaults } from './scenario/faults.ts'
import { imagesOf, testInput } from './scenario/input.ts'
import type { TestReply } from './scenario/input.ts'
import { serve } from './serve.ts'
import type { Service } from './serve.ts'

/** How one `test` of a policy came out. */
export interface TestResult {
  readonly title: string
  readonly location: Location
  /** Outcomes and checks that were compared. */
  readonly assertions: number
  /** `undefined`: it passes. The first that fails ends the test. */
  readonly failure: TestFailure | undefined
}

export interface TestFailure {
  readonly location: Location
  readonly expected: string
  readonly got: string
  /** How the call was decided; `undefined` where no call was. */
  readonly explanation: Explanation | undefined
}

/** Calls of one test at the most; a repeat of repeats ends here. */
export const maxTestCalls = 10_000

export function runTests(policy: Policy, evaluator?: Evaluator): readonly TestResult[] {
  return policy.tests.map((test) => runTest(policy, test, evaluator))
}

/**
 * Runs one test: a session of its own, its title the session's key. Time stands still but for
 * `wait`, backoff, retry-after and a timeout's own length; hosts answer but for the test's faults.
 */
export function runTest(
  policy: Policy,
  test: TestCase,
  evaluator: Evaluator = referenceEvaluator(policy),
): TestResult {
  const run: Run = {
    policy,
    evaluator,
    test,
    faults: scriptedFaults(),
    given: [],
    attempts: [],
    state: startSession(policy, test.title),
    reply: undefined,
    images: 0,
    elapsed: 0,
    nowSince: 0,
    previousProvider: undefined,
    last: undefined,
    counts: { calls: 0, turns: 0, switches: 0, upgrades: 0, assertions: 0 },
  }
  const failure = steps(run, test.steps) ?? asserted(run)
  return { title: test.title, location: test.location, assertions: run.counts.assertions, failure }
}

interface Run {
  readonly policy: Policy
  readonly evaluator: Evaluator
  readonly test: TestCase
  readonly faults: ScriptedFaults
  readonly given: TestFact[]
  readonly attempts: Attempt[]
  state: SessionState
  /** What has been said of the reply to the last call; `undefined` before the first. */
  reply: { assistant: string[]; thinking: string[]; tools: TestReply['tools'][number][] } | undefined
  images: number
  elapsed: number
  /** When `now` was given. */
  nowSince: number
  previousProvider: string | undefined
  last: Concluded | undefined
  readonly counts: { calls: number; turns: number; switches: number; upgrades: number; assertions: number }
}

/** A call that has been decided and served. */
interface Concluded {
  readonly call: DecidedCall
  readonly hosts: Hosts | undefined
  readonly service: Service | undefined
  /** After the serving. */
  readonly state: SessionState
  readonly sameProvider: boolean
}

function asserted(run: Run): TestFailure | undefined {
  if (run.counts.assertions > 0) return undefined
  const { location } = run.test
  return { location, expected: 'an outcome or a check', got: 'the test asserts nothing', explanation: undefined }
}

function steps(run: Run, list: readonly TestStep[]): TestFailure | undefined {
  for (const step of list) {
    const failure = one(run, step)
    if (failure !== undefined) return failure
  }
  return undefined
}

function one(run: Run, step: TestStep): TestFailure | undefined {
  switch (step.kind) {
    case 'given':
      run.given.push(...step.facts)
      if (step.facts.some((fact) => fact.kind === 'now')) run.nowSince = run.elapsed
      return undefined
    case 'user':
      return called(run, step, step.text)
    case 'call':
      return called(run, step, undefined)
    case 'assistant':
      run.reply?.assistant.push(step.text)
      return undefined
    case 'thinking':
      run.reply?.thinking.push(step.text)
      return undefined
    case 'tool':
      run.reply?.tools.push({ name: step.name, signature: step.signature, failed: step.failed })
      return undefined
    case 'wait':
      run.elapsed += step.micros
      return undefined
    case 'fault':
      run.faults.begin(step, run.elapsed)
      return undefined
    case 'repeat':
      for (let time = 0; time < step.times; time += 1) {
        const failure = steps(run, step.steps)
        if (failure !== undefined) return failure
      }
      return undefined
    case 'check':
      return checked(run, step)
  }
}

// --- one call

type CallStep = Extract<TestStep, { kind: 'user' | 'call' }>

function called(run: Run, step: CallStep, user: string | undefined): TestFailure | undefined {
  const { policy, counts } = run
  if (counts.calls >= maxTestCalls) {
    const got = `more than ${maxTestCalls} calls`
    return { location: step.location, expected: `at most ${maxTestCalls} calls in one test`, got, explanation: undefined }
  }
  const facts = [...run.given, ...step.facts]
  const input = testInput({
    policy,
    facts,
    user,
    reply: run.reply,
    imagesBefore: run.images,
    elapsedMicros: run.elapsed,
    sinceNowMicros: step.facts.some((fact) => fact.kind === 'now') ? 0 : run.elapsed - run.nowSince,
  })
  run.images = input.prompt.contextImages ?? run.images + imagesOf(facts)
  const concluded = concludedCall(run, input, step.outcome)
  const { decision } = concluded.call
  counts.calls += 1
  counts.turns += user === undefined ? 0 : 1
  counts.switches += decision.switched === undefined ? 0 : 1
  counts.upgrades += decision.upgraded ? 1 : 0
  run.state = concluded.state
  run.reply = { assistant: [], thinking: [], tools: [] }
  run.last = concluded
  run.attempts.push(...(concluded.service?.attempts ?? []))
  run.elapsed += concluded.service?.tookMicros ?? 0
  run.previousProvider = concluded.service?.served?.provider ?? run.previousProvider
  return step.outcome === undefined ? undefined : compared(run, concluded, step.outcome)
}

function concludedCall(run: Run, input: CallInput, outcome: Outcome | undefined): Concluded {
  const { policy } = run
  const begun = observe(policy, run.state, input)
  const named = outcome?.target.kind === 'model' ? outcome.target.model : undefined
  const call = decidedCall(run, begun, input, named)
  const hosts = hostsOf(call)
  const service =
    hosts === undefined
      ? undefined
      : serve({
          hosts: { ...hosts, chosen: hadBeenDrawn(hosts.chosen, outcome?.at) },
          health: run.faults,
          draw: drawOf(run, 'serve'),
          startMicros: run.elapsed,
        })
  const served = service?.end === 'served' ? service.served : undefined
  const state = conclude(policy, call.decided, call.decision, {
    end: service?.end ?? 'no-route',
    served: served && {
      model: served.model,
      provider: served.provider,
      region: served.region ?? undefined,
      account: served.account ?? undefined,
    },
    failedOver: service?.failedOver ?? false,
    adopted: service?.adopted,
    atMicros: run.elapsed + (service?.tookMicros ?? 0),
  })
  const sameProvider = served !== undefined && served.provider === run.previousProvider
  return { call, hosts, service, state, sameProvider }
}

/** Where a draw decides, the call is decided again with the draw that the test asks for. */
function decidedCall(run: Run, begun: SessionState, input: CallInput, named: string | undefined): DecidedCall {
  const { policy, evaluator } = run
  const world = worldOf(run, 0)
  const [decided, decision] = evaluator.decide(begun, input, world)
  const drawn = (decision.drawn ?? []).map(({ model, weight }) => ({ name: model, weight }))
  const wanted = taken(drawn, named)
  if (wanted === undefined) return { policy, begun, decided, input, world, decision }
  const drawing = worldOf(run, drawThatTakes(drawn, wanted))
  const [again, result] = evaluator.decide(begun, input, drawing)
  return { policy, begun, decided: again, input, world: drawing, decision: result }
}

function worldOf(run: Run, drawMillionth: number): World {
  return {
    outage: (endpoint, windowMicros) => run.faults.outage(endpoint, windowMicros, run.elapsed, run.attempts),
    warm: () => false,
    cachedTokens: () => 0,
    usedMillionths: () => 0,
    spentPicoUsd: () => 0n,
    drawMillionths: () => drawMillionth,
  }
}

function drawOf(run: Run, purpose: string): (what: string, ...key: readonly (string | number)[]) => number {
  return (what, ...key) => drawMillionths([run.test.title, purpose, what, run.counts.calls, ...key])
}

// --- comparing

function compared(run: Run, concluded: Concluded, outcome: Outcome): TestFailure | undefined {
  run.counts.assertions += 1
  const { service, call } = concluded
  const { decision } = call
  const { target } = outcome
  const served = service?.end === 'served' ? service.served : undefined
  const end = service?.end ?? 'no-route'
  const isMet =
    target.kind === 'model'
      ? served?.model === target.model
      : target.kind === 'stop'
        ? end === 'no-route'
        : end === target.kind
  const after = outcome.after
  const matches =
    isMet &&
    (outcome.at === undefined || served?.provider === outcome.at) &&
    (outcome.by === undefined || decision.rule === outcome.by) &&
    (after === undefined || (after.length === decision.after.length && after.every((rule, at) => rule === decision.after[at])))
  if (!matches) return failed(concluded, outcome.location, sourceOf(outcome), outcomeText(decision, service))
  return outcome.where === undefined ? undefined : held(run, concluded, outcome.where, outcome.location)
}

function outcomeText(decision: Decision, service: Service | undefined): string {
  const after = decision.after.length === 0 ? '' : ` after [${decision.after.join(', ')}]`
  const by = ` by ${decision.rule}${after}`
  if (service === undefined) return `-> stop${by}: ${decision.noRoute?.reason ?? ''}`
  if (service.end === 'served' && service.served !== undefined) {
    return `-> ${service.served.model} at ${service.served.provider}${by}`
  }
  const errors = service.attempts.map((each) => `${each.provider} ${each.errorClass ?? ''}`.trim())
  return `-> ${service.end}${by} (${errors.length === 0 ? 'no host is left' : errors.join(', ')})`
}

function checked(run: Run, step: Extract<TestStep, { kind: 'check' }>): TestFailure | undefined {
  run.counts.assertions += 1
  const { last } = run
  if (last === undefined) {
    const got = 'no call has been made'
    return { location: step.location, expected: sourceOf(step.condition), got, explanation: undefined }
  }
  return held(run, last, step.condition, step.location)
}

function held(
  run: Run,
  concluded: Concluded,
  condition: Expression,
  location: Location,
): TestFailure | undefined {
  const { call, state } = concluded
  const claims = [testClaims(run, concluded), decisionClaims(call.decision)]
  const scope = { ...scopeOfCall(call), state, claims }
  const value = evaluate(condition, scope)
  if (value === true) return undefined
  const values = valuesOf([condition], (part) => evaluate(part, scope))
  return failed(concluded, location, sourceOf(condition), values === '' ? printed(value, condition.type) : values)
}

function failed({ call }: Concluded, location: Location, expected: string, got: string): TestFailure {
  const explanation = explainDecision(call.policy, call.begun, call.input, call.world)
  return { location, expected, got, explanation }
}

/** What the calls of a test came to: the newest, and the counts so far. */
function testClaims(run: Run, concluded: Concluded): ClaimContext {
  const { service, hosts, call, sameProvider } = concluded
  const { counts, policy } = run
  const isModel = (name: Value): name is string =>
    typeof name === 'string' && policy.models.some((model) => model.name === name)
  return {
    call(name, [given]) {
      switch (name) {
        case 'served':
          return service?.end === 'served' ? (service.served ?? null) : null
        case 'attempts':
          return integer(service?.attempts.length ?? 0)
        case 'fallbacks':
          return integer(service?.fallbacks ?? 0)
        case 'switches':
        case 'upgrades':
        case 'turns':
        case 'calls':
          return integer(counts[name])
        case 'same-provider':
          return sameProvider
        case 'chance':
          if (isModel(given ?? null)) return share(modelChance(call.decision, String(given)))
          return hosts === undefined ? integer(0) : share(hostChance(hosts.chosen, String(given)))
        case 'line-up':
          return (hosts === undefined ? [] : hadBeenDrawn(hosts.chosen, String(given)).groups).flatMap((group) =>
            group.endpoints.map((endpoint) => endpoint.provider),
          )
        default:
          return undefined
      }
    },
  }
}

/** Shares are in millionths. */
function share(chance: Chance | undefined): Value | undefined {
  if (chance === undefined) return undefined
  return { numerator: BigInt(chance.numerator) * 1_000_000n, denominator: BigInt(chance.denominator) }
}
