import { describe, expect, it } from 'vitest'
import { editsOf } from '../../../src/analysis/diff/edits.ts'
import { small } from '../../support/policy-of.ts'
import { shippedPolicies } from '../../support/shipped-policies.ts'

const base = `
setting long = 80k tokens from 1k tokens to 200k tokens
signal grown-much = context.length >= long
ladder up { small -> mid -> big }
deny blind: models where not accepts(it, image) when images > 0
hide no-way: tool "Upgrade" when next(up) is none
on start {
  rule docs: when workflow is "docs" then use small else use mid
  otherwise use mid
}
on turn, call {
  rule grown: when turn >= 2 and grown-much then use big
  rule stuck: when count failures in last 3 tools >= 2 then remind "Think."
  rule late: when turn >= 9 then upgrade via up else keep
  otherwise stay: keep
}
test "a picture" { user "look" with { images 1 } -> big by docs }
`

function edited(change: (text: string) => string): readonly string[] {
  const text = change(base)
  expect(text).not.toBe(base)
  return editsOf(small(base), small(text)).map(({ place, change: what }) => `${place}: ${what}`)
}

describe('what was edited', () => {
  it.each<[what: string, from: string, to: string, told: readonly string[]]>([
    ['a setting', '= 80k', '= 100k', ['setting long: 80k becomes 100k']],
    ['the range of a setting', 'to 200k', 'to 300k', ['setting long: 200k becomes 300k']],
    ['a count', 'tools >= 2', 'tools >= 3', ['rule stuck (on turn, call): `tools >= 2` becomes `tools >= 3`']],
    ['a condition', 'turn >= 9', 'turn >= 9 and images > 0', ['rule late (on turn, call): `>= 9` becomes `>= 9 and images > 0`']],
    ['a target', 'then use small else', 'then use big else', ['rule docs (on start): `then use small` becomes `then use big`']],
    ['a signal', 'length >= long', 'length > long', ['signal grown-much: `= context.length >= long` becomes `= context.length > long`']],
    ['a filter', 'when images > 0\n', '\n', ['filter blind: `accepts(it, image) when images > 0` becomes `accepts(it, image)`']],
    ['a hidden tool', '"Upgrade" when', '"Up" when', ['hide no-way: `no-way: tool "Upgrade"` becomes `no-way: tool "Up"`']],
    ['a ladder', 'small -> mid -> big', 'small -> big', ['ladder up: `small -> mid -> big` becomes `small -> big`']],
    ['what is left to it', 'otherwise use mid', 'otherwise use big', ['otherwise (on start): `otherwise use mid` becomes `otherwise use big`']],
    ['a rule that is gone', '  rule stuck: when count failures in last 3 tools >= 2 then remind "Think."\n', '', ['rule stuck (on turn, call): removed']],
    ['a rule that is new', '  rule late', '  rule early: when turn is 1 then use big\n  rule late', ['rule early (on turn, call): added']],
    ['a name', 'rule docs', 'rule papers', ['rule papers (on start): was `docs`']],
  ])('tells %s', (_, from, to, told) => {
    expect(base).toContain(from)
    expect(edited((text) => text.replace(from, to).replace('by docs', to === 'rule papers' ? 'by papers' : 'by docs'))).toEqual(told)
  })

  it('tells rules that changed places', () => {
    const [grown, stuck] = [/ {2}rule grown.*\n/, / {2}rule stuck.*\n/].map((rule) => rule.exec(base)?.[0] ?? '')
    expect(edited((text) => text.replace(`${grown}${stuck}`, `${stuck}${grown}`))).toEqual([
      'order of rules (on turn, call): grown, stuck becomes stuck, grown',
    ])
  })

  it('says nothing of layout, comments, tests and another spelling of the same', () => {
    expect(edited((text) => `// A note.\n${text.replace('turn >= 2', '(turn >= 2)').replaceAll('  rule', '\n    rule').replace('80k', '80_000')}`)).toEqual([])
    expect(edited((text) => text.slice(0, text.indexOf('test ')))).toEqual([])
  })

  it('says nothing of a policy and itself', () => {
    for (const { policy } of shippedPolicies()) expect(editsOf(policy, policy)).toEqual([])
  })
})
