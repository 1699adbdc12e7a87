import type { Located, Outcome, Policy, TestCase, TestStep } from '../policy/core.ts'
import { drawMillionths } from '../policy/draw.ts'
import type { CallInput, Evaluator, SessionState, World } from '../policy/decision.ts'
import type { Observer } from '../policy/reference/observer.ts'
import { referenceEvaluator } from '../policy/reference/decide.ts'
import { conclude, observe, startSession } from '../policy/session-state.ts'
import { conclusionOf } from './conclusion.ts'
import { hostsOf } from './hosts.ts'
import type { DecidedCall } from './hosts.ts'
import { testCallCost } from './scenario/test-call-cost.ts'
import { drawThatTakes, hadBeenDrawn, taken, weighedLine } from './scenario/chances.ts'
import type { WeighedLine } from './scenario/chances.ts'
import { checked, compared } from './scenario/compare.ts'
import { scriptedFaults } from './scenario/faults.ts'
import { tellOrder, tellTimers } from './scenario/applied-lines.ts'
import { testInput, textFacts } from './scenario/input.ts'
import { recordedCalls, textsOfBoth, withFacts } from './scenario/recorded.ts'
import type { Concluded, Run, TestFailure, TestResult } from './scenario/run.ts'
import { serve } from './serve.ts'
import { budgetSubject } from './serving/budget-subject.ts'
import type { Payer } from './serving/budget-subject.ts'
import { exactly } from './serving/budget-window.ts'
import type { BudgetMoment } from './serving/budget-window.ts'
import { openBudgets, usedMillionths } from './serving/budgets.ts'
import { gateOf, newFleet } from './serving/fleet.ts'
import { runThrough } from './simulator/activity.ts'

export type { TestFailure, TestResult } from './scenario/run.ts'

/** Calls of one test at the most; a repeat of repeats ends here. */
export const maxTestCalls = 10_000

export function runTests(policy: Policy, evaluator?: Evaluator, observer?: Observer): readonly TestResult[] {
  return policy.tests.map((test) => runTest(policy, test, evaluator, observer))
}

/**
 * Runs one test: a session of its own, its title the session's key. Time stands still but for
 * `wait`, backoff, retry-after and a timeout's own length; hosts answer but for the test's faults.
 */
export function runTest(
  policy: Policy,
  test: TestCase,
  evaluator: Evaluator = referenceEvaluator(policy),
  observer?: Observer,
): TestResult {
  const run: Run = {
    policy,
    evaluator,
    observer,
    test,
    faults: scriptedFaults(),
    fleet: newFleet(policy),
    budgets: openBudgets(policy.budgets),
    spentPicoUsd: 0n,
    given: [],
    attempts: [],
    state: startSession(policy, test.title),
    reply: undefined,
    recordedReply: undefined,
    recordedTexts: undefined,
    images: 0,
    elapsed: 0,
    nowSince: 0,
    previousProvider: undefined,
    last: undefined,
    counts: { calls: 0, turns: 0, switches: 0, upgrades: 0, assertions: 0 },
  }
  const failure = steps(run, test.steps) ?? asserted(run)
  const unmetFaults = failure === undefined ? run.faults.unmet().map(({ location }) => location) : []
  return { title: test.title, location: test.location, assertions: run.counts.assertions, failure, unmetFaults }
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
      run.reply?.tools.push({
        name: step.name,
        signature: step.signature,
        failed: step.failed,
        result: textFacts(run.policy, step.result),
      })
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
    case 'recorded':
      return recorded(run, step)
    case 'check':
      return checked(run, step)
  }
}

/** Every call of a fragment; its outcome is that of the last. */
function recorded(run: Run, step: Extract<TestStep, { kind: 'recorded' }>): TestFailure | undefined {
  const { policy } = run
  const expected = `calls of the session \`${step.session}\` in \`${step.path.text}\``
  const missing = (got: string): TestFailure => ({ location: step.location, expected, got, explanation: undefined })
  if (step.fragment === undefined) return missing('a recording that nobody has read')
  const calls = recordedCalls(policy, step.fragment, step.calls)
  if (calls.length === 0) return missing(`the session has calls 1 to ${step.fragment.calls.at(-1)?.call ?? 0}`)
  for (const [index, { record, input, gapMicros }] of calls.entries()) {
    if (run.counts.calls >= maxTestCalls) return tooLong(step)
    run.elapsed += gapMicros
    const facts = run.given
    const stated = testInput({
      policy,
      facts,
      user: undefined,
      reply: undefined,
      imagesBefore: 0,
      elapsedMicros: run.elapsed,
      sinceNowMicros: run.elapsed - run.nowSince,
    })
    const outcome = index === calls.length - 1 ? step.outcome : undefined
    run.recordedTexts = textsOfBoth(run.recordedTexts, input)
    const failure = made(run, { ...withFacts(input, stated, facts), ...run.recordedTexts }, outcome)
    run.recordedReply = record.reply
    if (failure !== undefined) return failure
  }
  return undefined
}

// --- one call

type CallStep = Extract<TestStep, { kind: 'user' | 'call' }>

function called(run: Run, step: CallStep, user: string | undefined): TestFailure | undefined {
  const { policy } = run
  if (run.counts.calls >= maxTestCalls) return tooLong(step)
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
  return made(run, { ...input, ...unsaid(run), ...run.recordedTexts }, step.outcome)
}

/** What the log says of the reply before, where no step has said anything. */
function unsaid({ reply, recordedReply }: Run): Partial<CallInput> {
  const silent = reply === undefined || [reply.assistant, reply.thinking, reply.tools].every(({ length }) => length === 0)
  return recordedReply !== undefined && silent ? { previousReply: recordedReply } : {}
}

function tooLong({ location }: Located): TestFailure {
  const got = `more than ${maxTestCalls} calls`
  return { location, expected: `at most ${maxTestCalls} calls in one test`, got, explanation: undefined }
}

function made(run: Run, input: CallInput, outcome: Outcome | undefined): TestFailure | undefined {
  const { counts } = run
  run.images = input.prompt.contextImages ?? run.images + (input.prompt.newImages ?? 0)
  const concluded = concludedCall(run, input, outcome)
  const { decision } = concluded.call
  counts.calls += 1
  counts.turns += input.beginsTurn ? 1 : 0
  counts.switches += decision.switched === undefined ? 0 : 1
  counts.upgrades += decision.upgraded ? 1 : 0
  run.state = concluded.state
  run.reply = { assistant: [], thinking: [], tools: [] }
  run.recordedReply = undefined
  run.last = concluded
  run.attempts.push(...(concluded.service?.attempts ?? []))
  run.elapsed += concluded.service?.tookMicros ?? 0
  run.previousProvider = concluded.service?.served?.provider ?? run.previousProvider
  return outcome === undefined ? undefined : compared(run, concluded, outcome)
}

function concludedCall(run: Run, input: CallInput, outcome: Outcome | undefined): Concluded {
  const { policy } = run
  const begun = observe(policy, run.state, input)
  const named = outcome?.target.kind === 'model' ? outcome.target.model : undefined
  const moment = momentOf(run, input, input.beginsTurn ? 1 : 0)
  const call = decidedCall(run, begun, input, moment, named)
  const hosts = hostsOf(call)
  const gate = gateOf(run.fleet, {
    session: run.test.title,
    call: run.counts.calls + 1,
    promptTokens: hosts?.moment.promptTokens ?? 0,
    outputTokens: 0,
    dateOffsetMicros: input.nowMicros === undefined ? undefined : input.nowMicros - run.elapsed,
    acted: run.observer?.acted,
  })
  const sticky = hosts?.plan.sticky
  if (sticky !== undefined && hosts?.chosen.groups.some(({ stuck }) => stuck) === true) run.observer?.acted(sticky)
  let line: WeighedLine | undefined
  const { model, profile } = call.decision
  const told = run.observer?.acted
  const service =
    hosts === undefined
      ? undefined
      : runThrough(
          serve({
            hosts,
            health: run.faults,
            draw: drawOf(run, 'serve'),
            gate,
            order: (admitted, view) => {
              const weighed = weighedLine(admitted, view)
              line ??= weighed
              const of = admitted.groups[0]?.endpoints[0]?.model
              if (told !== undefined && of !== undefined) {
                tellOrder({ policy, model: of, profile: of === model ? profile : undefined }, admitted, told)
              }
              return hadBeenDrawn(weighed, outcome?.at)
            },
            startMicros: run.elapsed,
            clockMicros: run.elapsed,
            acted: run.observer?.acted,
          }),
        )
  if (told !== undefined && model !== undefined && service !== undefined) {
    tellTimers({ policy, model, profile }, service, hosts?.plan.timeoutMicros?.total, told)
  }
  const served = service?.end === 'served' ? service.served : undefined
  if (hosts !== undefined && served !== undefined) {
    const priced = { ...hosts.moment, serviceTier: hosts.plan.serviceTier }
    const cost = testCallCost(policy, served, priced, input.given.cachedTokens ?? 0)
    const ended = { ...moment, atMicros: moment.atMicros + (service?.tookMicros ?? 0) }
    run.budgets.charge((budget) => budgetSubject(budget, payerOf(input), served.provider), ended, exactly(cost))
    run.spentPicoUsd += cost
  }
  const endMicros = run.elapsed + (service?.tookMicros ?? 0)
  const state = conclude(policy, call.decided, call.decision, conclusionOf(service, endMicros))
  const sameProvider = served !== undefined && served.provider === run.previousProvider
  return { call, line, service, state, sameProvider }
}

/** When a call is made, as budgets see it. */
function momentOf(run: Run, input: CallInput, turnsBegun: number): BudgetMoment {
  return { atMicros: run.elapsed, dateMicros: input.nowMicros, turn: run.counts.turns + turnsBegun }
}

/** Where a draw decides, the call is decided again with the draw that the test asks for. */
function decidedCall(
  run: Run,
  begun: SessionState,
  input: CallInput,
  moment: BudgetMoment,
  named: string | undefined,
): DecidedCall {
  const { policy, evaluator, observer } = run
  const world = worldOf(run, input, moment, 0)
  const [decided, decision] = evaluator.decide(begun, input, world)
  const drawn = (decision.drawn ?? []).map(({ model, weight }) => ({ name: model, weight: BigInt(weight) }))
  const wanted = taken(drawn, named)
  if (wanted === undefined) return { policy, begun, decided, input, world, decision, observer }
  const drawing = worldOf(run, input, moment, drawThatTakes(drawn, wanted))
  const [again, result] = evaluator.decide(begun, input, drawing)
  return { policy, begun, decided: again, input, world: drawing, decision: result, observer }
}

function worldOf(run: Run, input: CallInput, moment: BudgetMoment, drawMillionth: number): World {
  // What is charged, and what fails, while this call is served is seen by the next one.
  const { budgets, elapsed } = run
  const attempts = [...run.attempts]
  const spent = new Map(
    budgets.budgets.flatMap((budget) =>
      (budget.scope === 'provider' ? run.policy.providers.map(({ name }) => name) : [undefined]).map(
        (provider): [string, bigint] => [
          JSON.stringify([budget.name, provider]),
          budgets.spent(budget, budgetSubject(budget, payerOf(input), provider), moment).value,
        ],
      ),
    ),
  )
  const spentOn = (name: string, provider: string | undefined): bigint => spent.get(JSON.stringify([name, provider])) ?? 0n
  return {
    outage: (endpoint, windowMicros) => run.faults.outage(endpoint, windowMicros, elapsed, attempts),
    warm: () => false,
    cachedTokens: () => 0,
    usedMillionths: (name, provider) => {
      const budget = budgets.budgets.find((each) => each.name === name)
      return budget === undefined ? 0 : usedMillionths(budget, spentOn(name, provider))
    },
    spentPicoUsd: (name) => spentOn(name, undefined),
    drawMillionths: () => drawMillionth,
  }
}

/** Whom a test's call is made for: what it states holds for every call. */
function payerOf({ prompt }: CallInput): Payer {
  return { signal: (name) => prompt.signals?.[name], account: undefined }
}

function drawOf(run: Run, purpose: string): (what: string, ...key: readonly (string | number)[]) => number {
  return (what, ...key) => drawMillionths([run.test.title, purpose, what, run.counts.calls, ...key])
}
