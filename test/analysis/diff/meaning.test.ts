import { describe, expect, it } from 'vitest'
import { compareMeaning } from '../../../src/analysis/diff/meaning.ts'
import type { MeaningComparison } from '../../../src/analysis/diff/meaning.ts'
import type { Situation } from '../../../src/check/diagram/situation.ts'
import type { Policy } from '../../../src/policy/core.ts'
import type { MadeUpSession } from '../../support/arbitrary-session.ts'
import { play } from '../../support/play.ts'
import { policyOf, small, smallCatalogue } from '../../support/policy-of.ts'
import { shippedPolicies } from '../../support/shipped-policies.ts'

/** One line a region, in the words that a reviewer reads. */
function told({ regions }: MeaningComparison): readonly string[] {
  return regions.map(({ moments, startsAgain, where, unless, partly, old, new: newest, differs }) =>
    [
      `${moments.join(', ')}${startsAgain ? ' again' : ''}: ${where.join(' or ') || 'always'}`,
      ...(unless.length === 0 ? [] : [`unless ${unless.join(', ')}`]),
      ...(partly ? ['in part'] : []),
      `${old.rules.join(' > ')} ${old.does} -> ${newest.rules.join(' > ')} ${newest.does} (${differs.join(', ')})`,
    ].join('; '),
  )
}

const base = `
setting long = 80k tokens from 1k tokens to 200k tokens
state { latch seen counter tries up to 3 }
on start {
  rule image: when images > 0 then use big
  rule docs: when workflow is "docs" then use small else use mid
  otherwise use mid
}
on turn, call {
  rule grown: when turn >= 2 and context.length >= long and current is mid then use big
  rule stuck: when count failures in last 3 tools >= 2 then remind "Think."
  rule late: when turn >= 9 then set seen, use small
  otherwise keep
}
`

function change(from: string, to: string): MeaningComparison {
  expect(base).toContain(from)
  return compareMeaning(small(base), small(base.replace(from, to)))
}

/** The second turn of a session, with so large a prompt. */
function secondTurn(policy: Policy, tokens: number): Situation {
  const call: MadeUpSession['calls'][number] = {
    beginsTurn: true,
    user: null,
    reply: { text: null, thinking: null, tools: [] },
    served: undefined,
    tokens,
    newImages: 0,
    contextImages: 0,
    requested: null,
    verdicts: [],
    facts: [],
    organisation: { blocked: undefined, only: undefined, ignored: undefined, router: undefined },
    waitMicros: 0,
    clock: true,
    given: { bucket: undefined, unknown: undefined, scorer: undefined, money: undefined },
    conclusion: { end: 'served', failedOver: false, adopts: false, host: 0 },
  }
  const session = {
    calls: [call, call],
    startMicros: undefined,
    countedLists: [],
    withheld: { visible: false, thinking: false },
    sidechain: undefined,
    kind: undefined,
    worldSeed: 0,
  }
  const second = play(policy, session)[1]
  if (second === undefined) throw new Error('two calls make two decisions')
  return { state: second.observed, input: second.input, world: second.world }
}

describe('the comparison of two meanings', () => {
  it('of a policy with itself is empty', () => {
    for (const { policy } of shippedPolicies()) {
      const { verdict, regions, changes } = compareMeaning(policy, policy)
      expect([verdict, regions, changes]).toEqual([{ kind: 'equal', how: 'identical' }, [], []])
    }
  })

  it('tells a threshold that was moved', () => {
    const comparison = change('setting long = 80k', 'setting long = 100k')
    expect(told(comparison)).toMatchInlineSnapshot(`
      [
        "turn, call: current is mid and turn >= 2 and context.length from 80k tokens to below 100k tokens; unless late (new); in part; grown big or no route, nobody may be chosen -> stuck > otherwise keep or restart, big or restart, no route, nobody may be chosen (choice, reminders)",
        "turn, call: current is mid and turn >= 9 and context.length from 80k tokens to below 100k tokens; in part; grown big or no route, nobody may be chosen -> stuck > late no route, nobody may be chosen (choice, memory, reminders)",
      ]
    `)
    const [region] = comparison.regions
    expect(region?.witness.facts).toMatchInlineSnapshot(`
      [
        "current is mid",
        "turn is 2",
        "context.length is 80k tokens",
        "count failures in last 3 tools is 0",
        "big is a candidate",
        "context.images is 0",
        "mid is a candidate",
        "images is 0",
      ]
    `)
    expect([region?.witness.old.model, region?.witness.new.model]).toEqual(['big', 'mid'])
  })

  it('tells a rule that was taken out', () => {
    expect(told(change('rule docs: when workflow is "docs" then use small else use mid', ''))).toMatchInlineSnapshot(`
      [
        "start: (images is 0 or unknown) and workflow is "docs" and small is a candidate; docs small -> otherwise mid or no route, nobody may be chosen (choice)",
        "turn, call again: small is a candidate and (images is 0 or unknown) and workflow is "docs"; docs small -> otherwise mid or no route, nobody may be chosen (choice)",
      ]
    `)
  })

  it('tells a reordering that matters', () => {
    const image = 'rule image: when images > 0 then use big'
    const docs = 'rule docs: when workflow is "docs" then use small else use mid'
    expect(told(change(`${image}\n  ${docs}`, `${docs}\n  ${image}`))).toMatchInlineSnapshot(`
      [
        "start, turn, call again: images >= 1 and workflow is "docs"; in part; image big or no route, nobody may be chosen -> docs mid or small or no route, nobody may be chosen (choice)",
      ]
    `)
  })

  it('tells an effect that was added or dropped', () => {
    expect(told(change('then remind "Think."', 'then add 1 to tries, remind "Think again."'))).toMatchInlineSnapshot(`
      [
        "turn, call: count failures in last 3 tools >= 2; unless grown, late; stuck > otherwise keep or restart -> stuck > otherwise keep or restart (memory, reminders)",
        "turn, call: turn >= 9 and count failures in last 3 tools >= 2; unless grown; stuck > late small or no route, nobody may be chosen -> stuck > late small or no route, nobody may be chosen (memory, reminders)",
      ]
    `)
    expect(told(change('then set seen, use small', 'then use small'))).toMatchInlineSnapshot(`
      [
        "turn, call: turn >= 9; unless grown; in part; late small or no route, nobody may be chosen -> late small or no route, nobody may be chosen (memory)",
      ]
    `)
  })

  it('tells a choice for one call from one that stays', () => {
    expect(told(change('then set seen, use small', 'then set seen, for this call use small'))).toMatchInlineSnapshot(`
      [
        "turn, call: turn >= 9; unless grown; in part; late small -> late for this call small (this call only)",
      ]
    `)
  })

  it('tells filters, hidden tools and budgets that decide otherwise', () => {
    const with2 = (text: string): readonly string[] => told(compareMeaning(small(base), small(`${text}\n${base}`)))
    expect(with2('deny cheap: models where it is small when plan-mode')).toMatchInlineSnapshot(`
      [
        "turn, call: turn >= 9; unless grown; in part; late small -> late no route, nobody may be chosen (choice)",
        "start, turn, call again: workflow is "docs"; unless image; in part; docs small -> docs mid or no route, nobody may be chosen (choice)",
        "turn, call: always; unless grown, late; in part; otherwise keep -> otherwise restart, mid or restart, big or restart, no route, nobody may be chosen (choice)",
      ]
    `)
    expect(with2('deny eu: endpoints where region(it) is eu when plan-mode')).toMatchInlineSnapshot(`
      [
        "start, turn, call again: plan-mode; unless image, docs; in part; otherwise mid -> otherwise no route, nobody may be chosen (choice)",
        "turn, call: plan-mode; unless grown, late; in part; otherwise keep -> otherwise keep or restart, small or restart, big or others (choice, hosts)",
        "start: images >= 1 and big is a candidate and plan-mode; image big -> image big (hosts)",
        "start, turn, call again: workflow is "docs" and plan-mode; unless image; in part; docs mid or small -> docs small or no route, nobody may be chosen (choice, hosts)",
        "turn, call: turn >= 9 and plan-mode; unless grown; in part; late small -> late small (hosts)",
        "turn, call again: big is a candidate and images >= 1 and plan-mode; image big -> image big (hosts)",
        "turn, call: current is mid and turn >= 2 and context.length >= 80k tokens and big is a candidate and plan-mode; grown big -> grown big (hosts)",
      ]
    `)
    expect(with2('hide away: tool "Up" when current is big')).toMatchInlineSnapshot(`
      [
        "start: images >= 1 and big is a candidate; image big -> image big (tools)",
        "turn, call: current is big and turn < 9 and big is a candidate; otherwise keep -> otherwise keep (tools)",
        "turn, call again: big is a candidate and images >= 1; image big -> image big (tools)",
        "turn, call: current is mid and turn >= 2 and context.length >= 80k tokens and big is a candidate; grown big -> grown big (tools)",
      ]
    `)
    expect(with2('budget purse { limit $5 per session at 100% then stop "spent" }')).toMatchInlineSnapshot(`
      [
        "turn, call: used(purse) >= 100%; unless grown (old), late (old); stuck > otherwise keep or restart, mid or restart, small or others -> purse stop "spent" (choice, reminders)",
        "start: (images is 0 or unknown) and (workflow is another text or none or unknown) and used(purse) >= 100%; otherwise mid or no route, nobody may be chosen -> purse stop "spent" (choice)",
        "turn, call: turn >= 9 and used(purse) >= 100%; unless grown (old); stuck > late small or no route, nobody may be chosen -> purse stop "spent" (choice, memory, reminders)",
        "start: images >= 1 and used(purse) >= 100%; image big or no route, nobody may be chosen -> purse stop "spent" (choice)",
        "start: (images is 0 or unknown) and workflow is "docs" and used(purse) >= 100%; docs mid or small or no route, nobody may be chosen -> purse stop "spent" (choice)",
        "turn, call: current is mid and turn >= 2 and context.length >= 80k tokens and used(purse) >= 100%; grown big or no route, nobody may be chosen -> purse stop "spent" (choice)",
      ]
    `)
  })

  it('follows what rules have written', () => {
    const counted = (limit: number, add: number): string => `
      state { counter tries up to 9 }
      on start { otherwise use mid }
      on turn, call {
        rule more: when images > 0 then add ${add} to tries
        rule enough: when tries >= ${limit} then use big
        otherwise keep
      }`
    expect(told(compareMeaning(small(counted(3, 1)), small(counted(4, 1))))).toMatchInlineSnapshot(`
      [
        "turn, call: (images is 0 or unknown) and tries is 3 or images >= 1 and tries is 2; in part; enough big or no route, nobody may be chosen -> otherwise keep or restart, mid or restart, no route, nobody may be chosen (choice)",
      ]
    `)
    expect(told(compareMeaning(small(counted(3, 1)), small(counted(3, 2))))).toMatchInlineSnapshot(`
      [
        "turn, call: images >= 1 and tries not in [0, 1, 8, 9]; enough big or no route, nobody may be chosen -> enough big or no route, nobody may be chosen (memory)",
        "turn, call: images >= 1 and tries is 0; otherwise keep or restart -> otherwise keep or restart (memory)",
        "turn, call: images >= 1 and tries is 1; otherwise keep or restart, mid or restart, no route, nobody may be chosen -> enough big or no route, nobody may be chosen (choice, memory)",
      ]
    `)
  })

  it.each([
    ['a signal written out', 'turn >= 2 and context.length >= long and current is mid', 'grew', 'signal grew = turn >= 2 and context.length >= long and current is mid'],
    ['a guard turned round', 'turn >= 2 and context.length >= long and current is mid', 'not (turn < 2 or context.length < long or current is not mid)', ''],
    ['a setting written out', 'context.length >= long', 'context.length >= 80k tokens', ''],
    ['cases for two rules', 'rule late: when turn >= 9 then', 'rule late: when turn >= 9 and turn >= 4 then', ''],
  ])('knows %s to change no decision', (_, from, to, more) => {
    expect(base).toContain(from)
    const { verdict } = compareMeaning(small(base), small(`${more}\n${base.replace(from, to)}`))
    expect(verdict).toEqual({ kind: 'equal', how: 'refactored' })
  })

  it('follows pins of rules before the first that differs', () => {
    const pinning = (turn: number): ReturnType<typeof small> =>
      small(`
state { pin last for 60s }
on start { otherwise use mid }
on turn, call {
  rule long: when context.length >= 60k tokens then pin last, alert "long"
  rule later: when turn > ${turn} then pin last, keep
  otherwise keep
}`)
    const comparison = compareMeaning(pinning(1), pinning(2))
    expect(told(comparison)).toEqual([
      'turn, call: turn is 2; in part; later keep or restart, mid -> otherwise keep or restart, mid (memory)',
    ])
    // Where `long` has pinned already, both pin the same.
    expect([59_000, 60_000].map((tokens) => secondTurn(pinning(1), tokens)).map((call) => [
      comparison.at(call).kind,
      comparison.regions.some((region) => comparison.holds(region, call) === true),
    ])).toEqual([['region', true], ['same', false]])
  })

  it('follows nobody past a pair of rules that always fires', () => {
    const starting = (guard: string, otherwise: string): ReturnType<typeof small> =>
      small(`on start { rule first: when ${guard} then use big else use mid  otherwise use ${otherwise} }`)
    const old = starting('small in org.blocked and not (current is small)', 'mid')
    expect(told(compareMeaning(old, starting('not (current is small)', 'small')))).toEqual([
      'start: not small in org.blocked and big is a candidate; otherwise mid or no route, nobody may be chosen -> first big (choice)',
      'turn, call again: big is a candidate and not small in org.blocked; otherwise mid or no route, nobody may be chosen -> first big (choice)',
    ])
  })

  it('names rules on the way in the order of their block, whichever policy is the old one', () => {
    const alerting = (guard: string): ReturnType<typeof small> =>
      small(`
on start { otherwise use mid }
on turn, call {
  rule seen: when turn > 1 and ${guard} then alert "seen"
  rule again: when turn > 1 then alert "seen"
  rule up: when turn > 1 then use big else keep
  otherwise keep
}`)
    const [one, other] = [alerting('images > 2'), alerting('not (images > 2)')]
    for (const [old, now] of [[one, other], [other, one]] as const) {
      expect(compareMeaning(old, now).regions.flatMap((each) => [each.old.rules, each.new.rules])).toEqual([
        ['seen', 'again', 'up'],
        ['seen', 'again', 'up'],
      ])
    }
  })

  it('knows a new name, another layout and another order of rules that exclude each other', () => {
    const verdictOf = (text: string): unknown => compareMeaning(small(base), small(text)).verdict
    expect(verdictOf(base.replaceAll('seen', 'met').replace('rule late', 'rule very-late'))).toEqual({ kind: 'equal', how: 'renamed' })
    expect(verdictOf(base.replace('rule late', 'rule very-late'))).toEqual({ kind: 'equal', how: 'renamed' })
    expect(verdictOf(base.replaceAll('\n  ', '\n\n      // said otherwise\n'))).toEqual({ kind: 'equal', how: 'identical' })
    const two = (lines: readonly string[]): ReturnType<typeof small> => small(`on start { ${lines.join(' ')} otherwise use mid }`)
    const [one, other] = ['rule a: when images > 2 then use big', 'rule b: when images is 1 then use small']
    expect(compareMeaning(two([one, other]), two([other, one])).verdict).toEqual({ kind: 'equal', how: 'reordered' })
  })
})



describe('what differs outside of rules', () => {
  const rules = 'on start { otherwise choose cheapest from main else use big }'
  const serve = 'serve any { order [north] then [south] retry 2 times on [timeout] failover on [timeout] }'
  const of = (from: string, to: string): MeaningComparison => {
    const whole = `policy snippet\n${smallCatalogue}\n${rules}\n${serve}`
    expect(whole).toContain(from)
    return compareMeaning(policyOf(whole), policyOf(whole.replace(from, to)))
  }
  const named = ({ changes }: MeaningComparison): readonly string[] =>
    changes.map(({ place, change, affects }) => `${place}: ${change} (${affects.join(', ')})`)

  it('is named, with what it can change', () => {
    expect(named(of('order [north] then [south]', 'order [north]'))).toEqual([
      'serve any: order: south dropped (host, failover, cost)',
    ])
    expect(named(of('failover on [timeout]', ''))).toEqual(['serve any: failover: { on [timeout], sticks false } dropped (failover, cost)'])
    expect(named(of('served-by [north, south]', 'served-by [north]'))).toEqual(['model big: served-by: south dropped (host, failover, cost)'])
    expect(named(of('known-as ["vendor/big"]', 'known-as ["big-1"]'))).toEqual([
      'model big: known-as: vendor/big dropped, big-1 added (recorded names)',
    ])
    expect(of('order [north] then [south]', 'order [north]').verdict).toEqual({ kind: 'equal', how: 'outside rules' })
  })

  it('is a region, too, where it decides who is chosen', () => {
    const comparison = of('input $0.30 output $1.20', 'input $4 output $1.20')
    expect(told(comparison)).toMatchInlineSnapshot(`
      [
        "start, turn, call again: mid is a candidate and small is a candidate; otherwise small -> otherwise mid (choice)",
      ]
    `)
    expect(named(comparison)).toMatchInlineSnapshot(`
      [
        "model small: prices: { input $0.30 output $1.20 cache-read $0.03 cache-write $0.375 } dropped, { input $4 output $1.20 cache-read $0.40 cache-write $5 } added (cost, model)",
      ]
    `)
  })
})
