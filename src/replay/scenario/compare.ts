import type { Location } from '../../language/source.ts'
import type { Expression, Outcome, TestStep } from '../../policy/core.ts'
import type { Decision } from '../../policy/decision.ts'
import { decisionClaims } from '../../policy/claims-context.ts'
import type { ClaimContext } from '../../policy/claims-context.ts'
import { evaluate } from '../../policy/reference/evaluate.ts'
import { explainDecision } from '../../policy/reference/explain.ts'
import { printed, sourceOf } from '../../policy/reference/print.ts'
import { integer } from '../../policy/value.ts'
import type { Value } from '../../policy/value.ts'
import { valuesOf } from '../claims.ts'
import { scopeOfCall } from '../hosts.ts'
import type { Service } from '../serve.ts'
import { isCoolingAt, isOpenAt } from '../serving/fleet.ts'
import { hadBeenDrawn, hostChance, modelChance } from './chances.ts'
import type { Chance } from './chances.ts'
import type { Concluded, Run, TestFailure } from './run.ts'

/** What is wrong with a call, by its outcome; `undefined`: nothing. */
export function compared(run: Run, concluded: Concluded, outcome: Outcome): TestFailure | undefined {
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

/** What is wrong at a `check`. */
export function checked(run: Run, step: Extract<TestStep, { kind: 'check' }>): TestFailure | undefined {
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
  const { service, line, call, sameProvider } = concluded
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
          return line === undefined ? integer(0) : share(hostChance(line, String(given)))
        case 'line-up':
          return (line === undefined ? [] : hadBeenDrawn(line, String(given))).flatMap((group) =>
            group.map((endpoint) => endpoint.provider),
          )
        case 'cooling':
          return isCoolingAt(run.fleet, String(given), run.elapsed)
        case 'open':
          return isOpenAt(run.fleet, String(given), run.elapsed)
        case 'cost':
          return integer(run.spentPicoUsd)
        default:
          return undefined
      }
    },
  }
}

/** Shares are in millionths. */
function share(chance: Chance): Value {
  return { numerator: chance.numerator * 1_000_000n, denominator: chance.denominator }
}
