import fc from 'fast-check'
import type { CallRecord } from '../../src/trace/record.ts'
import type { RecordedSession } from '../../src/trace/session.ts'

/** Calls of several sessions, by the second: each is served by `large at a` in the log. */
export interface MadeUpTraffic {
  readonly sessions: readonly {
    /** From noon on. */
    readonly start: number
    readonly calls: readonly { readonly gap: number; readonly took: number; readonly tokens: number }[]
  }[]
}

const second = 1_000_000
export const noon: number = Date.UTC(2026, 5, 15, 12) * 1000

export const madeUpTraffic: fc.Arbitrary<MadeUpTraffic> = fc.record({
  sessions: fc.array(
    fc.record({
      start: fc.nat({ max: 60 }),
      calls: fc.array(
        fc.record({ gap: fc.nat({ max: 12 }), took: fc.nat({ max: 15 }), tokens: fc.integer({ min: 0, max: 3000 }) }),
        { minLength: 1, maxLength: 5 },
      ),
    }),
    { minLength: 1, maxLength: 5 },
  ),
})

/**
 * The sessions as recorded. Each begins at a microsecond of its own, so that no two of them do anything
 * at one instant and nothing turns on their names.
 */
export function trafficSessions(
  { sessions }: MadeUpTraffic,
  { from = noon, name = (at: number): string => `s${at}` }: { readonly from?: number; readonly name?: (at: number) => string } = {},
): readonly RecordedSession[] {
  return sessions.map(({ start, calls }, at) => {
    let now = from + start * second + at
    return {
      session: name(at),
      header: undefined,
      events: [],
      calls: calls.map(({ gap, took, tokens }, index): CallRecord => {
        const startMicros = now + gap * second
        now = startMicros + took * second
        return {
          record: 'call',
          session: name(at),
          call: index + 1,
          startMicros,
          endMicros: now,
          prompt: { user: { chars: 5 }, tokens, newImages: 0, contextImages: 0 },
          served: { model: 'large', provider: 'a' },
          usage: { uncachedInput: tokens, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 100, outputQuality: 'exact' },
          end: 'served',
        }
      }),
    }
  })
}

/** Faults of whole hosts for some seconds; every attempt there fails. */
export const madeUpFaults: fc.Arbitrary<readonly MadeUpFault[]> = fc.array(
  fc.record({
    provider: fc.constantFrom('a', 'a', 'b', 'c'),
    from: fc.nat({ max: 90 }),
    lasts: fc.integer({ min: 1, max: 60 }),
    errorClass: fc.constantFrom('overloaded', 'server', 'rate-limit', 'unavailable'),
    retryAfter: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
  }),
  { maxLength: 4 },
)

export interface MadeUpFault {
  readonly provider: string
  readonly from: number
  readonly lasts: number
  readonly errorClass: string
  readonly retryAfter: number | undefined
}

const pick = (...texts: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...texts)

/** What may stand in a `serve` block about failures; none draws by chance. */
export const madeUpServing: fc.Arbitrary<string> = fc
  .tuple(
    pick('', 'retry 2 times on [overloaded, server] { backoff 1s 2x up to 8s }', 'retry 3 times { backoff 500ms retry-after up to 15s }'),
    pick('', 'failover on [any]', 'failover on [overloaded, server, unavailable]'),
    pick('', 'cooldown { trip at once on [overloaded] lasts 5s }', 'cooldown { trip after 2 failures in 60s lasts 20s honours retry-after }'),
    pick(
      '',
      'breaker { trip after 2 failures in 60s on [overloaded, server] lasts 10s probes 1 scope endpoint window sliding }',
      'breaker { trip from 50% of at least 2 calls in 60s lasts 15s probes 2 scope endpoint window sliding }',
    ),
    pick('', 'fallback on [any] to [spare]'),
    pick('', 'max-attempts 3'),
  )
  .map((lines) => lines.filter((line) => line !== '').join('\n'))
