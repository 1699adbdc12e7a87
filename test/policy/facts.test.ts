import { describe, expect, it } from 'vitest'
import type { CountQuery, Policy, SinceQuery } from '../../src/policy/core.ts'
import { countOf, never, sinceOf } from '../../src/policy/facts.ts'
import { converse } from '../support/conversation.ts'
import type { Conversation, Facts, Reply } from '../support/conversation.ts'
import { small } from '../support/policy-of.ts'

/** A policy that only looks: `look` stands in a rule that never chooses. */
function looking(look: string, around = ''): Policy {
  return small(`
    phrases oops = ["wait", "another way"]
    ${around}
    on start, turn, call {
      rule look: when ${look} then alert "seen"
      otherwise for this call use small
    }
  `)
}

function query(policy: Policy): CountQuery {
  const guard = policy.blocks.start?.rules[0]?.guard
  if (guard?.kind !== 'order' || guard.left.kind !== 'count') throw new Error('no count')
  return guard.left.query
}

/** Replies, and what the count comes to at the call after them. */
function counted(count: string, replies: readonly Reply[], last: Facts = {}): number | undefined {
  const policy = looking(`${count} >= 1`)
  const session = converse(policy)
  session.user('please wait')
  for (const reply of replies) {
    session.reply(reply)
    session.call(last)
  }
  return countOf(policy, session.state(), session.input(), query(policy))
}

describe('counts of phrases', () => {
  const twice = { text: 'Wait, wait. Another way.' }

  it.each([
    ['count oops in last 5 assistant messages', 2],
    ['count occurrences of oops in last 5 assistant messages', 3],
    ['count distinct oops in last 5 assistant messages', 2],
    ['count messages with oops in last 5 assistant messages', 1],
  ])('%s', (count, value) => {
    expect(counted(count, [twice])).toBe(value)
  })

  it('pairs of message and phrase: a phrase counts once a message, in every message', () => {
    expect(counted('count oops in last 5 assistant messages', [twice, twice])).toBe(4)
    expect(counted('count distinct oops in last 5 assistant messages', [twice, twice])).toBe(2)
  })

  it('a reply without text is no message of the window', () => {
    const silent = { tools: ['Bash'] }
    expect(counted('count oops in last 1 assistant messages', [twice, silent, silent])).toBe(2)
  })

  it('the newest of the window only, and fewer if there are fewer', () => {
    const calm = { text: 'All is well.' }
    expect(counted('count oops in last 2 assistant messages', [twice, calm, calm])).toBe(0)
    expect(counted('count oops in last 9 assistant messages', [])).toBe(0)
  })

  it('thinking is a kind of its own, user messages hold the one that the call answers', () => {
    const thinking = { thinking: 'Wait.' }
    expect(counted('count oops in last 5 thinking messages', [thinking])).toBe(1)
    expect(counted('count oops in last 5 messages', [thinking])).toBe(1)
    expect(counted('count oops in last 1 user messages', [])).toBe(1)
    expect(counted('count oops in this turn', [twice])).toBe(3)
    expect(counted('count oops in last 1 turns', [twice])).toBe(3)
  })

  it('is unknown, not 0, where nobody counted the list', () => {
    expect(counted('count oops in last 5 assistant messages', [{ text: 'withheld' }])).toBeUndefined()
    expect(counted('count oops in last 5 thinking messages', [{ thinking: 'withheld' }])).toBeUndefined()
    expect(counted('count oops in last 5 assistant messages', [{ thinking: 'withheld' }])).toBe(0)
  })

  it('an unknown text that has left the window is forgotten', () => {
    expect(counted('count oops in last 1 assistant messages', [{ text: 'withheld' }, twice])).toBe(2)
  })
})

describe('counts of tools and calls', () => {
  it.each([
    ['count failures in last 2 tools', ['Bash!', 'Edit', 'Bash!'], 1],
    ['count failures in last 9 tools', ['Bash!', 'Edit', 'Bash!'], 2],
    ['count repeats in last 3 tools', ['Bash', 'Edit', 'Bash'], 2],
    ['count repeats in last 3 tools', ['Bash#1', 'Edit', 'Bash#2'], 1],
    ['count uses of "Edit" in this session', ['Edit', 'Bash', 'Edit!'], 2],
    ['count repeats in last 3 tools', [], 0],
  ])('%s after %j', (count, tools, value) => {
    expect(counted(count, [{ tools }])).toBe(value)
  })

  it('are unknown while a reply with unknown tools is in the window', () => {
    expect(counted('count failures in last 3 tools', [{ tools: 'unknown' }])).toBeUndefined()
    expect(counted('count failures in last 1 tools', [{ tools: 'unknown' }, { tools: ['Bash'] }])).toBe(0)
  })

  it('errors are calls that were not served', () => {
    const failed: Facts = { ends: { end: 'exhausted', served: undefined } }
    expect(counted('count errors in last 3 calls', [{}, {}], failed)).toBe(2)
    expect(counted('count errors in last 1 calls', [{}, {}])).toBe(0)
  })
})

describe('since', () => {
  const since = (text: string, unit: SinceQuery['unit'], of: SinceQuery['of'], act: (session: Conversation) => void): number | undefined => {
    const session = converse(looking(text))
    act(session)
    return sinceOf(session.state(), session.input(), { unit, of })
  }
  const rule = { kind: 'rule', rule: 'look' } as const
  const tool = { kind: 'tool', tool: 'Bash' } as const

  it('is never before the first time, 0 at the call itself, 1 at the next', () => {
    const calls = (act: (session: Conversation) => void): number | undefined =>
      since('images > 0 and calls since rule look >= 0', 'calls', rule, act)
    const seen = (session: Conversation): void => {
      session.user('a', { prompt: { newImages: 1, contextImages: 0 } })
    }
    expect(calls((session) => session.user('a'))).toBe(never)
    expect(calls(seen)).toBe(0)
    expect(
      calls((session) => {
        seen(session)
        session.user('b')
      }),
    ).toBe(1)
  })

  it('since tool counts from the call whose reply held it', () => {
    const value = (unit: SinceQuery['unit'], act: (session: Conversation) => void): number | undefined =>
      since('calls since tool "Bash" >= 1', unit, tool, act)
    const used = (session: Conversation): void => {
      session.user('a')
      session.reply({ tools: ['Bash'] })
      session.call()
    }
    expect(value('calls', used)).toBe(1)
    expect(value('turns', used)).toBe(0)
    expect(value('calls', (session) => session.user('a'))).toBe(never)
    expect(
      value('turns', (session) => {
        used(session)
        session.user('b')
      }),
    ).toBe(1)
  })

  it('time passes with the clock, and is unknown without one', () => {
    const tick = (session: Conversation, micros?: number): void => {
      const at = micros === undefined ? {} : { elapsedMicros: micros }
      session.user('a', at)
      session.reply({ tools: ['Bash'] })
      session.call(micros === undefined ? {} : { elapsedMicros: micros + 5 })
    }
    const text = 'time since tool "Bash" >= 1s'
    expect(since(text, 'time', tool, (session) => tick(session, 7))).toBe(5)
    expect(since(text, 'time', tool, (session) => tick(session))).toBeUndefined()
  })
})
