import { describe, expect, it } from 'vitest'
import { hasWallClock, sessionClock } from '../../../src/replay/simulator/session-clock.ts'
import type { Arrivals } from '../../../src/replay/simulator/session-clock.ts'
import type { CallRecord } from '../../../src/trace/record.ts'
import type { RecordedSession } from '../../../src/trace/session.ts'

type Instants = Pick<CallRecord, 'startMicros' | 'endMicros' | 'attempts' | 'timeQuality'>

function session(calls: readonly Instants[]): RecordedSession {
  return {
    session: 's',
    header: undefined,
    events: [],
    calls: calls.map((instants, at) => ({ record: 'call', session: 's', call: at + 1, prompt: {}, end: 'served', ...instants })),
  }
}

/** When calls are made, `start@clock`, if they take so long here; `true`: served as recorded. */
function starts(calls: readonly Instants[], took: readonly (number | true)[], arrivals: Arrivals = 'closed-loop'): readonly string[] {
  const recorded = session(calls)
  const clock = sessionClock(recorded, arrivals)
  return recorded.calls.map((call, at) => {
    const arrival = clock.arrive(call)
    const own = took[at] ?? true
    const asRecorded = own === true
    clock.end(call, arrival, own === true ? (call.endMicros ?? 0) - (call.startMicros ?? 0) : own, asRecorded)
    return `${arrival.startMicros}@${arrival.clockMicros}`
  })
}

const three = [
  { startMicros: 100, endMicros: 110 },
  { startMicros: 150, endMicros: 170 },
  { startMicros: 171, endMicros: 172 },
]

describe('the clock of a session', () => {
  it.each<[string, readonly Instants[], readonly (number | true)[], readonly string[]]>([
    ['keeps the log where calls are served as recorded', three, [true, true], ['100@100', '150@150', '171@171']],
    ['moves what follows a slower call by as much', three, [15, 20], ['100@100', '155@155', '176@176']],
    ['and what follows a quicker one', three, [4, 20], ['100@100', '144@144', '165@165']],
    ['keeps the gap where the log does not tell an end', [{ startMicros: 100 }, { startMicros: 150 }], [7], ['100@100', '157@157']],
    ['takes the end of the last attempt for that of the call', [{ startMicros: 100, attempts: [{ endMicros: 130 }] }, { startMicros: 150 }], [10], ['100@100', '130@130']],
    ['goes on at once where the log does not tell a start', [{ startMicros: 100, endMicros: 110 }, {}], [12], ['100@100', 'undefined@112']],
    ['begins at the first instant that the log tells', [{}, { startMicros: 50 }], [0], ['undefined@50', '50@50']],
    ['puts a call beside a quicker one no earlier than that one', [{ startMicros: 100, endMicros: 200 }, { startMicros: 150, endMicros: 160 }], [10], ['100@100', '100@110']],
    ['lets calls that overlap follow each other on the clock', [{ startMicros: 100, endMicros: 200 }, { startMicros: 150, endMicros: 160 }], [true], ['100@100', '150@200']],
  ])('%s', (_, calls, took, expected) => {
    expect(starts(calls, took)).toEqual(expected)
  })

  it('with recorded arrivals keeps every start, but for a call whose forerunner has not ended', () => {
    expect(starts(three, [4, 25], 'recorded')).toEqual(['100@100', '150@150', '175@175'])
    expect(starts(three, [60, 1], 'recorded')).toEqual(['100@100', '160@160', '171@171'])
  })

  it.each<[string, readonly Instants[], readonly (number | true)[], readonly string[]]>([
    [
      'keep recorded starts beside each other, and after',
      [{ startMicros: 0, endMicros: 100 }, { startMicros: 10, endMicros: 90 }, { startMicros: 120, endMicros: 130 }],
      [],
      ['0@0', '10@100', '120@180'],
    ],
    [
      'keep them inside a long one',
      [{ startMicros: 0, endMicros: 100 }, { startMicros: 10, endMicros: 20 }, { startMicros: 30, endMicros: 40 }],
      [],
      ['0@0', '10@100', '30@110'],
    ],
    [
      'wait inside a long one for what had ended in the log',
      [{ startMicros: 0, endMicros: 100 }, { startMicros: 10, endMicros: 20 }, { startMicros: 30, endMicros: 40 }, { startMicros: 110, endMicros: 111 }],
      [true, 50, 10, true],
      ['0@0', '10@100', '60@150', '110@160'],
    ],
    [
      'wait for the long one where that had ended in the log',
      [{ startMicros: 0, endMicros: 100 }, { startMicros: 10, endMicros: 20 }, { startMicros: 110, endMicros: 111 }],
      [150, 10, true],
      ['0@0', '10@150', '150@160'],
    ],
  ])('with recorded arrivals calls that overlap %s', (_, calls, took, expected) => {
    expect(starts(calls, took, 'recorded')).toEqual(expected)
  })

  it('is that of the calendar where the log dates every call to the instant', () => {
    const quality = (timeQuality: CallRecord['timeQuality']): RecordedSession =>
      session([{ startMicros: 1, ...(timeQuality === undefined ? {} : { timeQuality }) }])
    expect((['exact', 'derived', undefined] as const).map((each) => hasWallClock(quality(each)))).toEqual([true, true, true])
    expect((['daily', 'relative'] as const).map((each) => hasWallClock(quality(each)))).toEqual([false, false])
    expect(hasWallClock(session([{}]))).toBe(false)
  })
})
