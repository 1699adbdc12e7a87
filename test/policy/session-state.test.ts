import { describe, expect, it } from 'vitest'
import { factOf } from '../../src/policy/facts.ts'
import { historyNeeds } from '../../src/policy/session-state.ts'
import { converse } from '../support/conversation.ts'
import type { Facts } from '../support/conversation.ts'
import { small } from '../support/policy-of.ts'

const plain = small('on start { otherwise use small }')

describe('observing', () => {
  it('counts sessions, turns and calls from 1, and calls before a message belong to turn 0', () => {
    const session = converse(plain)
    const places = [session.call(), session.user('a'), session.call(), session.user('b')]
    expect(places.map(({ call, turn }) => [call, turn])).toEqual([[1, 0], [2, 1], [3, 1], [4, 2]])
  })

  it('images are those of the turn so far, context images those of the prompt', () => {
    const session = converse(plain)
    const after = (begins: boolean, newImages?: number, contextImages?: number): unknown[] => {
      const facts = { prompt: { newImages, contextImages } } as Facts
      if (begins) session.user('a', facts)
      else session.call(facts)
      return (['images', 'context.images'] as const).map((fact) =>
        factOf(plain, session.state(), session.input(), fact),
      )
    }
    // What an unseen history holds is unknown until a call says so; from there new images add up.
    expect(after(true, 1)).toEqual([1, undefined])
    expect(after(false, 2, 3)).toEqual([3, 3])
    expect(after(false, 1)).toEqual([4, 4])
    expect(after(true, 0)).toEqual([0, 4])
    expect(after(false)).toEqual([undefined, undefined])
    expect(after(true, 1)).toEqual([1, undefined])
  })

  it('a fact holds until said otherwise, a housekeeping call says nothing of the next', () => {
    const session = converse(plain)
    const facts = (): unknown[] =>
      (['team', 'housekeeping'] as const).map((fact) => factOf(plain, session.state(), session.input(), fact))
    session.user('a', { prompt: { signals: { team: 'x', housekeeping: true } } })
    expect(facts()).toEqual(['x', true])
    session.call()
    expect(facts()).toEqual(['x', undefined])
    session.call({ prompt: { signals: { team: null } } })
    expect(facts()).toEqual([null, undefined])
  })

  it('an organisation list that is not named stays', () => {
    const session = converse(plain)
    session.user('a', { organisation: { blocked: ['big'], router: 'allowed' } })
    session.call({ organisation: { ignored: ['north'] } })
    expect(session.state().organisation).toEqual({
      blocked: ['big'], only: null, ignored: ['north'], router: 'allowed',
    })
  })

  it('what the person asks for holds until he asks for something else', () => {
    const session = converse(plain)
    session.user('a', { requested: 'big' })
    session.call({ requested: undefined })
    expect(session.state().requested).toBe('big')
    session.call({ requested: 'mid' })
    expect(session.state().requested).toBe('mid')
  })

  it('names of hostile tools and headers are names like any other', () => {
    const policy = small(`
      on start, call {
        rule seen: when calls since tool "__proto__" is 1 and header("__proto__") is "x" then use big
        otherwise use small
      }
    `)
    const header = JSON.parse('{ "__proto__": "x" }')
    const session = converse(policy, { prompt: { header } })
    expect(session.user('a').model).toBe('small')
    session.reply({ tools: ['__proto__'] })
    expect(session.call().model).toBe('big')
    expect(JSON.parse(JSON.stringify(session.state()))).toMatchObject({ call: 2 })
  })
})

describe('what is kept', () => {
  it('is what the policy looks back at, however long the session', () => {
    const policy = small(`
      phrases oops = ["wait"]
      on start, call {
        rule look: when count oops in last 2 assistant messages >= 9 or count failures in last 3 tools >= 9 then use big
        otherwise use small
      }
    `)
    const session = converse(policy)
    session.user('a')
    for (let call = 0; call < 20; call += 1) {
      session.reply({ text: `wait ${call}`, tools: ['Bash', 'Edit'] })
      session.call()
    }
    const { messages, tools, calls } = session.state().history
    expect(messages.filter(({ from }) => from === 'assistant').map(({ text }) => text?.text)).toEqual(['wait 18', 'wait 19'])
    expect(tools.map(({ name }) => name)).toEqual(['Edit', 'Bash', 'Edit'])
    expect(calls.length).toBeLessThanOrEqual(1)
  })

  it('the needs name every count, every since and every tool once', () => {
    const policy = small(`
      signal busy = count uses of "Bash" in this turn >= 2
      on start { rule a: when busy or calls since tool "Edit" > 3 then use big otherwise use small }
    `)
    const needs = historyNeeds(policy)
    expect(needs).toMatchObject({ tools: ['Bash', 'Edit'] })
    expect([needs.counts.length, needs.since.length]).toEqual([1, 1])
  })
})

describe('concluding', () => {
  it('keeps who served, the host of each model, and when a call failed over', () => {
    const session = converse(plain)
    session.user('a', { ends: { failedOver: true, atMicros: 5 }, elapsedMicros: 5 })
    expect(session.state()).toMatchObject({
      lastServed: { model: 'small', provider: 'south' },
      sticky: { small: { provider: 'south', usedMicros: 5 } },
      events: { failover: { call: 1, turn: 1, micros: 5 } },
    })
  })

  it('a call that was not served leaves them, and counts as an error', () => {
    const policy = small(`
      on start, call { rule e: when count errors in last 1 calls is 1 then for this call use big otherwise use small }
    `)
    const session = converse(policy)
    session.user('a')
    expect(session.call({ ends: { end: 'exhausted', served: undefined } }).model).toBe('small')
    expect(session.state().lastServed).toMatchObject({ model: 'small' })
    expect(session.call()).toMatchObject({ model: 'big' })
  })

  it('without `refreshed on use` a sticky host lasts from the first, with it from the last', () => {
    const used = (refreshed: string): unknown => {
      const policy = small(`serve any { sticky endpoint for 10s ${refreshed} } on start { otherwise use small }`)
      const session = converse(policy)
      session.user('a', { elapsedMicros: 1 })
      session.call({ elapsedMicros: 2 })
      return session.state().sticky['small']?.usedMicros
    }
    expect([used(''), used('refreshed on use')]).toEqual([1, 2])
  })
})
