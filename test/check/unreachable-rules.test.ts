import { describe, expect, it } from 'vitest'
import { blockDiagram } from '../../src/check/diagram/blocks.ts'
import { check } from '../../src/check/index.ts'
import { small } from '../support/policy-of.ts'

const start = 'on start { otherwise use mid }'

function found(text: string): string[] {
  const policy = small(text.includes('on start') ? text : `${start}\n${text}`)
  return check(policy)
    .filter((each) => each.code === 'RT0301')
    .map((each) => each.message)
}

function dead(rule: string, shadows: string): string {
  return `the rule \`${rule}\` never fires: ${shadows}`
}

describe('rules that never fire', () => {
  it.each([
    ['behind a wider one', 'on turn { rule a: when turn > 2 then restart rule b: when turn > 5 then restart otherwise keep }', dead('b', '`a` takes every call that it could')],
    [
      'behind two that meet, and not a third',
      'on turn { rule a: when turn < 4 then restart rule x: when turn is 7 then restart rule b: when turn >= 4 then restart rule c: when turn > 2 then restart otherwise keep }',
      dead('c', '`a` and `b` together take every call that it could'),
    ],
    ['by itself', 'on turn { rule a: when turn > 5 and turn < 3 then restart otherwise keep }', dead('a', 'its condition is never true')],
    ['by a signal', 'signal deep = turn > 5\non turn { rule a: when deep and turn < 3 then restart otherwise keep }', dead('a', 'its condition is never true')],
    ['by a count of few', 'on turn { rule a: when count failures in last 3 tools > 2 and count failures in last 5 tools < 2 then restart otherwise keep }', dead('a', 'its condition is never true')],
    ['by texts', 'on turn { rule a: when path starts with "src/" then restart rule b: when path is "src/x.ts" then restart otherwise keep }', dead('b', '`a` takes every call that it could')],
    ['by what a model is', 'on turn { rule a: when tier(current) is premium and current is small then restart otherwise keep }', dead('a', 'its condition is never true')],
    ['by a state just written', 'state { latch seen }\non turn { rule w: set seen rule a: when not seen then restart otherwise keep }', dead('a', 'its condition is never true')],
    ['by a score that no sum reaches', 'signal s = when turn > 3 then 0.5 otherwise 0.1\nscorer sc { weight 0.5 s }\non turn { rule a: when sc.score > 0.30 then restart otherwise keep }', dead('a', 'its condition is never true')],
    ['by what cannot both be', 'on turn { rule a: when next(up) is none and next(up) is big then restart otherwise keep }\nladder up { small -> big }', dead('a', 'its condition is never true')],
  ])('%s', (_title, text, expected) => {
    expect(found(text)).toEqual([expected])
  })
})

describe('rules that may fire', () => {
  it.each([
    ['only when something is unknown', 'on turn { rule a: when message.length > 5 chars then restart rule b: when message.length <= 5 chars then restart otherwise keep }'],
    ['in the gap between two', 'on turn { rule a: when turn < 4 then restart rule b: when turn > 4 then restart rule c: when turn > 2 then restart otherwise keep }'],
    ['after a rule that has effects only', 'state { latch seen }\non turn { rule a: when turn > 2 then set seen rule b: when turn > 5 then restart otherwise keep }'],
    ['where two things that vary are compared', 'on turn { rule a: when message.length > 5 chars and images > context.images then restart otherwise keep }'],
    ['because the choice was dropped', 'on start { rule a: when current is none then use big otherwise use mid }'],
  ])('%s', (_title, text) => {
    expect(found(text).filter((each) => !each.includes('otherwise'))).toEqual([])
  })
})

describe('rules beside each other', () => {
  it.each([
    ['a rule without which the block does the same', 'on turn { rule a: when turn > 5 then restart rule b: when turn > 3 then restart otherwise keep }', ['RT0302 without the rule `a` the block does the same']],
    ['a rule that repeats the default', 'on turn { rule a: when turn > 5 then keep otherwise keep }', ['RT0302 without the rule `a` the block does the same']],
    ['ranges that overlap', 'on turn { rule a: when turn < 9 then restart rule b: when turn > 5 then stop "late" otherwise keep }', ['RT0303 `a` and `b` overlap and choose differently, as with `turn is 6`; `a` comes first']],
    ['an exception to a wider rule', 'on turn { rule a: when turn is 9 then restart rule b: when turn > 5 then stop "late" otherwise keep }', []],
    ['ranges that meet', 'on turn { rule a: when turn < 6 then restart rule b: when turn >= 6 then stop "late" otherwise keep }', []],
    ['the same choice with another effect', 'on turn { rule a: when turn > 5 then alert "deep", restart rule b: when turn > 3 then restart otherwise keep }', []],
    ['a rule whose last firing is asked for', 'on turn { rule a: when turn > 5 then restart rule b: when turn > 3 or turns since rule a < 2 then restart otherwise keep }', []],
  ])('%s', (_title, text, expected) => {
    const all = check(small(`${start}\n${text}`)).filter((each) => each.code.startsWith('RT030'))
    expect(all.map((each) => `${each.code} ${each.message}`)).toEqual(expected)
  })
})

describe('past the limits', () => {
  it('nothing is claimed, and why is said', () => {
    const policy = small(`${start}\non turn { rule a: when turn > 5 and message.length > 9 chars then restart otherwise keep }`)
    expect(blockDiagram(policy, 'turn', 3)).toEqual({ decided: false, reason: 'more than 3 nodes' })
  })
})
