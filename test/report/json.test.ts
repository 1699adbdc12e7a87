import { describe, expect, it } from 'vitest'
import { diagnosticData, document, replayJson } from '../../src/report/json.ts'
import { positionOf } from '../../src/report/position.ts'
import { plain } from '../../src/report/plain.ts'
import type { RecordedSession } from '../../src/trace/session.ts'
import { small } from '../support/policy-of.ts'
import { eventful } from '../support/replay-result.ts'
import { replayed } from '../support/replaying.ts'
import { schemaErrors } from '../support/schema.ts'

describe('replayJson', () => {
  const parsed = JSON.parse(replayJson(eventful)) as Record<string, unknown>

  it('of sessions with hosts and accounts of their own is what its schema describes, too', () => {
    const policy = small(`
      on start { otherwise use big }
      serve any {
        failover on [any]
        dedicated north { capacity 2k tokens per 60s overflow shared }
        breaker { trip after 1 failures in 60s lasts 5s probes 1 }
      }
      budget purse { limit $0.01 per session at 50% then alert "half" at 80% then deny upgrades at 100% then stop "spent" }
      budget month { limit $0.01 per month at 100% then only main }
    `)
    const session = (name: string, timeQuality: 'exact' | 'relative'): RecordedSession => ({
      session: name,
      header: undefined,
      events: [],
      calls: [1, 2, 3].map((call) => ({
        record: 'call',
        session: name,
        call,
        startMicros: call * 10_000_000,
        endMicros: call * 10_000_000 + 1_000_000,
        timeQuality,
        prompt: { tokens: 1_500 },
        served: { model: 'big', provider: 'north' },
        usage: { uncachedInput: 1_500, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 10, outputQuality: 'exact' },
        ...(call === 1 ? { attempts: [{ model: 'big', provider: 'north', errorClass: 'server', startMicros: 10_000_000, endMicros: 10_500_000 }, { model: 'big', provider: 'south', startMicros: 10_500_000, endMicros: 11_000_000 }] } : {}),
        end: 'served',
      })),
    })
    const { result, sessions } = replayed(policy, [session('a', 'exact'), session('b', 'relative')])
    expect(sessions[1]?.own.transitions.length).toBeGreaterThan(0)
    expect(sessions[1]?.own.reached.length).toBeGreaterThan(0)
    expect(result.failover.timeline.total).toBeGreaterThan(4)
    expect(schemaErrors('replay-1', JSON.parse(replayJson(result, { sessions })))).toEqual([])
  })

  it('is what its schema describes', () => {
    expect(schemaErrors('replay-1', parsed)).toEqual([])
  })

  it('is refused by its schema when something is missing, renamed or a float', () => {
    const { runId: _, ...withoutRun } = parsed
    for (const wrong of [withoutRun, { ...parsed, extra: 1 }, { ...parsed, schemaVersion: 2 }]) {
      expect(schemaErrors('replay-1', wrong)).not.toEqual([])
    }
  })

  it('gives money to the last pico-dollar and places as line and column', () => {
    expect(parsed).toMatchObject({
      totals: { money: { overhead: { parts: { modelled: { value: '1', hi: '1000000000000' } } } } },
      notSimulated: [{ directive: 'cooldown', file: 'a.route', line: 4, column: 3 }],
    })
  })
})

describe('plain', () => {
  it('keeps a field called `__proto__` and drops what is undefined', () => {
    const named = Object.create(null) as Record<string, unknown>
    named['__proto__'] = 7n
    expect(JSON.stringify(plain({ named, left: undefined }))).toBe('{"named":{"__proto__":"7"}}')
    expect(document(new Map([['__proto__', 1]]))).toBe('{\n  "__proto__": 1\n}\n')
  })
})

describe('positionOf', () => {
  const source = { name: 'a.route', text: 'policy a\n\npool b = [c]\n' }

  it('counts lines and columns from 1', () => {
    expect(positionOf({ source, span: { start: 15, end: 16 } })).toEqual({
      file: 'a.route',
      line: 3,
      column: 6,
      endLine: 3,
      endColumn: 7,
    })
    expect(positionOf({ source, span: { start: 8, end: 10 } })).toMatchObject({ line: 1, column: 9, endLine: 3, endColumn: 1 })
  })

  it('gives diagnostics that their schema describes', () => {
    const location = { source, span: { start: 0, end: 6 } }
    const data = diagnosticData({
      code: 'RT0101',
      severity: 'error',
      message: 'got `x`, expected `y`',
      location,
      help: undefined,
      related: [{ location, message: 'declared here' }],
      fix: { title: 'write `y`', edits: [{ location, replacement: 'y' }] },
    })
    expect(schemaErrors('diagnostics-1', JSON.parse(document({ schemaVersion: 1, files: ['a.route'], diagnostics: [data] })))).toEqual([])
  })
})
