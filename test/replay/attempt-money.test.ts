import { describe, expect, it } from 'vitest'
import { attemptMoney } from '../../src/replay/attempt-money.ts'
import type { Attempt } from '../../src/replay/result/call.ts'
import type { CallRecord } from '../../src/trace/record.ts'
import { small } from '../support/policy-of.ts'

// `small` is $0.30 in, $1.20 out, cache reads at a tenth; `mid` $1 and $5; neither has a longest output.
const policy = small('on start { otherwise use small }')
const call: CallRecord = {
  record: 'call',
  session: 's',
  call: 1,
  prompt: {},
  served: { model: 'small', provider: 'south' },
  end: 'served',
  usage: { uncachedInput: 1000, cacheRead: 10_000, cacheWrite5m: 0, cacheWrite1h: 0, output: 500, outputQuality: 'exact' },
}
// 1 000 × $0.30 + 10 000 × $0.03 a million; 500 × $1.20 a million for the whole output.
const input = 600_000_000n
const output = 600_000_000n

function money(errorClass: string, more: Partial<Attempt> = {}, of: CallRecord = call): string {
  const attempt: Attempt = {
    model: 'small', provider: 'south', startMicros: undefined, endMicros: undefined,
    errorClass, status: undefined, cause: 'fault', ...more,
  }
  const found = attemptMoney(policy, of, attempt)
  return found === undefined ? 'none' : `${found.level} ${found.value} [${found.lo}, ${found.hi}]`
}

describe('what a failed attempt costs', () => {
  it.each<[string, string, Partial<Attempt>, string]>([
    ['a rate limit of one’s own', 'rate-limit', { status: 429 }, 're-priced 0 [0, 0]'],
    ['a spent quota', 'payment', { status: 402 }, 're-priced 0 [0, 0]'],
    ['a bad request', 'invalid-request', { status: 400 }, 're-priced 0 [0, 0]'],
    ['a prompt that is too long', 'context-window', { status: 400 }, 're-priced 0 [0, 0]'],
    ['an overloaded host', 'overloaded', { status: 529 }, 're-priced 0 [0, 0]'],
    ['a host that is full', 'unavailable', { status: 503 }, 're-priced 0 [0, 0]'],
    ['an error of the host', 'server', { status: 500 }, `bounded 0 [0, ${input}]`],
    ['a gateway that gives up', 'unavailable', { status: 504 }, `bounded 0 [0, ${input}]`],
    ['a connection that breaks', 'unavailable', {}, 'bounded 0 [0, null]'],
    ['a timeout before the first token', 'timeout', { timer: 'first-token' }, `bounded 0 [0, ${input}]`],
    ['a timeout after a fifth of the output', 'timeout', { timer: 'idle', emittedMillionths: 200_000 }, `bounded 0 [0, ${input + output / 5n}]`],
    ['a timeout of which nothing more is known', 'timeout', {}, 'bounded 0 [0, null]'],
    ['a stream that died after a quarter', 'cut-off', { emittedMillionths: 250_000 }, `modelled ${input + output / 4n} [${input + output / 4n}, ${input + output / 4n}]`],
    ['a stream that died somewhere', 'cut-off', {}, `bounded ${input} [${input}, null]`],
    ['a refusal', 'content-policy', {}, `bounded ${input} [${input}, null]`],
  ])('%s', (_, errorClass, more, expected) => {
    expect(money(errorClass, more)).toBe(expected)
  })

  it('is modelled at another model than the log’s, four times either way', () => {
    // 1 000 × $1 + 10 000 × $0.10, and 125 × $5, a million.
    expect(money('cut-off', { model: 'mid', emittedMillionths: 250_000 })).toBe('modelled 2625000000 [656250000, 10500000000]')
  })

  it('is unknown without a price or without tokens', () => {
    expect(money('server', { model: 'stranger' })).toBe('unknown null [null, null]')
    const { usage: _usage, ...silent } = call
    expect(money('server', {}, silent)).toBe('unknown null [null, null]')
    expect(money('rate-limit', {}, silent)).toBe('re-priced 0 [0, 0]')
  })

  it('is in the cost of the call where the log counts the tokens of its refusal', () => {
    expect(money('content-policy', { cause: 'recorded' }, { ...call, end: 'denied' })).toBe('re-priced 0 [0, 0]')
  })

  it('is none of the attempt that served', () => {
    const served: Attempt = { model: 'small', provider: 'south', startMicros: 0, endMicros: 1, errorClass: undefined, status: 200, cause: 'recorded' }
    expect(attemptMoney(policy, call, served)).toBeUndefined()
  })
})
