import type { Policy, ServeLines } from '../../policy/core.ts'
import { eachPart, expressionsOf } from '../../policy/walk.ts'
import { isOfSession } from '../serving/budget-subject.ts'

/**
 * The state that one session of a policy leaves and another one finds, by name, sorted: `breaker`,
 * `budget "team-month"`. Empty: sessions are independent, and any order or partition of them gives the
 * same result. Tests are no part of it.
 */
export function sharedStateOf(policy: Policy): readonly string[] {
  const names = new Set<string>()
  for (const { lines } of [...policy.serving, ...policy.profiles]) {
    for (const name of inLines(lines)) names.add(name)
  }
  for (const { name, limits } of policy.providers) {
    if (limits.length > 0) names.add(`limit of ${name}`)
  }
  for (const { endpoints } of policy.models) {
    for (const { model, provider, limits } of endpoints) {
      if (limits.length > 0) names.add(`limit of ${model} at ${provider}`)
    }
  }
  for (const budget of policy.budgets) {
    if (!isOfSession(budget)) names.add(`budget "${budget.name}"`)
  }
  if (seesOutages(policy)) names.add('outage')
  return [...names].sort()
}

function inLines(lines: ServeLines): readonly string[] {
  const { cooldown, breaker, limits, dedicated, strategy } = lines
  return [
    ...(cooldown === undefined ? [] : ['cooldown']),
    ...(breaker === undefined ? [] : ['breaker']),
    ...(limits === undefined ? [] : ['limit']),
    ...(dedicated ?? []).map(({ provider }) => `dedicated ${provider}`),
    ...(strategy === undefined || !observing.has(strategy.name) ? [] : [`strategy ${strategy.name}`]),
  ]
}

/** Strategies that look at what other calls did at a host. */
const observing: ReadonlySet<string> = new Set(['latency', 'least-busy', 'lowest-usage'])

/** An attempt of any session that failed is an outage to all of them. */
function seesOutages(policy: Policy): boolean {
  let sees = false
  for (const expression of expressionsOf({ ...policy, tests: [] })) {
    eachPart(expression, (part) => {
      sees ||= part.kind === 'call' && part.function === 'outage'
    })
  }
  return sees
}
