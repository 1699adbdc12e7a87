import { describe, expect, it } from 'vitest'
import { referenceEvaluator } from '../../src/policy/reference/decide.ts'
import { recordedFaults } from '../../src/replay/faults/script.ts'
import { replaySession } from '../../src/replay/session-replay.ts'
import type { SessionReplayOptions } from '../../src/replay/session-replay.ts'
import type { SessionResult } from '../../src/replay/result/session.ts'
import type { AttemptRecord, CallRecord, EventRecord, Usage } from '../../src/trace/record.ts'
import { small } from '../support/policy-of.ts'

const second = 1_000_000
const usage: Usage = { uncachedInput: 1000, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 100, outputQuality: 'exact' }

interface Short extends Partial<Omit<CallRecord, 'record' | 'session' | 'call'>> {
  /** `small`, `small south`, or a failure `small south overloaded`; the last one served. */
  readonly tries?: readonly string[]
}

/** A session in short: small at south, a turn a call, unless it says otherwise. */
function session(calls: readonly Short[], events: readonly EventRecord[] = []): Parameters<typeof replaySession>[0] {
  return {
    session: 's',
    header: undefined,
    calls: calls.map(({ tries = ['small south'], ...rest }, at): CallRecord => {
      const start = 1000 * second + at * 60 * second
      const attempts = tries.map((text, index) => {
        const [model = '', provider, errorClass] = text.split(' ')
        return {
          model,
          startMicros: start + index * second,
          endMicros: start + index * second + 1000,
          ...(provider === undefined ? {} : { provider }),
          ...(errorClass === undefined ? {} : { errorClass }),
        }
      })
      const last = attempts.at(-1)
      const served = last !== undefined && !('errorClass' in last)
      return {
        record: 'call',
        session: 's',
        call: at + 1,
        startMicros: start,
        prompt: { user: { chars: 5 }, tokens: 1000, newImages: 0, contextImages: 0 },
        end: served ? 'served' : 'exhausted',
        ...(served ? { served: { model: last.model, ...(last.provider === undefined ? {} : { provider: last.provider }) }, usage } : {}),
        attempts,
        reply: { text: null, thinking: null, tools: [] },
        ...rest,
      }
    }),
    events,
  }
}

function replay(policy: string, recorded: ReturnType<typeof session>, options: Partial<SessionReplayOptions> = {}): SessionResult {
  return replaySession(recorded, { evaluator: referenceEvaluator(small(policy)), mode: 'frozen', seed: '0', ...options })
}

/** One line a call: where it went and what it stands on. */
function lines(result: SessionResult): readonly string[] {
  return result.calls.map(
    ({ phase, decision, served, end, attempts }) =>
      `${phase} ${decision.rule} ${served === undefined ? end : `${served.model} ${served.provider}`} ${attempts
        .map((attempt) => `${attempt.provider}${attempt.errorClass === undefined ? '' : `!${attempt.errorClass}`}:${attempt.cause}`)
        .join(' ')}`,
  )
}

const stay = 'on start { otherwise use small }'
const patient = `${stay}
serve any { sticky provider  retry 1 times on [overloaded] { backoff 500ms }  failover on [overloaded] }`

describe('a recorded session under a policy', () => {
  it('goes where the log went, without a divergence', () => {
    const result = replay(stay, session([{}, {}]))
    expect(lines(result)).toEqual([
      'before otherwise small south south:recorded',
      'before otherwise small south south:recorded',
    ])
    expect(result.divergence).toBeUndefined()
  })

  it('an unknown provider equals any, and the call is compared by model only', () => {
    const result = replay(stay, session([{ tries: ['small'] }]))
    expect(result.divergence).toBeUndefined()
    expect(result.calls[0]?.comparedByModelOnly).toBe(true)
  })

  it('so does one that the catalogue does not know, under the name that the log has', () => {
    const result = replay(stay, session([{ tries: ['small elsewhere overloaded', 'small elsewhere'] }]))
    expect(result.divergence).toMatchObject({ detail: 'served by small at elsewhere in the log, exhausted here' })
    const patience = replay(patient, session([{ tries: ['small elsewhere overloaded', 'small elsewhere'] }]))
    expect(patience.divergence).toBeUndefined()
    expect(patience.calls[0]).toMatchObject({ comparedByModelOnly: true, recorded: { model: 'small', provider: 'elsewhere' } })
  })

  it('an outage in the log is the policy’s own as long as it stays', () => {
    const log = session([{ tries: ['small south overloaded', 'small south'] }])
    expect(lines(replay(patient, log))).toEqual(['before otherwise small south south!overloaded:recorded south:recorded'])
  })

  describe('an attempt is the log’s own when it begins when the log’s did', () => {
    // Two failures and an answer, two seconds apart; the next call half a minute later.
    const begins = 1000 * second
    const tried = (after: number, errorClass?: string): AttemptRecord => ({
      model: 'small', provider: 'south', startMicros: begins + after * second, endMicros: begins + after * second + 1000, ...(errorClass === undefined ? {} : { errorClass }),
    })
    const log = session([
      { attempts: [tried(0, 'overloaded'), tried(2, 'overloaded'), tried(4)], end: 'served', served: { model: 'small', provider: 'south' }, usage },
      { tries: ['small south'] },
    ])
    const under = (retry: string, options: Partial<SessionReplayOptions> = {}): SessionResult =>
      replay(`${stay}\nserve any { retry 3 times on [overloaded] { ${retry} } }`, log, options)
    const down: Partial<SessionReplayOptions> = { faults: { ...recordedFaults, unknown: 'down' } }
    const began = ({ calls }: SessionResult): readonly number[] =>
      calls.flatMap(({ attempts }) => attempts.map(({ startMicros = 0 }) => (startMicros - begins) / second))

    it.each(['backoff 2s', 'backoff 1500ms', 'backoff 2s  jitter full', 'backoff 1s  jitter 100%'])('so under %s', (retry) => {
      const result = under(retry)
      expect(lines(result)).toEqual([
        'before otherwise small south south!overloaded:recorded south!overloaded:recorded south:recorded',
        'before otherwise small south south:recorded',
      ])
      expect(began(result)).toEqual([0, 2, 4, 60])
    })

    it('not after a pause of a minute: by then the host answers, and the next call comes later', () => {
      const result = under('backoff 60s')
      expect(lines(result)[0]).toBe('before otherwise small south south!overloaded:recorded south:assumed')
      const [answeredAnew, onTime] = result.calls
      expect(answeredAnew?.assumptions).toContain('healthy-between')
      // The same tokens at the same host, but nobody saw it answer then.
      expect(answeredAnew?.policyCost).toMatchObject({ level: 'modelled', basis: 'same-answers', value: answeredAnew?.recordedCost.value })
      expect(onTime?.phase).toBe('before')
      const [, retried, next] = began(result)
      expect(retried).toBeCloseTo(60, 2)
      expect(next).toBeCloseTo(116, 2)
    })

    it('not after a shorter pause: the host is down between failures, and nobody knows between a failure and an answer', () => {
      const slow = session([{ attempts: [tried(0, 'overloaded'), tried(10, 'overloaded'), tried(20)], end: 'served', served: { model: 'small', provider: 'south' }, usage }])
      const at = (options: Partial<SessionReplayOptions>): readonly string[] =>
        lines(replay(`${stay}\nserve any { retry 3 times on [overloaded] { backoff 5s } }`, slow, options))
      // Retries at 5, 10 and 15.
      expect(at({})).toEqual(['before otherwise small south south!overloaded:recorded south!overloaded:fault south!overloaded:recorded south:assumed'])
      expect(at(down)).toEqual(['at otherwise exhausted south!overloaded:recorded south!overloaded:fault south!overloaded:recorded south!overloaded:assumed'])
    })
  })

  it('a policy that does not wait fails over, and another host is assumed to answer', () => {
    const log = session([{ tries: ['small south overloaded', 'small south'] }])
    const result = replay(`${stay}\nserve any { failover on [overloaded] }`, log)
    expect(lines(result)).toEqual(['at otherwise small north south!overloaded:recorded north:assumed'])
    expect(result.calls[0]?.assumptions).toEqual(['recorded-duration', 'untried-healthy', 'same-answers'])
    expect(result.divergence).toMatchObject({ call: 1, kind: 'endpoint', detail: 'small at south in the log, small at north here' })
  })

  it('a host is down between two recorded failures with no success between them', () => {
    const log = session([
      { tries: ['small south overloaded'] },
      { tries: ['mid south'] },
      { tries: ['small south overloaded'] },
    ])
    expect(lines(replay(stay, log))).toEqual([
      'before otherwise exhausted south!overloaded:recorded',
      'at otherwise exhausted south!overloaded:fault',
      // A millisecond sooner than in the log is when the log says.
      'after otherwise exhausted south!overloaded:recorded',
    ])
  })

  it('a recorded fault holds from its instant to its end', () => {
    const log = session(
      [{ tries: ['big north'] }, { tries: ['big north'] }],
      [{ record: 'event', event: 'fault', provider: 'south', errorClass: 'unavailable', atMicros: 1000 * second, untilMicros: 1060 * second }],
    )
    expect(lines(replay(stay, log, { arrivals: 'recorded' }))).toEqual([
      'at otherwise exhausted south!unavailable:fault',
      'after otherwise small south south:assumed',
    ])
    // In closed loop the second call comes a millisecond sooner, for the first failed at once.
    expect(lines(replay(stay, log)).at(-1)).toBe('after otherwise exhausted south!unavailable:fault')
  })

  it('mode stop decides up to the divergence and accounts for the rest', () => {
    const log = session([{}, { tries: ['big north'] }, {}])
    const result = replay(stay, log, { mode: 'stop' })
    expect(lines(result)).toEqual(['before otherwise small south south:recorded', 'at otherwise small south south:assumed'])
    expect(result.unreplayed.map(({ call, recorded }) => [call, recorded])).toEqual([[3, { model: 'small', provider: 'south' }]])
  })

  it.each<[string, string, Short, string]>([
    ['a reminder that the log does not show', `${stay}\non turn { rule r: when turn >= 2 then remind "hey" otherwise keep }`, {}, 'a reminder is shown'],
    ['a reminder that the policy withholds', stay, { prompt: { user: { chars: 1 }, reminded: true } }, 'a reminder is withheld'],
    [
      'a tool that the policy hides',
      `${stay}\nhide it: tool "Up" when turn >= 2`,
      { reply: { tools: [{ name: 'Up' }] } },
      'tool `Up` is hidden',
    ],
  ])('the prompt differs: %s', (_, policy, call, detail) => {
    const result = replay(policy, session([{}, call]))
    expect(result.divergence).toMatchObject({ call: 2, kind: 'prompt', detail })
  })

  it('a changed rule with the same endpoint is a decision change, no divergence', () => {
    const result = replay(stay, session([{ decision: { rule: 'old-name' } }]))
    expect(result.divergence).toBeUndefined()
    expect(result.calls[0]?.decisionChanged).toBe(true)
  })

  it('after a divergence a call costs its logged tokens at the other price, four times either way', () => {
    const [call] = replay(stay, session([{ tries: ['mid south'] }])).calls
    // 1 000 × $0.30 + 100 × $1.20, and 1 000 × $1 + 100 × $5, a million.
    expect(call?.policyCost).toMatchObject({
      level: 'modelled', basis: 'same-tokens', value: 420_000_000n, lo: 105_000_000n, hi: 1_680_000_000n,
    })
    expect(call?.recordedCost).toMatchObject({ level: 're-priced', value: 1_500_000_000n })
  })

  describe('while only hosts differ', () => {
    const elsewhere = `on start { otherwise use big }
      deny home: endpoints where provider(it) is south
      on turn, call { rule down: when turn >= 3 then use small  otherwise keep }`
    const costs = (text: string, calls: readonly Short[]): readonly (readonly [string, string, boolean])[] =>
      replay(text, session(calls)).calls.map(({ policyCost: { level, basis, value, lo, hi } }) => [level, basis, lo === value && value === hi])

    it('a call has its logged tokens; from another model on, four times either way', () => {
      const south: Short = { tries: ['big south'] }
      expect(costs(elsewhere, [south, south, south, south])).toEqual([
        ['modelled', 'same-answers', true],
        ['modelled', 'same-answers', true],
        ['modelled', 'same-tokens', false],
        ['modelled', 'same-tokens', false],
      ])
    })

    it('back at the log’s model, it is not the log’s conversation any more', () => {
      const away = `on start { otherwise use small } on turn, call { rule back: when turn >= 2 then use big  otherwise keep }`
      expect(costs(away, [{ tries: ['big south'] }, { tries: ['big south'] }])).toEqual([
        ['modelled', 'same-tokens', false],
        ['modelled', 'same-tokens', false],
      ])
    })

    it.each([
      ['a reminder', `rule r: when turn >= 2 then remind "hey"`],
      ['a reminder withheld', `rule r: when turn >= 9 then remind "hey"`],
    ])('%s ends it', (_, rule) => {
      const text = elsewhere.replace('rule down: when turn >= 3 then use small', rule)
      const reminded = rule.includes('9') ? { prompt: { user: { chars: 1 }, reminded: true } } : {}
      const found = costs(text, [{ tries: ['big south'] }, { tries: ['big south'], ...reminded }, { tries: ['big south'] }])
      expect(found.map(([, basis]) => basis)).toEqual(['same-answers', 'same-tokens', 'same-tokens'])
    })
  })

  it('mode projected: a compaction leaves from what its switch asks for to what is assumed', () => {
    const compacting = `switch { other provider compact to 50%  same provider compact to 50% }
      on start { otherwise use mid }
      on turn { rule away: when turn >= 2 then use small  otherwise keep }`
    const calls = Array.from({ length: 3 }, (): Short => ({ tries: ['mid south'] }))
    const costOf = (text: string, assumed: readonly string[] = []): { lo: bigint | null; hi: bigint | null; names: readonly string[] } => {
      const point = { numerator: 1n, denominator: 1n }
      const settled = new Map(['same-tokens', 'prompt-caches', ...assumed].map((name) => [name, { lo: point, point, hi: point }]))
      const { lo, hi, basis } = replay(text, session(calls), { mode: 'projected', assumed: settled }).calls[1]?.policyCost ?? { lo: null, hi: null, basis: '' }
      return { lo, hi, names: basis.split('; ') }
    }
    const plain = costOf(compacting)
    const open = costOf(`assume summary: compaction keeps 80%\n${compacting}`)
    // Of 1,000 tokens 300 more are read, at $0.30 a million.
    expect([plain.hi, open.lo, open.hi]).toEqual([plain.lo, plain.lo, (plain.hi ?? 0n) + 300n * 300_000n])
    expect([plain.names.includes('summary'), open.names.includes('summary')]).toEqual([false, true])
    expect(costOf(`assume summary: compaction keeps 80%\n${compacting}`, ['summary'])).toEqual(plain)
    expect(costOf(`assume summary: compaction keeps 50%\n${compacting}`)).toEqual(plain)
  })

  it('a bill is observed; a client’s own reckoning is kept apart', () => {
    const [billed, reckoned] = replay(
      stay,
      session([
        { cost: { picoUsd: '77', source: 'gateway' } },
        { cost: { picoUsd: '77', source: 'estimate' } },
      ]),
    ).calls
    expect(billed?.recordedCost).toMatchObject({ level: 'observed', value: 77n })
    expect(reckoned?.recordedCost).toMatchObject({ level: 're-priced', value: 420_000_000n })
    expect(reckoned?.clientEstimatePicoUsd).toBe(77n)
  })

  it('a compaction that nobody billed is listed with its bounds', () => {
    const result = replay(
      stay,
      session([{}, {}], [{ record: 'event', session: 's', beforeCall: 2, event: 'compaction', tokensBefore: 1000, billed: false }]),
    )
    expect(result.unloggedCompactions).toMatchObject([{ beforeCall: 2, cost: { level: 'bounded', lo: 30_000_000n, hi: null } }])
  })

  it('a person who changes the model, and an organisation that revokes one, are events', () => {
    const policy = `on start { otherwise use requested else use mid }
      on turn { rule moved: when requested is not current and allowed(requested) then use requested  otherwise keep }`
    const result = replay(
      policy,
      session(
        [{ requested: 'small' }, { tries: ['big north'] }, { tries: ['mid south'] }],
        [
          { record: 'event', session: 's', beforeCall: 2, event: 'model-change', model: 'vendor/big' },
          { record: 'event', session: 's', beforeCall: 3, event: 'organisation', blocked: ['big'] },
        ],
      ),
    )
    expect(result.divergence).toBeUndefined()
    expect(result.calls.map((call) => [call.decision.model, call.decision.reason])).toEqual([
      ['small', 'rule'],
      ['big', 'rule'],
      ['mid', 'forced'],
    ])
  })

  it('an invariant that breaks names the call and the values', () => {
    const result = replay(
      `on start { otherwise use big }\non turn { otherwise use small }
      invariant one-way: when before is not none then always tier(after) >= tier(before)`,
      session([{ tries: ['big north'] }, {}]),
    )
    expect(result.breaches).toEqual([
      { invariant: 'one-way', session: 's', call: 2, values: 'before big, tier(after) standard, after small, tier(before) premium' },
    ])
    expect(result.invariantsChecked).toEqual({ 'one-way': 1 })
  })
})
