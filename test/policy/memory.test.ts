import { describe, expect, it } from 'vitest'
import { memoryOf } from '../../src/policy/facts.ts'
import { converse } from '../support/conversation.ts'
import { small } from '../support/policy-of.ts'

const second = 1_000_000

describe('memory', () => {
  it('counts up to its limit, and from nothing after a reset', () => {
    const policy = small(`
      state { counter tries up to 2 }
      on start, turn, call {
        rule again: when images > 0 then reset tries
        rule more: when turn >= 1 then add 1 to tries
        rule full: when tries >= 2 then for this call use big
        otherwise for this call use small
      }
    `)
    const counted = converse(policy)
    expect([counted.user('a'), counted.call(), counted.call()].map((each) => each.model)).toEqual(['small', 'big', 'big'])
    expect(counted.state().memories['tries']).toEqual({ kind: 'counter', count: 2 })
    expect(counted.call({ prompt: { newImages: 1 } }).model).toBe('small')
  })

  it('a level rises and never falls, and ends when its time is over', () => {
    const policy = small(`
      scale mood = [calm, tense, stuck]
      state { level peak on mood for 10s refreshed on use }
      classifier judge { model small labels mood timeout 10s }
      on start, turn, call {
        rule seen: when judge.status is ok then raise peak to judge.label
        rule high: when peak is stuck then for this call use big
        rule middle: when peak is tense then for this call use mid
        otherwise for this call use small
      }
    `)
    const session = converse(policy)
    const says = (label: string | undefined, seconds: number): string | undefined =>
      session.call({
        elapsedMicros: seconds * second,
        prompt: { classifiers: { judge: label === undefined ? { status: 'timeout' } : { status: 'ok', label } } },
      }).model
    expect(says('tense', 0)).toBe('mid')
    expect(says('calm', 1)).toBe('mid')
    expect(says('stuck', 2)).toBe('big')
    expect(says(undefined, 11)).toBe('big')
    // Read at 11 s, so it lives until 21 s, which it does not reach.
    expect(says(undefined, 21)).toBe('small')
  })

  it('a lifetime without a clock does not end', () => {
    const policy = small(`
      state { pin host for 1s }
      on start { otherwise pin host, use mid }
      on call { rule pinned: when host is not none then for this call use host otherwise keep }
    `)
    const session = converse(policy)
    session.user('a')
    expect(session.call()).toMatchObject({ rule: 'pinned', model: 'mid' })
  })

  it('a pin holds the model that its call chose, until it ends or is released', () => {
    const policy = small(`
      state { pin last for 10s }
      on start, turn, call {
        rule off: when images > 0 then release last
        rule pinned: when last is not none then for this call use last
        otherwise fresh: pin last, for this call choose cheapest from main else stop "x"
      }
    `)
    const session = converse(policy)
    const at = (seconds: number, newImages = 0): string =>
      session.call({ elapsedMicros: seconds * second, prompt: { newImages, contextImages: 0 } }).rule
    expect([at(0), at(9), at(10), at(11)]).toEqual(['fresh', 'pinned', 'fresh', 'pinned'])
    expect(at(12, 1)).toBe('fresh')
  })

  it('what is declared per choice is forgotten with the choice, the rest is not', () => {
    const policy = small(`
      state { latch tired per choice latch ever }
      on start { otherwise use small }
      on turn { rule go: when turn >= 3 then use big otherwise set tired, set ever, keep }
    `)
    const session = converse(policy)
    session.user('a')
    session.user('b')
    const value = (name: string): unknown => memoryOf(policy, session.state(), session.input(), name)
    expect([value('tired'), value('ever')]).toEqual([true, true])
    session.user('c')
    expect([value('tired'), value('ever')]).toEqual([false, true])
  })

  it('states named like parts of every object are states like any other', () => {
    const policy = small(`
      state { latch constructor counter valueOf up to 3 }
      on start, turn, call {
        rule one: when not constructor and valueOf is 0 then set constructor, add 1 to valueOf
        rule two: when constructor and valueOf is 1 then use big
        otherwise use small
      }
    `)
    expect(converse(policy).user('a')).toMatchObject({ model: 'big', after: ['one'] })
  })
})
