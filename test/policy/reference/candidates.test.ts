import { describe, expect, it } from 'vitest'
import { converse } from '../../support/conversation.ts'
import type { Facts } from '../../support/conversation.ts'
import { small } from '../../support/policy-of.ts'

const cheapest = 'on start { otherwise pick: choose first from main else stop "nobody" }'

function first(filters: string, facts: Facts = {}): ReturnType<ReturnType<typeof converse>['user']> {
  return converse(small(`${filters}\n${cheapest}`)).user('hello', facts)
}

/** A call whose prompt nobody measured. */
const noSize = { tokens: undefined } as unknown as { tokens: number }

describe('candidates', () => {
  it('`allow` lines intersect and `deny` beats them', () => {
    const filters = `
      allow paid: models where price(it, input) > $0.50 per 1M tokens
      allow known: models where it in [big, small]
    `
    expect(first(filters).model).toBe('big')
    expect(first(`${filters}\ndeny dear: models where tier(it) is premium`).model).toBeUndefined()
  })

  it('an endpoints filter leaves hosts out, and the model with its last host', () => {
    expect(first('allow eu: endpoints where region(it) is eu')).toMatchObject({
      model: 'big',
      endpoints: ['south'],
    })
    expect(first('deny eu: endpoints where region(it) is eu')).toMatchObject({ endpoints: ['north'] })
    expect(first('deny both: endpoints where region(it) in [us, eu]').model).toBeUndefined()
  })

  it('a `when` that is unknown rests and is listed, without a mark', () => {
    const filters = 'deny x: models where it is big when team is "a"'
    expect(first(filters)).toMatchObject({ model: 'big', resting: ['x'], undetermined: false })
    const team = { prompt: { signals: { team: 'a' } } }
    expect(first(filters, team)).toMatchObject({ model: 'mid', resting: [], undetermined: false })
  })

  it('a `where` that is unknown drops the candidate, and marks', () => {
    const filters = 'deny x: models where it is big and team is "a"'
    expect(first(filters)).toMatchObject({ model: 'mid', undetermined: true, missing: ['team'] })
  })

  it('a price that every size of prompt has is no secret of the size', () => {
    const filters = `
      override model big {
        price per 1M tokens { input $5 output $25 }
        price per 1M tokens above 50k tokens { input $10 output $30 }
      }
      allow on-sale: models where price(it, input) is not none
    `
    const sized = (tokens: number | undefined, text = filters): ReturnType<typeof first> =>
      first(text, { prompt: tokens === undefined ? noSize : { tokens } })
    expect(sized(undefined)).toMatchObject({ model: 'big', undetermined: false })
    const dear = filters.replace('is not none', '> $1 per 1M tokens')
    expect(sized(undefined, dear)).toMatchObject({ undetermined: true, missing: ['price'] })
    expect(sized(60_000, dear)).toMatchObject({ model: 'big', undetermined: false })
  })

  it('what the organisation lists holds without a filter that says so', () => {
    expect(first('', { organisation: { blocked: ['vendor/big'] } }).model).toBe('mid')
    expect(first('', { organisation: { only: ['small', 'mid'] } }).model).toBe('mid')
    expect(first('', { organisation: { only: ['north'] } })).toMatchObject({ endpoints: ['north'] })
    expect(first('', { organisation: { only: [] } }).model).toBeUndefined()
    expect(first('', { organisation: { ignored: ['north'] } })).toMatchObject({ endpoints: ['south'] })
  })

  it('an image in the prompt needs a model that sees it, until that is unchecked', () => {
    const seen = { prompt: { contextImages: 1 } }
    const start = 'on start { otherwise use small else use mid }'
    expect(converse(small(start)).user('a', seen).model).toBe('mid')
    expect(converse(small(`unchecked [modality]\n${start}`)).user('a', seen).model).toBe('small')
  })

  it('a prompt larger than the window needs another model; the window itself fits', () => {
    const start = 'on start { otherwise use small else use mid }'
    const model = (tokens: number): string | undefined =>
      converse(small(start)).user('a', { prompt: { tokens } }).model
    expect([model(50_000), model(50_001), model(100_001)]).toEqual(['small', 'mid', undefined])
  })

  it('built-in filters rest where the log does not tell, and are listed', () => {
    const blank = { given: { unknownSignals: ['context.length', 'context.images'] } }
    expect(first('', blank)).toMatchObject({ model: 'big', resting: ['modality', 'context-window'] })
  })

  it('allowed does not look at the prompt, candidates do', () => {
    const session = converse(
      small(`
        on start { otherwise use small else use mid }
        on call { rule revoked: when not allowed(current) then stop "revoked" otherwise keep }
      `),
    )
    session.user('a')
    expect(session.call({ prompt: { contextImages: 1 } })).toMatchObject({ reason: 'forced', model: 'mid' })
    expect(session.call({ organisation: { blocked: ['mid'] } })).toMatchObject({ rule: 'revoked' })
  })

  it('filters see the state that the call began with', () => {
    const session = converse(
      small(`
        state { latch strict }
        deny x: models where it is small when strict
        on start, call {
          rule tighten: when turn >= 1 then set strict
          otherwise use small else use mid
        }
      `),
    )
    expect(session.user('a').model).toBe('small')
    expect(session.call().model).toBe('mid')
  })

  it('a spent budget stops, narrows or takes a host out', () => {
    const spent = { world: { usedMillionths: () => 1_000_000 } }
    const budget = (action: string, scope = ''): string =>
      `pool cheap = [small]\nbudget purse { limit $5 per month ${scope} at 100% then ${action} }`
    expect(first(budget('stop "spent"'), spent)).toMatchObject({
      model: undefined,
      rule: 'purse',
      noRoute: { reason: 'spent' },
    })
    expect(first(budget('only cheap'), spent).model).toBe('small')
    const north = { world: { usedMillionths: (_: string, host?: string) => (host === 'north' ? 1_000_000 : 0) } }
    expect(first(budget('stop "spent"', 'scope provider'), north)).toMatchObject({ endpoints: ['south'] })
    expect(first(budget('stop "spent"'), { world: { usedMillionths: () => undefined } }).model).toBe('big')
  })
})
