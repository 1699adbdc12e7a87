import { describe, expect, it } from 'vitest'
import type { Exact } from '../../src/policy/core.ts'
import { integer } from '../../src/policy/value.ts'
import { referenceEvaluator } from '../../src/policy/reference/decide.ts'
import { projectionAfter, projectionFrom, rangesOf, transferOf } from '../../src/replay/projection.ts'
import type { AssumedRanges, ProjectedCall } from '../../src/replay/projection.ts'
import { replaySession } from '../../src/replay/session-replay.ts'
import type { CallResult } from '../../src/replay/result/call.ts'
import type { CallRecord } from '../../src/trace/record.ts'
import { policyOf, small, smallCatalogue } from '../support/policy-of.ts'

const policy = small(`
  assume wordier: verbosity small -> big 2x (1x to 3x)
  assume shorter: steps small -> big 0.5x (0.5x to 1x)
  on start { otherwise use big }
  on turn, call { otherwise keep }
`)

function call(at: number, tokens: number, output: number, more: Partial<CallRecord> = {}): CallRecord {
  return {
    record: 'call',
    session: 's',
    call: at,
    turn: 1,
    prompt: { tokens, ...(at === 1 ? { user: { chars: 1 } } : {}) },
    served: { model: 'small', provider: 'south' },
    usage: { uncachedInput: tokens, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output, outputQuality: 'exact' },
    end: 'served',
    reply: { tools: [] },
    ...more,
  }
}

const number = ({ numerator, denominator }: Exact): number => Number(numerator) / Number(denominator)

describe('transferOf', () => {
  it('takes what is declared of the pair, and of the others half to double each', () => {
    const declared = transferOf(policy, 'small', 'big')
    expect(declared.names).toEqual(['wordier', 'shorter'])
    expect([declared.verbosity.lo, declared.verbosity.point, declared.verbosity.hi].map(number)).toEqual([1, 2, 3])
    const other = transferOf(policy, 'big', 'small')
    expect(other.names).toEqual(['same-tokens'])
    expect([other.steps.lo, other.steps.point, other.steps.hi].map(number)).toEqual([0.5, 1, 2])
  })

  it('changes nothing for the log’s own model', () => {
    expect(transferOf(policy, 'big', 'big').names).toEqual([])
  })
})

describe('a projection', () => {
  const transfer = transferOf(policy, 'small', 'big')

  it('grows the prompt by reply × verbosity and what follows it, both × steps, at sign-aware corners', () => {
    const first: ProjectedCall & { readonly compactedNext: boolean } = { record: call(1, 1_000, 100), next: call(2, 1_500, 100), isFirst: true, transfer, compactions: [undefined], compactedNext: false }
    const after = projectionAfter(projectionFrom(1), first)
    // Grown by 100 of reply and 400 besides: (100 × 1 + 400) × 0.5 = 250, (100 × 3 + 400) × 1 = 700.
    expect(rangesOf(after, call(2, 1_500, 100)).contextTokens).toEqual({ lo: 1_250, hi: 1_700 })
    // At the point (100 × 2 + 400) × 0.5 = 300, which is 200 less than in the log.
    expect(number(after.more.point)).toBe(-200)
  })

  it('shrinks the prompt where the policy’s own switch compacts', () => {
    const first: ProjectedCall & { readonly compactedNext: boolean } = { record: call(1, 1_000, 0), next: call(2, 1_000, 0), isFirst: true, transfer, compactions: [300_000], compactedNext: false }
    expect(rangesOf(projectionAfter(projectionFrom(1), first), call(2, 1_000, 0)).contextTokens).toEqual({ lo: 300, hi: 300 })
  })

  it('meets the log again where the log compacts', () => {
    const first: ProjectedCall & { readonly compactedNext: boolean } = { record: call(1, 1_000, 100), next: call(2, 200, 100), isFirst: true, transfer, compactions: [undefined], compactedNext: true }
    expect(rangesOf(projectionAfter(projectionFrom(1), first), call(2, 200, 100)).contextTokens).toEqual({ lo: 200, hi: 200 })
  })
})

/** Without caches to speak of, so that figures can be checked by hand. */
const uncached = smallCatalogue.replaceAll('cache-read 0.1x cache-write 1.25x', 'cache-read 1x cache-write 1x')

describe('mode projected', () => {
  const replay = (text: string, calls: readonly CallRecord[], ranges?: AssumedRanges): readonly CallResult[] =>
    replaySession(
      { session: 's', header: undefined, calls, events: [] },
      { evaluator: referenceEvaluator(policyOf(uncached, `policy snippet\n${text}`)), mode: 'projected', seed: '0', assumed: ranges },
    ).calls

  const assumed = `
    assume wordier: verbosity small -> big 2x (1x to 3x)
    assume shorter: steps small -> big 0.5x (0.5x to 1x)
  `

  it('prices prompt and output at their corners; the call of the divergence stands for itself', () => {
    const [first, second] = replay(`${assumed} on start { otherwise use big } on turn, call { otherwise keep }`, [
      call(1, 1_000, 100),
      call(2, 1_500, 100),
    ])
    // $5 and $25 a million: 1,000 × 5 + 100 to 300 × 25 micro-dollars.
    expect(first?.policyCost).toMatchObject({ value: 10_000_000_000n, lo: 7_500_000_000n, hi: 12_500_000_000n, basis: 'wordier; shorter' })
    // 1,250 × 5 + 100 × 25, half of it; 1,700 × 5 + 300 × 25, all of it; at the point 1,300 × 5 + 200 × 25, half.
    expect(second?.policyCost).toMatchObject({
      value: 5_750_000_000n,
      lo: 4_375_000_000n,
      hi: 16_000_000_000n,
      level: 'modelled',
      basis: 'recorded-conversation; wordier; shorter',
    })
  })

  it.each([
    ['below', 1_250, 'grown', false],
    ['within', 1_500, 'otherwise', true],
    ['above', 1_701, 'otherwise', false],
  ])('settles a guard whose threshold lies %s the bounds of the prompt', (_where, threshold, rule, undetermined) => {
    const [, second] = replay(
      `${assumed} signal long = context.length on start { otherwise use big }
       on turn, call { rule grown: when long >= ${threshold} tokens then use mid else stop "no"  otherwise keep }`,
      [call(1, 1_000, 100), call(2, 1_500, 100)],
    )
    expect(second?.decision).toMatchObject({ rule, undetermined })
    expect(second?.tainted.includes('context.length')).toBe(undetermined)
  })

  it('bounds a call that is left open by every place it may go to', () => {
    const [, second] = replay(
      `${assumed} on start { otherwise use big }
       on turn, call { rule grown: when context.length >= 1500 tokens then use mid else stop "no"  otherwise keep }`,
      [call(1, 1_000, 100), call(2, 1_500, 100)],
    )
    expect(second?.policyCost.lo).toBe(0n)
    expect(second?.policyCost.hi).toBeGreaterThanOrEqual(16_000_000_000n)
  })

  it('counts calls since a rule by what each stands for', () => {
    const calls = [call(1, 100, 1), call(2, 100, 1), call(3, 100, 1), call(4, 100, 1)]
    const results = replay(
      `${assumed} on start { rule began: when turn >= 0 then use big else stop "no" otherwise use big }
       on turn, call { rule late: when calls since rule began >= 3 then use mid else stop "no"  otherwise keep }`,
      calls,
    )
    // Two calls of a half to one each and the present one: 2 to 3 at the fourth.
    expect(results[2]?.decision).toMatchObject({ rule: 'otherwise', undetermined: false })
    expect(results[3]?.decision).toMatchObject({ rule: 'otherwise', undetermined: true, missing: ['since'] })
  })

  it('leaves open whether a tool is called while an assumed reminder may be followed', () => {
    const rules = `on start { otherwise use big }
      on turn, call {
        rule up: when called("Up") then use mid else stop "no"
        rule stuck: when context.length >= 1k tokens then remind "stuck", keep
        otherwise keep
      }`
    const calls = [call(1, 100, 1), call(2, 9_000, 1), call(3, 100, 1)]
    expect(replay(`${assumed} assume obedient: reminder followed within 1 turns ${rules}`, calls)[2]?.decision.missing).toEqual(['called'])
    expect(replay(`${assumed} ${rules}`, calls)[2]?.decision.missing).toEqual([])
  })

  it.each([
    ['nobody follows', 0, 'otherwise'],
    ['the next reply does', 1, 'up'],
  ])('takes a reminder that %s as settled', (_, follows, rule) => {
    const at = integer(follows)
    const results = replay(
      `${assumed} assume obedient: reminder followed within 3 turns
       on start { otherwise use big }
       on turn, call {
         rule up: when called("Up") then use mid else stop "no"
         rule stuck: when context.length >= 9k tokens then remind "stuck", keep
         otherwise keep
       }`,
      [call(1, 100, 1), call(2, 19_000, 1), call(3, 100, 1), call(4, 100, 1)],
      new Map([['obedient', { lo: at, point: at, hi: at }]]),
    )
    expect(results.map(({ decision }) => decision.rule)).toEqual(['otherwise', 'stuck', rule, 'otherwise'])
    expect(results.every(({ decision }) => !decision.undetermined)).toBe(true)
  })
})
