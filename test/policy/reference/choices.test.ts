import { describe, expect, it } from 'vitest'
import { converse } from '../../support/conversation.ts'
import type { Facts } from '../../support/conversation.ts'
import { small } from '../../support/policy-of.ts'

const classifier = 'classifier triage { model small scores main timeout 10s }'

function scores(given: { readonly [model: string]: number }): Facts {
  return { prompt: { classifiers: { triage: { status: 'ok', scoresMillionths: given } } } }
}

/** The decision of one first call. */
function first(text: string, facts: Facts = {}): ReturnType<ReturnType<typeof converse>['user']> {
  return converse(small(text)).user('hello', facts)
}

function onStart(choice: string, around = ''): string {
  return `${around}\non start { otherwise here: ${choice} }`
}

describe('use', () => {
  it('takes its `else` where the model may not be chosen, and has no route without one', () => {
    const blocked = { organisation: { blocked: ['mid'] } }
    expect(first(onStart('use mid else use small'), blocked)).toMatchObject({ model: 'small' })
    expect(first(onStart('use mid'), blocked)).toMatchObject({
      model: undefined,
      noRoute: { reason: '`mid` may not be chosen' },
    })
  })

  it('at a host needs that host', () => {
    const choice = onStart('use big at south else use big')
    expect(first(choice)).toMatchObject({ model: 'big', at: 'south' })
    const ignored = { organisation: { ignored: ['south'] } }
    expect(first(choice, ignored)).toMatchObject({ model: 'big', at: undefined, endpoints: ['north'] })
  })

  it('with a profile needs a host that the profile requires', () => {
    const text = onStart(
      'use big with europe else use small',
      'profile europe { require region(it) is eu }',
    )
    expect(first(text)).toMatchObject({ model: 'big', profile: 'europe' })
    expect(first(text, { organisation: { ignored: ['south'] } })).toMatchObject({ model: 'small' })
  })

  it('reads a log spelling of the model as the catalogue names it', () => {
    expect(first(onStart('use requested'), { requested: 'vendor/big' })).toMatchObject({ model: 'big' })
  })

  it('has no route for a model that the catalogue does not know, and is undetermined by an unknown one', () => {
    expect(first(onStart('use requested'), { requested: 'stranger' }).model).toBeUndefined()
    expect(first(onStart('use requested else use big'), { requested: undefined })).toMatchObject({
      model: 'big',
      undetermined: true,
      missing: ['requested'],
    })
  })
})

describe('choose', () => {
  it('cheapest goes by list price, 3 parts in to 1 out', () => {
    expect(first(onStart('choose cheapest from main else stop "x"')).model).toBe('small')
  })

  it('cheapest goes by relative where every model of the pool declares it', () => {
    const relative = `
      override model big { relative 0.1x }
      override model mid { relative 2x }
      override model small { relative 1x }
    `
    expect(first(onStart('choose cheapest from main else stop "x"', relative)).model).toBe('big')
    const list = onStart('choose cheapest by list from main else stop "x"', relative)
    expect(first(list).model).toBe('small')
  })

  it('cheapest of those that qualify; the threshold itself is good enough', () => {
    const text = onStart('choose cheapest from main where score(it) >= 0.70 else use big', classifier)
    expect(first(text, scores({ big: 900_000, mid: 700_000, small: 699_999 }))).toMatchObject({
      model: 'mid',
      asked: ['triage'],
      undetermined: false,
    })
    expect(first(text, scores({})).model).toBe('big')
  })

  it('a missing verdict leaves the decision open, a failed one does not', () => {
    const text = onStart('choose cheapest from main where score(it) >= 0.70 else use big', classifier)
    expect(first(text)).toMatchObject({ model: 'big', undetermined: true, missing: ['triage'] })
    const failed = { prompt: { classifiers: { triage: { status: 'timeout' } } } } as const
    expect(first(text, failed)).toMatchObject({ model: 'big', undetermined: false, asked: ['triage'] })
  })

  it('an unknown `where` matters to cheapest only for a cheaper candidate', () => {
    const text = onStart(
      'choose cheapest from main where it is mid or (it is big and team is "a") else stop "x"',
    )
    expect(first(text)).toMatchObject({ model: 'mid', undetermined: false })
    const smaller = onStart(
      'choose cheapest from main where it is mid or (it is small and team is "a") else stop "x"',
    )
    expect(first(smaller)).toMatchObject({ model: 'mid', undetermined: true, missing: ['team'] })
  })

  it('an unknown `where` matters to first only for an earlier candidate', () => {
    const later = onStart('choose first from main where it is mid or (it is small and team is "a") else stop "x"')
    expect(first(later)).toMatchObject({ model: 'mid', undetermined: false })
    const earlier = onStart('choose first from main where it is mid or (it is big and team is "a") else stop "x"')
    expect(first(earlier)).toMatchObject({ model: 'mid', undetermined: true })
  })

  it('highest orders words by their scale and gives ties to the earlier', () => {
    expect(first(onStart('choose highest tier(it) from main else stop "x"')).model).toBe('big')
    expect(first(onStart('choose lowest tier(it) from main else stop "x"')).model).toBe('mid')
  })

  it('highest skips who has no score, and takes its `else` where nobody has one', () => {
    const text = onStart('choose highest score(it) from main else use small', classifier)
    expect(first(text, scores({ mid: 100_000 }))).toMatchObject({ model: 'mid', undetermined: false })
    expect(first(text, scores({}))).toMatchObject({ model: 'small', undetermined: false })
    expect(first(text)).toMatchObject({ model: 'small', undetermined: true })
  })

  it.each([
    [0, 'big'],
    [699_999, 'big'],
    [700_000, 'small'],
    [999_999, 'small'],
  ])('weighted gives a draw of %i to %s', (draw, model) => {
    const text = onStart(
      'choose weighted per session from split else stop "x"',
      'pool split = [big weight 7, small weight 3]',
    )
    expect(first(text, { world: { drawMillionths: () => draw } })).toMatchObject({
      model,
      drawn: [{ model: 'big', weight: 7 }, { model: 'small', weight: 3 }],
    })
  })

  it('weighted draws once a session, a turn or a call, by key', () => {
    const keys: (readonly unknown[])[] = []
    const world = { drawMillionths: (...key: readonly unknown[]) => keys.push(key) && 0 }
    const choice = (per: string): string => `choose weighted per ${per} from main else stop "x"`
    const session = converse(
      small(`on start, turn { otherwise ${choice('turn')} } on call { otherwise ${choice('call')} }`),
      { world },
    )
    session.user('a')
    session.call()
    session.user('b')
    expect(keys).toEqual([
      ['weighted', 'main', 'turn', 1],
      ['weighted', 'main', 'call', 2],
      ['weighted', 'main', 'turn', 2],
    ])
  })
})

describe('upgrade and downgrade', () => {
  const ladder = 'ladder up { small -> mid -> big }'
  const session = (rule: string, around = '', start = 'small'): ReturnType<typeof converse> =>
    converse(small(`${around}\non start { otherwise use ${start} }\non call { otherwise climb: ${rule} }`))

  it('upgrade to goes to a higher tier only', () => {
    const up = session('upgrade to big')
    up.user('a')
    expect(up.call()).toMatchObject({ model: 'big', upgraded: true })
    expect(up.call()).toMatchObject({ model: 'big', upgraded: false, switched: undefined })
    const level = session('upgrade to mid else stop "no"')
    level.user('a')
    expect(level.call()).toMatchObject({ model: undefined, upgraded: false })
  })

  it('downgrade to goes to a lower tier only', () => {
    const down = session('downgrade to mid', '', 'big')
    down.user('a')
    expect(down.call()).toMatchObject({ model: 'mid', upgraded: false })
    expect(down.call()).toMatchObject({ model: 'mid', switched: undefined })
  })

  it('upgrade via passes over denied steps, and keeps with `no step` at the top', () => {
    const up = session('upgrade via up', ladder)
    up.user('a')
    expect(up.call({ organisation: { blocked: ['mid'] } })).toMatchObject({ model: 'big', noStep: false })
    expect(up.call()).toMatchObject({ model: 'big', noStep: true, rule: 'climb', upgraded: false })
  })

  it('takes the `else` of an upgrade that a budget denies', () => {
    const budget = 'budget purse { limit $5 per session at 100% then deny upgrades }'
    const up = session('upgrade via up else use small', `${ladder}\n${budget}`)
    up.user('a')
    const spent = { world: { usedMillionths: () => 1_000_000 } }
    expect(up.call(spent)).toMatchObject({ model: 'small', upgraded: false, noStep: false })
    expect(up.call({ world: { usedMillionths: () => 999_999 } })).toMatchObject({ model: 'mid' })
  })
})

describe('switch', () => {
  const around = (lines: string): string =>
    `switch { ${lines} } on start { otherwise use small at south } on call { otherwise use big at north }`

  it('is soft and keeps the context where nothing is written', () => {
    const session = converse(small('on start { otherwise use small } on call { otherwise use big }'))
    session.user('a')
    expect(session.call().switched).toEqual({
      from: 'small',
      to: 'big',
      kind: 'soft',
      otherProvider: true,
      otherFamily: true,
      compactToMillionths: undefined,
    })
    expect(session.call().switched).toBeUndefined()
  })

  it('compacts for another family', () => {
    const session = converse(small(around('other family compact to 30%')))
    session.user('a')
    expect(session.call().switched).toMatchObject({ compactToMillionths: 300_000 })
    expect(session.state().events.compaction).toMatchObject({ call: 2 })
  })

  it('a hard switch makes the session concrete on its new model', () => {
    const session = converse(small(around('concrete session hard')), { kind: 'concrete', requested: 'small' })
    session.user('a')
    expect(session.call().switched).toMatchObject({ kind: 'hard' })
    expect(session.state()).toMatchObject({ kind: 'concrete', requested: 'big', requestedFixed: true })
    session.call()
    expect(session.state().requested).toBe('big')
  })

  it('the same model at another host is none', () => {
    const session = converse(small('on start { otherwise use big at north } on call { otherwise use big at south }'))
    session.user('a')
    expect(session.call()).toMatchObject({ at: 'south', switched: undefined })
  })

  it('a fallback that sticks becomes the choice, and its going is none', () => {
    const session = converse(small('on start { otherwise use small }'))
    const served = { model: 'mid', provider: 'south', region: undefined, account: undefined }
    session.user('a', { ends: { served, adopted: 'mid' } })
    expect(session.call()).toMatchObject({ model: 'mid', before: 'mid', switched: undefined })
  })
})

describe('hide', () => {
  it('is judged after the choice, with `current` the model just chosen', () => {
    const session = converse(
      small(`
        ladder up { small -> big }
        hide top: tool "Upgrade" when next(up) is none
        on start { otherwise use small }
        on call { otherwise upgrade via up }
      `),
    )
    expect(session.user('a').hiddenTools).toEqual([])
    expect(session.call()).toMatchObject({ model: 'big', hiddenTools: ['Upgrade'] })
  })

  it('what it does not know hides nothing and leaves the decision determined', () => {
    const text = `hide x: tool "Bash" when team is "a"\n${onStart('use small')}`
    expect(first(text)).toMatchObject({ hiddenTools: [], undetermined: false })
  })
})
