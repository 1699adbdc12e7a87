import fc from 'fast-check'
import type { CallRecord, EventRecord, SessionRecord, TraceRecord } from '../../src/trace/record.ts'

/** Few ids, so that rows meet; the awkward ones are the point. */
const sessionId = fc.constantFrom('a', 'b', 'B', 'é', '__proto__', 'constructor', '\u0000\u001b[31m', '\ud800', '0', '10')

const count = fc.oneof(fc.nat({ max: 50 }), fc.constantFrom(0, 1_000_000, 9_007_199_254_740_991))
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined })

const header: fc.Arbitrary<SessionRecord> = fc
  .record({
    session: sessionId,
    kind: maybe(fc.constantFrom('router', 'concrete')),
    team: maybe(fc.string({ maxLength: 3 })),
  })
  .map(({ session, kind, team }) => ({
    record: 'session',
    schema: 1,
    session,
    ...(kind === undefined ? {} : { kind }),
    ...(team === undefined ? {} : { signals: { team } }),
  }))

const call: fc.Arbitrary<CallRecord> = fc
  .record({
    session: sessionId,
    call: fc.integer({ min: 1, max: 6 }),
    output: maybe(fc.nat({ max: 3 })),
    read: count,
    quality: fc.constantFrom('exact', 'lower-bound'),
    words: fc.string({ unit: 'binary', maxLength: 4 }),
  })
  .map(({ session, call, output, read, quality, words }) => ({
    record: 'call',
    session,
    call,
    prompt: { user: { chars: words.length, text: words } },
    end: 'served',
    ...(output === undefined
      ? {}
      : {
          usage: {
            uncachedInput: 0,
            cacheRead: Math.min(read, 1_000_000),
            cacheWrite5m: 0,
            cacheWrite1h: 0,
            output,
            outputQuality: quality,
          },
        }),
  }))

const event: fc.Arbitrary<EventRecord> = fc
  .record({
    session: maybe(sessionId),
    beforeCall: maybe(fc.integer({ min: 1, max: 4 })),
    atMicros: maybe(fc.nat({ max: 4 })),
    blocked: fc.array(fc.constantFrom('m', 'n'), { maxLength: 2 }),
  })
  .map(({ session, beforeCall, atMicros, blocked }) => ({
    record: 'event',
    event: 'organisation',
    blocked,
    ...(session === undefined ? {} : { session }),
    ...(beforeCall === undefined ? {} : { beforeCall }),
    ...(atMicros === undefined ? {} : { atMicros }),
  }))

/** Records of few sessions, with copies that agree and copies that differ, in no order. */
export const arbitraryRecords: fc.Arbitrary<TraceRecord[]> = fc.array(
  fc.oneof({ weight: 1, arbitrary: header }, { weight: 5, arbitrary: call }, { weight: 2, arbitrary: event }),
  { maxLength: 40 },
)
