import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PriceCard } from '../../src/policy/core.ts'
import {
  canonicalModel,
  dayOf,
  ladderNamed,
  nextOn,
  priceOf,
  rungOf,
  stepOf,
  wordAt,
} from '../../src/policy/catalogue-queries.ts'
import { small, smallCatalogue } from '../support/policy-of.ts'
import { policyOf } from '../support/policy-of.ts'

const start = 'on start { otherwise use small }'

/** `day|tier|above|input`, an empty part for what is not written. */
function card(notation: string): PriceCard {
  const [day = '', tier = '', above = '', input = ''] = notation.split('|')
  return {
    fromDay: day === '' ? null : Number(day),
    serviceTier: tier === '' ? null : tier,
    aboveTokens: Number(above),
    picoUsd: input === '' ? { output: 1n } : { input: BigInt(input) },
  }
}

/** `day|tier|tokens`, an empty part for what is not known. */
function price(cards: readonly string[], moment: string): bigint | null | undefined {
  const [day = '', tier = '', tokens = ''] = moment.split('|')
  return priceOf(cards.map(card), 'input', {
    nowMicros: day === '' ? undefined : Number(day) * 86_400_000_000,
    serviceTier: tier === '' ? undefined : tier,
    promptTokens: tokens === '' ? undefined : Number(tokens),
  })
}

describe('prices', () => {
  it.each([
    [['|||5'], '10||100', 5n],
    [['|||5', '20|||7'], '19||100', 5n],
    [['|||5', '20|||7'], '20||100', 7n],
    [['|||5', '20|||7'], '||100', 7n],
    [['20|||7'], '19||100', null],
    [['|||5', '||200|9'], '10||200', 5n],
    [['|||5', '||200|9'], '10||201', 9n],
    [['|||5', '||200|9'], '10||', undefined],
    [['|||5'], '10||', 5n],
    [['|||5', '|flex||3'], '10|flex|1', 3n],
    [['|||5', '|flex||3'], '10|priority|1', 5n],
    [['|||5', '20|flex||3'], '10|flex|1', 5n],
    [['|||'], '10||1', undefined],
    [[], '10||1', undefined],
  ])('%j at %s', (cards, moment, expected) => {
    expect(price(cards, moment)).toBe(expected)
  })

  it('a newer table replaces the older one whole, its sizes too', () => {
    expect(price(['|||5', '||200|9', '20|||7'], '20||500')).toBe(7n)
  })

  it('a day begins at midnight UTC', () => {
    expect([dayOf(-1), dayOf(0), dayOf(86_399_999_999), dayOf(86_400_000_000)]).toEqual([-1, 0, 0, 1])
  })

  it('the order of the cards does not matter', () => {
    const cards = fc.uniqueArray(
      fc.tuple(fc.constantFrom('', '5', '9'), fc.constantFrom('', 'flex'), fc.constantFrom('', '10', '20')),
      { selector: String, minLength: 1 },
    )
    const moments = fc.tuple(fc.constantFrom('', '4', '5', '10'), fc.constantFrom('', 'flex'), fc.constantFrom('', '10', '11', '30'))
    fc.assert(
      fc.property(cards, moments, (parts, moment) => {
        const written = parts.map((each, index) => `${each.join('|')}|${index + 1}`)
        expect(price(written.toReversed(), moment.join('|'))).toBe(price(written, moment.join('|')))
      }),
    )
  })
})

describe('names', () => {
  it('a spelling means its model, a model its own name, a stranger itself', () => {
    const policy = small(start)
    expect(['vendor/big', 'big', 'Big', '__proto__', 'toString'].map((name) => canonicalModel(policy, name))).toEqual(
      ['big', 'big', 'Big', '__proto__', 'toString'],
    )
  })

  it('a spelling may be called __proto__', () => {
    const policy = policyOf(smallCatalogue, `policy p override model mid { known-as ["__proto__"] } ${start}`)
    expect(canonicalModel(policy, '__proto__')).toBe('mid')
  })
})

describe('ladders and scales', () => {
  const policy = small(`
    scale mood = [calm, tense, stuck]
    ladder up { [small, mid] -> big }
    ${start}
  `)
  const up = ladderNamed(policy, 'up')

  it('steps count from 1, and a step names its first model', () => {
    if (up === undefined) throw new Error('no ladder')
    expect(['small', 'mid', 'big', 'other'].map((model) => stepOf(up, model))).toEqual([1, 1, 2, undefined])
    expect([0, 1, 2, 3, 1.5].map((step) => rungOf(up, step))).toEqual([undefined, 'small', 'big', undefined, undefined])
  })

  it('next is the nearest higher step that holds a candidate', () => {
    if (up === undefined) throw new Error('no ladder')
    expect(nextOn(up, 'small', () => true)).toBe('big')
    expect(nextOn(up, 'small', (model) => model !== 'big')).toBeUndefined()
    expect(nextOn(up, 'big', () => true)).toBeUndefined()
    expect(nextOn(up, 'other', () => true)).toBeUndefined()
  })

  it('above the highest word is the highest, below the lowest the lowest', () => {
    expect([-2, -1, 0, 1, 2].map((steps) => wordAt(policy, 'mood', 'tense', steps))).toEqual([
      'calm', 'calm', 'tense', 'stuck', 'stuck',
    ])
  })
})
