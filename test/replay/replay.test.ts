import { describe, expect, it } from 'vitest'
import { createReplay } from '../../src/replay/replay.ts'
import { refusalOf } from '../../src/replay/identity.ts'
import type { ReplayResult } from '../../src/replay/result/replay.ts'
import type { CallRecord, SessionRecord } from '../../src/trace/record.ts'
import type { RecordedSession } from '../../src/trace/session.ts'
import { small } from '../support/policy-of.ts'
import { replayed } from '../support/replaying.ts'

interface Log {
  readonly models?: readonly string[]
  readonly header?: Partial<SessionRecord>
  readonly call?: Partial<CallRecord>
}

/** One session, a turn a call, each served by one of these models at its first host. */
function log(session: string, { models = ['small'], header = {}, call = {} }: Log = {}): RecordedSession {
  return {
    session,
    header: { record: 'session', schema: 1, session, ...header },
    calls: models.map((model, at): CallRecord => ({
      record: 'call',
      session,
      call: at + 1,
      prompt: { user: { chars: 5 }, tokens: 1000, newImages: 0, contextImages: 0 },
      end: 'served',
      served: { model },
      usage: { uncachedInput: 1000, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 100, outputQuality: 'exact' },
      ...call,
    })),
    events: [],
  }
}

const stay = small('on start { otherwise use small }')

function expectation(condition: string, sessions: readonly RecordedSession[]): ReplayResult['expectations'][number] | undefined {
  return replayed(small(`on start { otherwise use small }\nexpect e: ${condition}`), sessions).result.expectations[0]
}

describe('identity', () => {
  it('is the policy’s own where the header names it', () => {
    const { result } = replayed(stay, [log('a', { header: { policy: { name: 'snippet' } } })])
    expect(result.identity).toEqual({ form: 'policy', policy: 'snippet', calls: 1, same: 1, residuals: [] })
    expect(result.notices).toEqual([])
  })

  it('is refused below 99%, naming the calls that came out otherwise', () => {
    const { result } = replayed(stay, [log('a', { models: ['small', 'mid'], header: { policy: { name: 'snippet' } } })])
    expect(result.refusal).toMatchObject({ same: 1, calls: 2 })
    expect(result.identity).toMatchObject({ residuals: [{ session: 'a', call: 2, detail: 'mid at an unknown host in the log, small at south here' }] })
  })

  it('runs the policy of `recorded`, not the one that is tried', () => {
    const tried = small('on start { otherwise use big }')
    const { result } = replayed(tried, [log('a')], { recorded: stay })
    expect(result.identity).toMatchObject({ form: 'policy', calls: 1, same: 1 })
    expect(result.refusal).toBeUndefined()
    expect(result.totals.sessionsDiverged).toBe(1)
  })

  it('is accounting where nobody is named: tokens, and bills where there are any', () => {
    const exact = { picoUsd: '420000000', source: 'provider' as const }
    const { result } = replayed(stay, [
      log('a', { call: { cost: exact } }),
      log('b', { call: { cost: { ...exact, picoUsd: '420000001' } } }),
      log('c'),
    ])
    expect(result.identity).toMatchObject({
      form: 'accounting', calls: 3, tokensSame: 3, billed: 2, billSame: 1,
      residuals: [{ session: 'b', call: 1, detail: 'billed $0.000420000001, reckoned $0.00042' }],
    })
    expect(result.notices[0]).toContain('the router behind this log is not known')
  })

  it('names a policy that decided the log and is not at hand', () => {
    const { result } = replayed(stay, [log('a', { header: { policy: { name: 'other' } } }), log('b')])
    expect(result.identity.form).toBe('accounting')
    expect(result.notices[0]).toMatch(/^policy `other` decided 1 of 2 sessions and is not at hand: `--recorded FILE`/)
    expect(result.refusal).toBeUndefined()
  })

  it('says that the policy of `--recorded` is not the one that the log names', () => {
    const named = small('on start { otherwise use big }')
    const { result } = replayed(stay, [log('a', { header: { policy: { name: 'other' } } })], { recorded: named })
    expect(result.notices[0]).toMatch(/^policy `other` decided 1 of 1 sessions by their headers, and not `snippet`/)
  })

  it.each([
    [99, 100, false],
    [98, 100, true],
    [989, 1_000, true],
  ])('%i of %i calls reproduced: refused is %s', (same, calls, isRefused) => {
    const refusal = refusalOf({ form: 'policy', policy: 'p', calls, same, residuals: [] })
    expect(refusal !== undefined).toBe(isRefused)
  })

  it('is none where there is nothing to compare', () => {
    const bare = log('a')
    const calls = bare.calls.map(({ usage: _usage, ...call }) => call)
    expect(replayed(stay, [{ ...bare, calls }]).result.identity.form).toBe('none')
  })
})

describe('expectations', () => {
  const same = [log('a', { models: ['small', 'small'] })]
  const other = [log('a', { models: ['mid', 'mid'] })]
  it.each<[string, readonly RecordedSession[], string]>([
    ['availability >= 99.9%', same, 'pass'],
    ['availability >= 99.9%', other, 'undecided'],
    ['availability >= 99.9% assuming untried-healthy', other, 'pass'],
    ['switches >= 1', same, 'fail'],
    ['turns is 2 and calls is 2 and sessions is 1', same, 'pass'],
    ['cost <= $1', same, 'pass'],
    ['cost > $1', same, 'fail'],
    ['cost is cost(always small)', same, 'pass'],
    ['cost < cost(always big) assuming same-tokens', same, 'pass'],
    ['cost < cost(always mid) assuming same-tokens', same, 'undecided'],
    ['cost < cost(always big)', same, 'undecided'],
    ['cost > cost(always big)', same, 'undecided'],
    ['cost <= 80% of cost(always mid)', other, 'undecided'],
    ['cost <= $0.01 assuming same-tokens', other, 'pass'],
    ['cost <= $0.01', other, 'undecided'],
    ['cost <= $0.001 or switches is 0', other, 'pass'],
    ['not (cost <= $0.001)', other, 'undecided'],
  ])('%s', (condition, sessions, verdict) => {
    expect(expectation(condition, sessions)?.verdict).toBe(verdict)
  })

  it('turns are known between bounds where the log tells none', () => {
    const silent = log('a', { models: ['small', 'small', 'small', 'small'], call: { prompt: { tokens: 1000 } } })
    expect(expectation('turns <= 4', [silent])).toMatchObject({ verdict: 'pass', detail: 'turns 1 to 4' })
    expect(expectation('turns <= 3', [silent])?.verdict).toBe('undecided')
  })

  it('says what the figures were', () => {
    const condition = 'cost <= 10% of cost(always big)'
    expect(expectation(`${condition} assuming same-tokens`, same)).toMatchObject({
      detail: 'cost $0.00084, cost(always big) $0.00375 to $0.06',
      decides: ['same-tokens'],
    })
    expect(expectation(condition, same)).toMatchObject({
      detail: 'cost $0.00084, cost(always big) at least $0.00',
      decides: ['same-tokens'],
    })
  })
})

describe('a run', () => {
  it('says on its first line that no session carries a verdict, and what that comes to', () => {
    const policy = small(`
      classifier triage { model small scores main }
      on start {
        rule no-verdict: when triage.status is not ok then use big
        otherwise choose cheapest from main where score(it) >= 0.7 else use big
      }`)
    const notices = (sessions: readonly RecordedSession[]): readonly string[] => replayed(policy, sessions).result.notices
    expect(notices([log('a'), log('b')])[0]).toBe('0 of 2 sessions carry a classifier verdict: the result equals always-big')
    const blocked: RecordedSession = {
      ...log('b'),
      events: [{ record: 'event', session: 'b', beforeCall: 1, event: 'organisation', blocked: ['big'] }],
    }
    expect(notices([log('a'), blocked])[0]).toContain('0 of 2 sessions carry a classifier verdict')
    const told = log('c', { call: { prompt: { user: { chars: 1 }, classifiers: { triage: { status: 'ok', scoresMillionths: { small: 900_000 } } } } } })
    expect(notices([told])).toEqual([expect.stringContaining('the router behind this log is not known')])
  })

  it('dates nothing by a clock that no wall goes by', () => {
    const policy = small(`
      override model big { price per 1M tokens from 2020-01-01 { input $5 output $25 } }
      on start { otherwise use big }`)
    const priced = (quality: 'exact' | 'relative'): number =>
      replayed(policy, [log('a', { models: ['big'], call: { startMicros: 5_000_000, timeQuality: quality } })]).result
        .totals.money.recorded.parts.unknown?.calls ?? 0
    expect([priced('exact'), priced('relative')]).toEqual([1, 0])
    const { groups } = replayed(policy, [log('a', { call: { startMicros: 5_000_000, timeQuality: 'relative' } })], {
      groupBy: 'day',
    }).result
    expect(groups.map(({ key }) => key)).toEqual(['(unknown)'])
  })

  it('names the phrases that nobody counted, and the command that would', () => {
    const policy = small(`
      phrases mine = ["again"]
      on start { otherwise use small }
      on call {
        rule up: when count mine in last 5 assistant messages >= 1 then upgrade to big
        otherwise keep
      }`)
    const [list] = policy.phraseLists
    const counted = log('b', { header: { phraseLists: [list?.digest ?? ''] } })
    const wordless = log('c', { header: { withheld: { visible: true, thinking: true } } })
    const { notices, totals } = replayed(policy, [log('a'), counted, wordless]).result
    expect(totals.uncountedPhrases).toEqual({ mine: 1 })
    expect(notices).toContainEqual(expect.stringContaining('`mine` were not counted in 1 of 3 sessions'))
    expect(notices).toContainEqual(expect.stringContaining('--for FILE'))
    expect(replayed(policy, [counted]).result.notices.join()).not.toContain('were not counted')
  })

  it('lists what it does not simulate, and where it stands', () => {
    const policy = small(`
      on start { otherwise use small }
      serve any {
        cooldown { trip at once  lasts 5s }
        dedicated south { capacity 400k tokens per 60s }
        timeout first-token 30s
      }
      serve small { retry 1 times { picks other-key } }
      budget purse { limit $5 per session at 100% then stop "spent" }
    `)
    const { notSimulated } = replayed(policy, []).result
    expect(notSimulated.map(({ directive }) => directive)).toEqual(['timeout of recorded answers', 'retry picks other-key'])
    expect(notSimulated.every(({ reason = '' }) => reason.length > 0)).toBe(true)
    const [first] = notSimulated
    expect(first?.location.source.text.slice(first.location.span.start)).toMatch(/^serve any/)
  })

  it('counts what is selected and decides the rest all the same', () => {
    const sessions = [log('a', { models: ['small', 'small', 'mid'] })]
    const select = { text: 'call=1', selects: (call: CallRecord): boolean => call.call === 1 }
    const { result } = replayed(stay, sessions, { select })
    expect(result.totals.calls).toEqual({ recorded: 3, replayed: 1, afterDivergence: 0, skipped: { 'not selected': 2 } })
    expect(result.totals.sessionsDiverged).toBe(0)
  })

  it('is identified by what went into it', () => {
    const sessions = [log('a')]
    const ids = [
      replayed(stay, sessions),
      replayed(stay, sessions, { seed: '1' }),
      replayed(stay, sessions, { mode: 'stop' }),
      replayed(stay, sessions, { engineVersion: '2' }),
      replayed(small('on start { otherwise use mid }'), sessions),
      replayed(stay, [log('b')]),
      replayed(stay, sessions, { recorded: stay }),
    ].map(({ result }) => result.runId)
    expect(new Set(ids).size).toBe(ids.length)
    expect(replayed(stay, sessions).result.runId).toBe(ids[0])
  })

  it('keeps the smallest session that breaks an invariant', () => {
    const policy = small('on start { otherwise use small }\ninvariant never-small: never after is small')
    const sessions = [log('long', { models: ['small', 'small'] }), log('b'), log('a')]
    const { result } = replayed(policy, sessions)
    expect(result.smallestBreaches).toEqual([{ invariant: 'never-small', session: 'a', call: 1, values: 'after small' }])
    expect(result.totals.breaches).toEqual({ 'never-small': 4 })
  })

  it('takes hostile names for what they are: names', () => {
    const names = ['__proto__', 'constructor', 'toString']
    const sessions = names.map((name) => log(name, { models: [name], header: { signals: { team: name, user: name } } }))
    const { result } = replayed(stay, sessions, { groupBy: 'team' })
    expect(result.groups.map((group) => group.key)).toEqual(names.toSorted())
    expect(Object.keys(result.totals.unpriced)).toEqual(names.toSorted())
    expect(result.totals.transitions).toEqual(
      Object.fromEntries(names.toSorted().map((name) => [`${name} → small`, { calls: 1, first: 1 }])),
    )
  })

  it('of nothing is a result like any other', () => {
    const result = createReplay({ policy: stay }).finish()
    expect(result.totals.sessions).toBe(0)
    expect(result.identity.form).toBe('none')
  })
})
