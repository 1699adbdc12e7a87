import { describe, expect, it } from 'vitest'
import type { Explanation } from '../../../src/policy/decision.ts'
import { explainDecision } from '../../../src/policy/reference/explain.ts'
import { observe, startSession } from '../../../src/policy/session-state.ts'
import { converse, quietWorld } from '../../support/conversation.ts'
import type { Facts } from '../../support/conversation.ts'
import { small } from '../../support/policy-of.ts'

function outline({ label, value, children }: Explanation, indent = ''): string {
  const line = `${indent}${label}${value === undefined ? '' : `: ${value}`}`
  return [line, ...children.map((child) => outline(child, `${indent}  `))].join('\n')
}

function explained(text: string, facts: Facts = {}): string {
  const policy = small(text)
  const session = converse(policy)
  session.user('hello', facts)
  const state = observe(policy, startSession(policy, 'a session'), session.input())
  return outline(explainDecision(policy, state, session.input(), quietWorld))
}

describe('explanations', () => {
  it('show each rule with what its guard came to, the candidates, and what follows', () => {
    const text = explained(
      `
      classifier triage { model small scores main timeout 10s }
      setting threshold = 0.70 from 0.5 to 0.9
      deny no-big: models where it is big
      on start {
        rule busy: when team is "ops" or turn > 1 then use big
        rule note: when turn >= 1 then remind "Be brief."
        otherwise pick: choose cheapest from main where score(it) >= threshold else stop "none"
      }
    `,
      { prompt: { classifiers: { triage: { status: 'ok', scoresMillionths: { mid: 700_000, small: 650_000 } } } } },
    )
    expect(text).toBe(
      `
call 1, turn 1: mid by pick after [note]
  on start
    rule busy: does not fire
      team is "ops" or turn > 1: unknown (team)
        team is "ops": unknown (team)
          team: unknown (team)
        turn > 1: false
          turn: 1
    rule note: fires, goes on
      turn >= 1: true
        turn: 1
      remind "Be brief."
    otherwise pick: chooses mid
      choose cheapest from main: mid
        big: dropped by no-big
        mid: a candidate
        small: a candidate
        mid
          score(it) >= threshold: true
            score(it): 0.70
              it: mid
            threshold: 0.70
          list price of 3 in and 1 out (pico-dollars): 8000000
        small: does not qualify
          score(it) >= threshold: false
            score(it): 0.65
              it: small
            threshold: 0.70
  hosts left by filters: south
  reminders: Be brief.
  classifiers asked: triage
  undetermined, missing: team
`.trim(),
    )
  })

  it('name why a model may not be had, and the `else` that is taken', () => {
    const text = explained(`
      allow eu: endpoints where region(it) is eu
      deny south: endpoints where provider(it) is south
      on start { otherwise use big else stop "nobody" }
    `)
    expect(text).toContain('big: north dropped by eu, south dropped by south')
    expect(text).toContain('\n      else')
    expect(text.split('\n')[0]).toBe('call 1, turn 1: no route (nobody) by otherwise')
  })
})
