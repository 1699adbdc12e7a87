import { describe, expect, it } from 'vitest'
import type { AttemptAnswer } from '../../src/replay/health.ts'
import { recordedHealth } from '../../src/replay/recorded-health.ts'
import type { CallRecord } from '../../src/trace/record.ts'
import type { RecordedSession } from '../../src/trace/session.ts'
import { small } from '../support/policy-of.ts'

const policy = small('on start { otherwise use small }')
const second = 1_000_000

/**
 * A session from attempts such as `100 south overloaded` (begun at second 100, over a second later; no
 * class: it answered; `?` for a provider that the log does not name), one list a call.
 */
function log(...calls: readonly (readonly string[])[]): RecordedSession {
  return {
    session: 's',
    header: undefined,
    events: [],
    calls: calls.map((tries, at): CallRecord => {
      const attempts = tries.map((text) => {
        const [instant, provider, errorClass] = text.split(' ')
        const startMicros = Number(instant) * second
        return {
          model: 'small',
          ...(provider === '?' || provider === undefined ? {} : { provider }),
          startMicros,
          endMicros: startMicros + second,
          ...(errorClass === undefined ? {} : { errorClass }),
        }
      })
      const served = attempts.at(-1)?.errorClass === undefined
      return {
        record: 'call',
        session: 's',
        call: at + 1,
        startMicros: attempts[0]?.startMicros ?? 0,
        prompt: {},
        requested: 'small',
        attempts,
        end: served ? 'served' : 'exhausted',
      }
    }),
  }
}

interface Asked {
  readonly call: number
  readonly at: number
  readonly provider: string
}

function answer(session: RecordedSession, { call, at, provider }: Asked, unknown: 'up' | 'down' = 'up'): AttemptAnswer {
  const record = session.calls[call - 1]
  if (record === undefined) throw new Error(`no call ${call}`)
  const health = recordedHealth(policy, session, unknown).at(record)
  // Another host has failed before, so nothing of the log's own call is left.
  health.deviate()
  return health.answer({ model: 'small', provider, region: undefined, account: undefined, atMicros: at * second })
}

function text(found: AttemptAnswer): string {
  return [found.kind === 'fails' ? found.errorClass : found.kind, found.cause, found.assumption].filter((part) => part !== undefined).join(' ')
}

describe('a host under another policy', () => {
  const outage = log(
    ['100 south'],
    ['200 south overloaded', '210 south overloaded'],
    ['300 south overloaded', '310 south'],
    ['400 south'],
  )

  it.each<[string, number, string, string]>([
    ['at an answer', 100.5, 'answers assumed healthy-between', 'answers assumed healthy-between'],
    ['between the last answer and the first failure', 150, 'answers assumed unknown-health', 'overloaded assumed unknown-health'],
    ['at a failure', 200.5, 'overloaded fault', 'overloaded fault'],
    ['between two failures of one call', 205, 'overloaded fault', 'overloaded fault'],
    ['between failures of two calls', 250, 'overloaded fault', 'overloaded fault'],
    ['between the last failure and the first answer', 305, 'answers assumed unknown-health', 'overloaded assumed unknown-health'],
    ['at the first answer after it', 310, 'answers assumed healthy-between', 'answers assumed healthy-between'],
    ['between two answers', 350, 'answers assumed healthy-between', 'answers assumed healthy-between'],
    ['after the last answer', 900, 'answers assumed healthy-between', 'answers assumed healthy-between'],
    ['before the first', 1, 'answers assumed healthy-between', 'answers assumed healthy-between'],
  ])('%s', (_, at, up, down) => {
    // The instant decides, whichever call asks.
    for (const call of [1, 3]) {
      const asked = { call, at, provider: 'south' }
      expect([text(answer(outage, asked, 'up')), text(answer(outage, asked, 'down'))]).toEqual([up, down])
    }
  })

  it('is unknown after a last failure and before a first one', () => {
    const failing = log(['100 south overloaded'])
    for (const at of [50, 150]) {
      expect(text(answer(failing, { call: 1, at, provider: 'south' }, 'down'))).toBe('overloaded assumed unknown-health')
    }
  })

  it('is assumed to answer where the log never tried it', () => {
    expect(text(answer(outage, { call: 2, at: 205, provider: 'north' }))).toBe('answers assumed untried-healthy')
  })

  it('learns nothing from a refusal', () => {
    const refused = log(['100 south auth'], ['200 south auth'])
    expect(text(answer(refused, { call: 1, at: 150, provider: 'south' }))).toBe('answers assumed untried-healthy')
  })

  it('follows the order of the log where there is no clock', () => {
    const undated: RecordedSession = {
      ...outage,
      calls: outage.calls.map(({ startMicros: _began, attempts = [], ...call }) => ({
        ...call,
        attempts: attempts.map(({ startMicros: _start, endMicros: _end, ...attempt }) => attempt),
      })),
    }
    const states = undated.calls.map((call) => {
      const health = recordedHealth(policy, undated).at(call)
      health.deviate()
      return text(health.answer({ model: 'small', provider: 'south', region: undefined, account: undefined, atMicros: undefined }))
    })
    expect(states).toEqual([
      'answers assumed healthy-between',
      'answers assumed unknown-health',
      'overloaded fault',
      'answers assumed healthy-between',
    ])
  })
})

describe('a call that is made when it was', () => {
  /** `asked`: attempts such as `100 south`, at second 100. */
  const answersOf = (session: RecordedSession, call: number, asked: readonly string[], shift = 0): readonly string[] => {
    const record = session.calls[call - 1]
    if (record === undefined) throw new Error(`no call ${call}`)
    const health = recordedHealth(policy, session).at(record, shift * second)
    return asked.map((attempt) => {
      const [at, provider = ''] = attempt.split(' ')
      return text(health.answer({ model: 'small', provider, region: undefined, account: undefined, atMicros: Number(at) * second }))
    })
  }

  it('meets what the log says at the host that the log tried', () => {
    const session = log(['100 south overloaded', '101 south overloaded', '103 south'])
    expect(answersOf(session, 1, ['100 south', '101 south', '103 south'])).toEqual(['overloaded recorded', 'overloaded recorded', 'answers recorded'])
  })

  it('meets it less than a second from the log’s own attempt, and asks what is known of the instant elsewhere', () => {
    const session = log(['100 south overloaded', '110 south overloaded', '120 south'])
    // The first attempt begins with its call, whenever the log’s client sent it.
    expect(answersOf(session, 1, ['90 south', '110.9 south', '119.1 south'])).toEqual(['overloaded recorded', 'overloaded recorded', 'answers recorded'])
    // Not so a later one: another host was asked before.
    expect(answersOf(session, 1, ['90 north', '104 south'])).toEqual(['answers assumed untried-healthy', 'overloaded fault'])
    expect(answersOf(session, 1, ['100 south', '105 south', '111 south', '120 south'])).toEqual([
      'overloaded recorded',
      'overloaded fault',
      'overloaded fault',
      'answers recorded',
    ])
    expect(answersOf(session, 1, ['100 south', '115 south', '160 south'])).toEqual([
      'overloaded recorded',
      'answers assumed unknown-health',
      'answers assumed healthy-between',
    ])
  })

  it('takes a provider that the log does not name for the one that it asks first', () => {
    const session = log(['100 ? overloaded', '101 ? overloaded', '103 ?'])
    expect(answersOf(session, 1, ['100 south', '101 north', '101 south'])).toEqual([
      'overloaded recorded',
      'answers assumed untried-healthy',
      'overloaded recorded',
    ])
  })

  it('meets an outage by the clock when it is made later', () => {
    const session = log(['100 south overloaded', '110 south'], ['200 south'])
    expect(answersOf(session, 1, ['105 south'], 5)).toEqual(['answers assumed unknown-health'])
    expect(answersOf(session, 1, ['150 south'], 50)).toEqual(['answers assumed healthy-between'])
  })
})
