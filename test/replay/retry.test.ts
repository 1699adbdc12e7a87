import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ErrorMatch, Retry } from '../../src/policy/core.ts'
import { matchesError } from '../../src/replay/error-class.ts'
import { errorClassOf } from '../../src/trace/error-class.ts'
import { backoffMicros } from '../../src/replay/retry.ts'

const second = 1_000_000
const doubling: Retry = {
  times: 5,
  on: undefined,
  backoff: { firstMicros: second, factor: { numerator: 2n, denominator: 1n }, upToMicros: 5 * second },
  jitter: undefined,
  retryAfterUpToMicros: 60 * second,
  picks: 'same',
  waitsAfterLast: false,
}
const half = (): number => 500_000

describe('the pause before a retry', () => {
  it.each([
    [0, 1],
    [1, 2],
    [2, 4],
    [3, 5],
    [40, 5],
  ])('retry %i waits %i seconds', (retries, seconds) => {
    expect(backoffMicros(doubling, retries, undefined, half)).toBe(seconds * second)
  })

  it.each([
    ['a floor', 10, 10],
    ['never less than the backoff', 1, 4],
    ['the cap itself', 60, 60],
    ['longer than worth while', 61, undefined],
  ])('retry-after: %s', (_, seconds, waits) => {
    const wait = backoffMicros(doubling, 2, seconds * second, half)
    expect(wait).toBe(waits === undefined ? undefined : waits * second)
  })

  it('retry-after counts for nothing where the policy does not honour it', () => {
    const deaf = { ...doubling, retryAfterUpToMicros: undefined }
    expect(backoffMicros(deaf, 0, 30 * second, half)).toBe(second)
  })

  it('full jitter lies between nothing and all of the backoff', () => {
    fc.assert(
      fc.property(fc.nat({ max: 8 }), fc.nat({ max: 999_999 }), (retries, drawn) => {
        const jittered = { ...doubling, jitter: { kind: 'full' as const } }
        const wait = backoffMicros(jittered, retries, undefined, () => drawn) ?? -1
        const plain = backoffMicros(doubling, retries, undefined, half) ?? -1
        expect(wait).toBeGreaterThanOrEqual(0)
        expect(wait).toBeLessThan(plain)
      }),
    )
  })
})

describe('error classes', () => {
  it.each([
    [408, 'timeout'], [409, 'conflict'], [429, 'rate-limit'], [500, 'server'], [501, 'server'], [502, 'unavailable'],
    [503, 'unavailable'], [504, 'unavailable'], [529, 'overloaded'], [401, 'auth'], [402, 'payment'], [403, 'permission'],
    [404, 'not-found'], [412, 'precondition'], [413, 'too-large'], [422, 'unprocessable'], [400, 'invalid-request'],
  ])('%i is %s', (status, errorClass) => {
    expect(errorClassOf(status)).toBe(errorClass)
  })

  it.each<[ErrorMatch | undefined, string, number | undefined, boolean]>([
    [undefined, 'server', undefined, true],
    [['any'], 'auth', 401, true],
    [['unavailable'], 'unavailable', 503, true],
    [[503], 'unavailable', 503, true],
    [[503], 'unavailable', 502, false],
    [[503], 'unavailable', undefined, true],
    [['server', 429], 'rate-limit', 429, true],
    [['server'], 'rate-limit', 429, false],
    [[], 'server', 500, false],
  ])('%j against %s %s: %s', (list, errorClass, status, matches) => {
    expect(matchesError(list, { errorClass, status })).toBe(matches)
  })
})
