import { describe, expect, it } from 'vitest'
import type { SessionState } from '../../src/policy/decision.ts'
import { lineUp, servePlan } from '../../src/policy/line-up.ts'
import type { LineUp } from '../../src/policy/line-up.ts'
import { startSession } from '../../src/policy/session-state.ts'
import { policyOf } from '../support/policy-of.ts'

const second = 1_000_000

interface Given {
  readonly profile?: string
  readonly at?: string
  readonly order?: readonly string[]
  readonly sticky?: { readonly provider: string; readonly usedMicros: number }
  readonly now?: number
  readonly last?: string
  /** Hosts for which `prefer` and `require` are false, or unknown. */
  readonly fails?: readonly string[]
  readonly unknown?: readonly string[]
}

/** A model at a, b, c, d for $4, $1, $3, $2, asked for with these serving lines. */
function lined(serving: string, given: Given = {}): LineUp {
  const policy = policyOf(`
    policy hosts
    scale tier = [one]
    provider a { region us }
    provider b { region us }
    provider c { region us }
    provider d { region us }
    model m {
      served-by [a, b, c, d]
      price per 1M tokens { input $1 output $1 }
      at a { price per 1M tokens { input $4 output $4 } latency 1s throughput 10 tokens per 1s }
      at b { price per 1M tokens { input $1 output $1 } latency 3s throughput 30 tokens per 1s }
      at c { price per 1M tokens { input $3 output $3 } latency 2s }
      at d { price per 1M tokens { input $2 output $2 } throughput 20 tokens per 1s }
    }
    pool all = [m]
    ${serving}
    on start { otherwise use m }
  `)
  const { profile, at, order = [], sticky, now, last, fails = [], unknown = [] } = given
  const state: SessionState = {
    ...startSession(policy, 's'),
    sticky: sticky === undefined ? {} : { m: sticky },
    lastServed:
      last === undefined ? undefined : { model: 'x', provider: last, region: undefined, account: undefined },
  }
  return lineUp({
    model: 'm',
    plan: servePlan(policy, 'm', profile),
    endpoints: policy.models[0]?.endpoints ?? [],
    at,
    state,
    requestOrder: order,
    moment: { nowMicros: undefined, promptTokens: 0, serviceTier: undefined },
    clockMicros: now,
    judge: (_, { provider }) => (unknown.includes(provider) ? undefined : !fails.includes(provider)),
  })
}

/** `ab|c*d`: groups, `*` behind a stuck host, `~` before a group that is drawn. */
function notation({ groups }: LineUp): string {
  return groups
    .map(({ endpoints, stuck, draw }) => {
      const [first = '', ...rest] = endpoints.map((endpoint) => endpoint.provider)
      return `${draw === undefined ? '' : '~'}${first}${stuck ? '*' : ''}${rest.join('')}`
    })
    .join('|')
}

describe('line-ups', () => {
  it.each<[string, string, Given, string]>([
    ['as written without an order', '', {}, 'abcd'],
    ['groups in turn, the unnamed last', 'serve any { order [c, b] then [a] }', {}, 'cb|a|d'],
    ['by price', 'serve any { order by price }', {}, 'b|d|c|a'],
    ['by latency, the unknown last', 'serve any { order by latency }', {}, 'a|c|b|d'],
    ['by throughput, the unknown last', 'serve any { order by throughput }', {}, 'b|d|a|c'],
    ['by the request', 'serve any { order by request }', { order: ['d', 'x', 'b'] }, 'd|b|a|c'],
    ['drawn within a group', 'serve any { strategy shuffle }', {}, '~abcd'],
    ['not drawn where each is a group', 'serve any { strategy shuffle order by price }', {}, 'b|d|c|a'],
    ['the unnamed are not drawn', 'serve any { strategy shuffle order [b, a] }', {}, '~ba|cd'],
    ['require leaves out', 'serve any { require region(it) is us }', { fails: ['a'], unknown: ['b'] }, 'cd'],
    ['prefer puts last, unknown is preferred', 'serve any { prefer region(it) is us }', { fails: ['a'], unknown: ['b'] }, 'bcd|a'],
    ['prefer splits before groups', 'serve any { order [a, b] then [c, d] prefer region(it) is us }', { fails: ['a', 'c'] }, 'b|d|a|c'],
    ['sticky goes to the front of its group', 'serve any { order [a] then [b, c] sticky endpoint }', { sticky: { provider: 'c', usedMicros: 0 } }, 'a|c*b|d'],
    ['sticky ends with its lifetime', 'serve any { sticky endpoint for 10s }', { sticky: { provider: 'c', usedMicros: 0 }, now: 10 * second }, 'abcd'],
    ['sticky just before', 'serve any { sticky endpoint for 10s }', { sticky: { provider: 'c', usedMicros: 0 }, now: 10 * second - 1 }, 'c*abd'],
    ['not sticky where nothing says so', '', { sticky: { provider: 'c', usedMicros: 0 } }, 'abcd'],
    ['sticky provider follows the session', 'serve any { sticky provider }', { last: 'b' }, 'b*acd'],
    ['sticky endpoint does not', 'serve any { sticky endpoint }', { last: 'b' }, 'abcd'],
    ['a host asked for is before all', 'serve any { order [a, b] then [c] }', { at: 'c' }, 'c|ab|d'],
    ['a host asked for that is not there changes nothing', '', { at: 'x' }, 'abcd'],
  ])('%s', (_, serving, given, expected) => {
    expect(notation(lined(serving, given))).toBe(expected)
  })

  it('weights without a strategy draw, and weigh who is named', () => {
    const { groups } = lined('serve any { weights { a 3 c 1 } }')
    expect(groups[0]?.draw).toEqual({ strategy: undefined, weights: [3, 0, 1, 0] })
  })

  it('the narrower replaces the lines that it writes, and inherits the others', () => {
    const serving = `
      serve m { max-attempts 3 }
      serve all { max-attempts 2 max-fallbacks 2 timeout idle 2s }
      serve any { max-attempts 1 max-fallbacks 1 timeout total 1s service-tier flex }
      profile quick { service-tier priority }
    `
    const policy = policyOf(`
      policy p scale tier = [one] provider a { }
      model m { served-by [a] price per 1M tokens { input $1 output $1 } }
      pool all = [m] ${serving} on start { otherwise use m with quick }
    `)
    expect(servePlan(policy, 'm', 'quick')).toEqual({
      maxAttempts: 3,
      maxFallbacks: 2,
      timeoutMicros: { total: second, idle: 2 * second },
      serviceTier: 'priority',
    })
    expect(servePlan(policy, 'm', undefined).serviceTier).toBe('flex')
    expect(servePlan(policy, 'other', undefined).maxAttempts).toBe(1)
  })
})
