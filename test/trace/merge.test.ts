import { describe, expect, it } from 'vitest'
import { mergeSession, noMergeCounts, rowOf, sessionsOf } from '../../src/trace/merge.ts'
import type { CallRecord, SessionRecord, TraceRecord } from '../../src/trace/record.ts'

function call(output: number, quality: 'exact' | 'lower-bound', id?: string): CallRecord {
  const usage = { uncachedInput: 1, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output, outputQuality: quality }
  return { record: 'call', session: 's', call: 1, prompt: {}, end: 'served', usage, ...(id === undefined ? {} : { id }) }
}

function kept(...records: TraceRecord[]): CallRecord | undefined {
  const forwards = sessionsOf(records)[0]?.calls
  const backwards = sessionsOf(records.toReversed())[0]?.calls
  expect(forwards?.map((one) => ({ ...one, provenance: 0 }))).toEqual(
    backwards?.map((one) => ({ ...one, provenance: 0 })),
  )
  return forwards?.[0]
}

describe('which of two copies of a call is kept', () => {
  it('the one with more tokens', () => {
    expect(kept(call(8, 'exact'), call(300, 'lower-bound'))?.usage?.output).toBe(300)
    const bare: CallRecord = { record: 'call', session: 's', call: 1, prompt: {}, end: 'served' }
    expect(kept(call(0, 'lower-bound'), bare)?.usage?.output).toBe(0)
  })

  it('of equally many, the one whose output is exact', () => {
    expect(kept(call(8, 'lower-bound', 'z'), call(8, 'exact', 'a'))?.id).toBe('a')
  })

  it('else the one with the greater canonical text', () => {
    expect(kept(call(8, 'exact', 'a'), call(8, 'exact', 'b'))?.id).toBe('b')
  })

  it('counts copies, whatever their order', () => {
    const records = [call(1, 'exact'), call(2, 'exact'), call(1, 'exact'), call(2, 'exact'), call(2, 'exact')]
    for (const order of [records, records.toReversed()]) {
      const counts = noMergeCounts()
      const rows = order.map((record, line) => rowOf(record, { file: 'f', line }))
      mergeSession('s', rows.sort((a, b) => (a.text < b.text ? -1 : 1)), [], counts)
      expect(counts).toEqual({ headers: 0, calls: 1, events: 0, duplicateRows: 3, replacedRows: 1 })
    }
  })
})

describe('a merged session', () => {
  it('keeps the header with more fields', () => {
    const short: SessionRecord = { record: 'session', schema: 1, session: 's', kind: 'router' }
    const long: SessionRecord = { record: 'session', schema: 1, session: 's', account: 'a', sidechain: false }
    expect(sessionsOf([long, short])[0]?.header?.account).toBe('a')
    expect(sessionsOf([short, long])[0]?.header?.account).toBe('a')
  })

  it('orders events by call, then by instant, what is not told first, shared ones among them', () => {
    const event = (beforeCall?: number, atMicros?: number, session?: string): TraceRecord => ({
      record: 'event',
      event: 'end',
      ...(session === undefined ? {} : { session }),
      ...(beforeCall === undefined ? {} : { beforeCall }),
      ...(atMicros === undefined ? {} : { atMicros }),
    })
    const [session] = sessionsOf([
      event(2, 1, 's'),
      event(1, 9, 's'),
      event(undefined, 5),
      event(1, undefined, 's'),
      event(undefined, 5),
    ])
    expect(session?.events.map((one) => [one.beforeCall, one.atMicros])).toEqual([
      [undefined, 5],
      [1, undefined],
      [1, 9],
      [2, 1],
    ])
  })

  it('leaves gaps in the numbers of calls, and sorts sessions by code unit', () => {
    const at = (session: string, number: number): TraceRecord => ({ ...call(1, 'exact'), session, call: number })
    const sessions = sessionsOf([at('b', 9), at('a', 1), at('B', 1), at('b', 2), at('__proto__', 1)])
    expect(sessions.map(({ session }) => session)).toEqual(['B', '__proto__', 'a', 'b'])
    expect(sessions.at(-1)?.calls.map((one) => one.call)).toEqual([2, 9])
  })
})
