import type { ErrorMatch, Policy, Retry, ServeLines } from '../../policy/core.ts'
import { agreeIn, canonicalText } from '../../policy/digest.ts'
import { servePlan } from '../../policy/line-up.ts'
import { backoffMicros } from '../../replay/retry.ts'

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
function asApplied({ order, failover, retry, strategy, maxFallbacks, fallbacks, ...plan }: ServeLines, hosts: ReadonlySet<string>): ServeLines {
  const left = order?.map((group) => group.filter((provider) => hosts.has(provider))).filter((group) => group.length > 0)
  const longest = Math.max(0, ...(fallbacks ?? []).map(({ to }) => to.length))
  return {
    ...plan,
    ...(left !== undefined && { order: left }),
    ...(failover !== undefined && hosts.size > 1 && { failover: { ...failover, on: merged(failover.on) } }),
    ...(retry !== undefined && { retry: { ...asPaused(retry), on: retry.on && merged(retry.on) } }),
    ...(strategy !== undefined && { strategy: { ...strategy, facts: strategy.facts.filter((fact) => !isUsual(strategy.name, fact)) } }),
    ...(fallbacks !== undefined && { fallbacks }),
    ...(maxFallbacks !== undefined && maxFallbacks < longest && { maxFallbacks }),
  }
}

/** Without a limit that no pause comes up to. */
function asPaused(retry: Retry): Retry {
  const { backoff, times, waitsAfterLast } = retry
  if (backoff?.upToMicros === undefined) return retry
  const unlimited = { ...retry, jitter: undefined, backoff: { ...backoff, upToMicros: undefined } }
  const pauses = Array.from({ length: times + (waitsAfterLast ? 1 : 0) }, (_, retries) => backoffMicros(unlimited, retries, undefined, () => 0) ?? 0)
  return pauses.every((pause) => pause <= (backoff.upToMicros ?? 0)) ? { ...retry, backoff: unlimited.backoff } : retry
}

type Strategy = NonNullable<ServeLines['strategy']>

/** What a strategy does where nothing is written. */
const usual: { readonly [strategy in Strategy['name']]?: { readonly [fact: string]: string } } = {
  'price-weighted': { power: '1' },
  latency: { samples: '10', buffer: '0' },
  'lowest-usage': { window: 'sliding' },
}

function isUsual(strategy: Strategy['name'], { name, value }: Strategy['facts'][number]): boolean {
  const text = value?.kind === 'number' && value.value.denominator === 1n ? String(value.value.numerator) : value?.kind === 'name' ? value.name : undefined
  return text !== undefined && usual[strategy]?.[name] === text
}

/** With `any` the rest of a list says nothing. */
function merged(on: ErrorMatch): ErrorMatch {
  return on.includes('any') ? ['any'] : on
}
