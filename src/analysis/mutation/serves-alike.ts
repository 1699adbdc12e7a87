import type { ErrorMatch, Policy, ServeLines } from '../../policy/core.ts'
import { agreeIn, canonicalText } from '../../policy/digest.ts'
import { servePlan } from '../../policy/line-up.ts'

/**
 * Whether two policies that decide alike are proved to serve alike: every model is served by the same
 * lines, and nothing else that hosts or fallbacks are chosen by has changed. False also where that is
 * not proved.
 */
export function servesAlike(policy: Policy, changed: Policy): boolean {
  if (!agreeIn(policy, changed, ['providers', 'models', 'budgets', 'switching'])) return false
  if (!haveSamePlans(policy, changed)) return false
  if (agreeIn(policy, changed, ['filters', 'signals', 'scorers'])) return true
  // Filters decide which hosts are left and what may be fallen back to; both read signals.
  const lines = [...policy.serving, ...policy.profiles].map((each) => each.lines)
  const judged = lines.some(({ prefer, require, fallbacks }) => [prefer, require, fallbacks].some((each) => each !== undefined))
  return !judged && ![...policy.filters, ...changed.filters].some(({ subject }) => subject === 'endpoints')
}

/** Whether every model is served by the same lines, with whatever profile. */
export function haveSamePlans(policy: Policy, changed: Policy): boolean {
  const profiles = [undefined, ...policy.profiles.map(({ name }) => name)]
  return policy.models.every(({ name, endpoints }) => {
    const hosts = new Set(endpoints.map(({ provider }) => provider))
    return profiles.every((profile) => {
      const [one, other] = [policy, changed].map((each) => canonicalText(asApplied(servePlan(each, name, profile), hosts)))
      return one === other
    })
  })
}

/** Without what can make no difference to these hosts. */
function asApplied({ order, failover, retry, ...plan }: ServeLines, hosts: ReadonlySet<string>): ServeLines {
  const left = order?.map((group) => group.filter((provider) => hosts.has(provider))).filter((group) => group.length > 0)
  return {
    ...plan,
    ...(left !== undefined && { order: left }),
    ...(failover !== undefined && hosts.size > 1 && { failover: { ...failover, on: merged(failover.on) } }),
    ...(retry !== undefined && { retry: { ...retry, on: retry.on && merged(retry.on) } }),
  }
}

/** With `any` the rest of a list says nothing. */
function merged(on: ErrorMatch): ErrorMatch {
  return on.includes('any') ? ['any'] : on
}
