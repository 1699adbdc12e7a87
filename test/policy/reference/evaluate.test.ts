import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Expression } from '../../../src/policy/core.ts'
import type { Reading } from '../../../src/policy/decision.ts'
import { evaluate } from '../../../src/policy/reference/evaluate.ts'
import { printed } from '../../../src/policy/reference/print.ts'
import { newNotes } from '../../../src/policy/reference/scope.ts'
import { converse, quietWorld } from '../../support/conversation.ts'
import type { Facts } from '../../support/conversation.ts'
import { small } from '../../support/policy-of.ts'

const declared = `
  scale mood = [calm, tense, stuck]
  signal yes = team is "yes"
  signal no = team is "no"
  signal open = workflow is "x"
  hours office = [mon, tue, wed, thu, fri] 09:00 to 18:00 in "Europe/Berlin"
  hours night = [fri] 22:00 to 06:00 in "UTC"
  ladder up { small -> mid -> big }
`

const known = { team: 'yes', 'plan-mode': false, surface: 'ci', tags: ['a', 'b'], path: null, 'repo.files': 7 }

/** What a guard comes to at a first call; `workflow` is unknown, `path` none, the rest is known. */
function valueOf(guard: string, facts: Facts = {}): string {
  const policy = small(`${declared} on start { rule look: when ${guard} then alert "x" otherwise use small }`)
  const session = converse(policy, { prompt: { signals: known, header: { tier: 'gold', size: 12 } } })
  session.user('Hello there.', facts)
  const rule = policy.blocks.start?.rules[0]
  if (rule?.guard === undefined) throw new Error('no guard')
  return printed(
    evaluate(rule.guard, {
      policy,
      state: session.state(),
      input: session.input(),
      world: { ...quietWorld, ...facts.world },
      it: undefined,
      eligible: undefined,
      claims: [],
      notes: newNotes(),
      trace: undefined,
    }),
    rule.guard.type,
  )
}

const unknownOf = (name: string): string => `unknown (${name})`

describe('three values', () => {
  it.each([
    ['yes and yes', 'true'],
    ['yes and no', 'false'],
    ['open and no', 'false'],
    ['no and open', 'false'],
    ['yes and open', unknownOf('workflow')],
    ['open or yes', 'true'],
    ['no or open', unknownOf('workflow')],
    ['not open', unknownOf('workflow')],
    ['not no', 'true'],
    ['open or context.free < 5k tokens or toolchain is "y"', 'unknown (toolchain, workflow)'],
  ])('%s is %s', (guard, value) => {
    expect(valueOf(guard)).toBe(value)
  })

  it('De Morgan holds for every three', () => {
    const word = fc.constantFrom('yes', 'no', 'open')
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        expect(valueOf(`not (${a} and ${b} and ${c})`)).toBe(valueOf(`not ${a} or not ${b} or not ${c}`))
      }),
      { numRuns: 27 },
    )
  })

  it.each([
    ['path is none', 'true'],
    ['path is not none', 'false'],
    ['path is "x"', 'false'],
    ['path is not "x"', 'true'],
    ['path starts with "x"', 'false'],
    ['path in ["x"]', 'false'],
    ['path not in ["x"]', 'true'],
    ['header("absent") is none', 'true'],
    ['header("size") > 11', 'true'],
    ['header("tier") > 11', 'false'],
    ['header("absent") > 11', 'false'],
    ['param("p") is none', unknownOf('param("p")')],
    ['workflow is none', unknownOf('workflow')],
    ['tier(current) is none', 'false'],
    ['not allowed(requested)', 'true'],
    ['tags has "b"', 'true'],
    ['tags has "c"', 'false'],
    ['workflow in []', unknownOf('workflow')],
  ])('%s is %s', (guard, value) => {
    expect(valueOf(guard)).toBe(value)
  })
})

describe('quantities', () => {
  it.each([
    ['repo.files is 7', 'true'],
    ['80% of context-window(big) is 80k tokens', 'true'],
    ['80% of message.length < 10 chars', 'true'],
    ['75% of message.length is 9 chars', 'true'],
    ['message.length - 2 chars is 10 chars', 'true'],
    ['price(big, input) is $5 per 1M tokens', 'true'],
    ['price(big, cache-read) is $0.50 per 1M tokens', 'true'],
    ['price(big, reasoning) is none', unknownOf('price')],
    ['step(up, mid) is 2', 'true'],
    ['step(up, requested) is none', 'true'],
    ['rung(up, 3) is big', 'true'],
    ['rung(up, 4) is none', 'true'],
    ['max(tense, calm) is tense', 'true'],
    ['min(tense, calm) is calm', 'true'],
    ['above(stuck) is stuck', 'true'],
    ['rank(tense) is 2', 'true'],
    ['calls since tool "Bash" > 999_999M', 'true'],
    ['bucket(session, "a") < 100%', 'true'],
  ])('%s', (guard, value) => {
    expect(valueOf(guard)).toBe(value)
  })

  it.each([
    ['2026-06-08T07:00Z', 'office', 'true'],
    ['2026-06-08T06:59Z', 'office', 'false'],
    ['2026-06-08T16:00Z', 'office', 'false'],
    ['2026-06-07T10:00Z', 'office', 'false'],
    ['2026-06-12T22:00Z', 'night', 'true'],
    ['2026-06-13T05:59Z', 'night', 'true'],
    ['2026-06-13T06:00Z', 'night', 'false'],
    ['2026-06-12T05:00Z', 'night', 'false'],
  ])('at %s, in %s: %s', (instant, hours, value) => {
    expect(valueOf(`now in ${hours}`, { nowMicros: Date.parse(instant) * 1000 })).toBe(value)
  })

  it('without a date it is unknown whether the office is open', () => {
    expect(valueOf('now in office')).toBe(unknownOf('now'))
  })
})

describe('what is stated in place of what would be computed', () => {
  it.each<[string, Facts, string]>([
    ['yes', { given: { signals: { yes: false } } }, 'false'],
    ['yes', { given: { unknownSignals: ['yes'] } }, unknownOf('yes')],
    ['context.length > 5k tokens', { given: { signals: { 'context.length': 5_001 as Reading } } }, 'true'],
    ['bucket(session, "a") < 5%', { given: { bucketMillionths: 49_999 } }, 'true'],
    ['bucket(session, "a") < 5%', { given: { bucketMillionths: 50_000 } }, 'false'],
  ])('%s given %j is %s', (guard, facts, value) => {
    expect(valueOf(guard, facts)).toBe(value)
  })
})

describe('scorers', () => {
  /** The vector that the vendor's page shows: the exact sum is 0.8055. */
  const parts = ['0.30 0.84', '0.20 0.62', '0.15 0.77', '0.20 0.91', '0.15 0.88'].map((part) => part.split(' '))
  const weights = parts.map(([weight], index) => `weight ${weight} part-${index}`).join(' ')
  const score = [
    ...parts.map(([, value], index) => `signal part-${index} = when turn >= 1 then ${value} otherwise 0.0`),
    `scorer sum { ${weights} offset big 0.10 }`,
    `scorer banded { ${weights} bands mood { calm below 0.8055 tense below 0.90 stuck otherwise } }`,
  ].join('\n')

  it.each([
    ['sum.score is 0.8055', 'true'],
    ['sum.score > 0.8055', 'false'],
    ['sum.score(big) is 0.9055', 'true'],
    ['sum.score(small) is 0.8055', 'true'],
    ['banded.band is tense', 'true'],
  ])('%s', (guard, value) => {
    const policy = small(`${declared} ${score} on start { rule look: when ${guard} then use big otherwise use small }`)
    expect(String(converse(policy).user('a').model === 'big')).toBe(value)
  })
})

/** Types of what is printed, without a policy around it. */
function numberOf(unit: string): Expression['type'] {
  return { kind: 'number', unit } as Expression['type']
}

describe('printing', () => {
  it.each([
    [700_000n, 1n, 'score', '0.70'],
    [805_500n, 1n, 'score', '0.8055'],
    [1_000_000n, 3n, 'score', '0.333333…'],
    [800_000n, 1n, 'share', '80%'],
    [960_000n, 1n, 'price', '$0.96 per 1M tokens'],
    [-1_500_000_000_000n, 1n, 'money', '$-1.50'],
    [90_000_000n, 1n, 'duration', '90s'],
    [1_500n, 1n, 'duration', '1.5ms'],
    [7n, 1n, 'count', '7'],
  ])('%s/%s as %s is %s', (numerator, denominator, unit, text) => {
    expect(printed({ numerator, denominator }, numberOf(unit))).toBe(text)
  })
})
