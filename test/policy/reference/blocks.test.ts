import { describe, expect, it } from 'vitest'
import { converse } from '../../support/conversation.ts'
import { small } from '../../support/policy-of.ts'

const keepers = `
on start { otherwise first: use small }
`

describe('blocks', () => {
  it('runs on start for the first call, then on turn and on call', () => {
    const session = converse(
      small(`
        on start { otherwise s: use small }
        on turn { otherwise t: use mid }
        on call { otherwise c: use big }
      `),
    )
    expect(session.user('a')).toMatchObject({ block: 'start', rule: 's', model: 'small' })
    expect(session.call()).toMatchObject({ block: 'call', rule: 'c', model: 'big', before: 'small' })
    expect(session.user('b')).toMatchObject({ block: 'turn', rule: 't', model: 'mid', turn: 2 })
  })

  it('keeps where a block is absent, and calls that `otherwise`', () => {
    const session = converse(small(keepers))
    session.user('a')
    expect(session.call()).toMatchObject({ rule: 'otherwise', model: 'small', after: [] })
  })

  it('the first rule that chooses wins, and effects before it are seen and listed', () => {
    const session = converse(
      small(`
        state { latch seen }
        on start {
          rule note: when turn >= 1 then set seen
          rule chosen: when seen then use mid
          rule late: when seen then use big
          otherwise use small
        }
      `),
    )
    expect(session.user('a')).toMatchObject({ rule: 'chosen', after: ['note'], model: 'mid' })
  })

  it('runs on start again after calls that were served for this call only', () => {
    const session = converse(
      small(`
        on start {
          rule title: when housekeeping then for this call use small
          otherwise work: use big
        }
        on call { otherwise keep }
      `),
    )
    const title = { prompt: { signals: { housekeeping: true } } }
    expect(session.user('a', title)).toMatchObject({ model: 'small', forThisCall: true })
    expect(session.state().choice).toBeUndefined()
    const work = { prompt: { signals: { housekeeping: false } } }
    expect(session.call(work)).toMatchObject({ block: 'start', model: 'big', switched: undefined })
    expect(session.call(work)).toMatchObject({ block: 'call', model: 'big' })
  })

  it('restarts within the call, once, under both names', () => {
    const session = converse(
      small(`
        on start { otherwise fresh: choose cheapest from main else stop "nobody" }
        on call { rule revoked: when not allowed(current) then restart otherwise keep }
      `),
    )
    expect(session.user('a').model).toBe('small')
    expect(session.call({ organisation: { blocked: ['small'] } })).toMatchObject({
      rule: 'fresh',
      after: ['revoked'],
      model: 'mid',
      before: 'small',
      switched: { from: 'small', to: 'mid' },
    })
  })

  it('forces a new choice where the kept model is no candidate for this call', () => {
    const session = converse(small('on start { otherwise fresh: choose first from main else stop "nobody" }'))
    expect(session.user('a').model).toBe('big')
    expect(session.call({ organisation: { blocked: ['big'] } })).toMatchObject({
      rule: 'fresh',
      reason: 'forced',
      after: [],
      model: 'mid',
    })
  })

  it('ends no-route with the reason of `stop`, and leaves the choice as it was', () => {
    const session = converse(
      small(`
        on start { otherwise first: use small }
        on turn { rule no: when images > 0 then stop "no pictures" otherwise keep }
      `),
    )
    session.user('a')
    expect(session.user('b', { prompt: { newImages: 1, contextImages: 0 } })).toMatchObject({
      model: undefined,
      rule: 'no',
      noRoute: { reason: 'no pictures' },
      endpoints: [],
    })
    expect(session.user('c')).toMatchObject({ block: 'turn', model: 'small' })
  })

  it('has no choice left after a restart that ends no-route', () => {
    const session = converse(
      small(`
        on start { rule never: when org.router is blocked then stop "off" otherwise use small }
        on call { rule off: when org.router is blocked then restart otherwise keep }
      `),
    )
    session.user('a')
    const off = { organisation: { router: 'blocked' } } as const
    expect(session.call(off)).toMatchObject({ rule: 'never', after: ['off'], model: undefined })
    expect(session.state().choice).toBeUndefined()
    expect(session.call({ organisation: { router: 'allowed' } })).toMatchObject({ block: 'start' })
  })
})
