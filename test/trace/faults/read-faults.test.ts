import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Fault } from '../../../src/trace/faults/fault.ts'
import { readFaults } from '../../../src/trace/faults/read-faults.ts'
import { faultFileText } from '../../../src/trace/faults/write-faults.ts'

const header = '{"record":"faults","schema":1}'
const sound = {
  record: 'fault',
  id: 'north-down',
  hits: [{ provider: 'north' }],
  from: '+60min',
  until: '+90min',
  error: 529,
}

function file(...lines: readonly object[]): string {
  return [header, ...lines.map((line) => JSON.stringify(line))].join('\n')
}

/** The one thing that is wrong with a file: `line: message; help`. */
function problem(text: string): string {
  const read = readFaults(text)
  if (read.ok) return 'nothing'
  return read.problems.map(({ line, message, help }) => `${line}: ${message}; ${help}`).join('\n')
}

describe('a fault file', () => {
  it('is read as it is written', () => {
    const read = readFaults(
      file(sound, {
        record: 'fault',
        id: 'eu',
        hits: [{ provider: 'north', region: 'eu' }, { account: 'team-7', model: 'big' }],
        from: '2026-06-03T09:00Z',
        until: '2026-06-03T11:00:00.25+01:00',
        error: 'payment',
        status: 429,
        failurePercent: 50,
        retryAfter: '30s',
        flapping: { down: '60s', up: '2min' },
        cause: 'the shared link',
        note: 'made up',
      }),
    )
    expect(read).toEqual({
      ok: true,
      faults: [
        {
          id: 'north-down', hits: [{ provider: 'north' }], clock: 'offset', fromMicros: 3_600_000_000, untilMicros: 5_400_000_000,
          errorClass: 'overloaded', status: 529, failurePercent: 100,
        },
        {
          id: 'eu', hits: [{ provider: 'north', region: 'eu' }, { account: 'team-7', model: 'big' }], clock: 'dated',
          fromMicros: Date.UTC(2026, 5, 3, 9) * 1000, untilMicros: Date.UTC(2026, 5, 3, 10) * 1000 + 250_000,
          errorClass: 'payment', status: 429, failurePercent: 50, retryAfterMicros: 30_000_000,
          flapping: { downMicros: 60_000_000, upMicros: 120_000_000 }, cause: 'the shared link', note: 'made up',
        },
      ],
    })
  })

  it('tells the three timeouts apart, the first token by default', () => {
    const timers = [undefined, 'idle', 'total'].map((timer, at) => ({ ...sound, id: `t${at}`, error: 'timeout', timer }))
    const read = readFaults(file(...timers, { ...sound, id: 'gateway', error: 408 }))
    expect(read.ok && read.faults.map((fault) => fault.timer)).toEqual(['first-token', 'idle', 'total', 'first-token'])
  })

  it.each<[string, string, string]>([
    ['nothing at all', '\n\n', '1: the file holds no record; begin with the line {"record":"faults","schema":1}'],
    ['a trace', '{"record":"session","schema":1,"session":"s"}', '1: `record`: got "session", expected "faults" in the first line; begin with the line {"record":"faults","schema":1}'],
    ['a newer version', '{"record":"faults","schema":2}', '1: `schema`: got 2, this version reads 1; a newer reroute wrote this file: use that one'],
    ['a record over several lines', `${header}\n{\n`, '2: not a JSON object; a fault file has one whole record a line'],
    ['a list', `${header}\n[]`, '2: got a list, expected an object with the field `record`; a fault file has one whole record a line'],
    ['another record', file({ record: 'call' }), '2: `record`: got "call", expected "fault"; after the first line every line is a fault'],
    ['a field that is missing', file({ ...sound, until: undefined }), '2: `until`: missing; docs/faults.md has every field'],
    ['a field that there is not', file({ ...sound, retryafter: '3s' }), '2: there is no field "retryafter"; did you mean `retryAfter`?'],
    ['a domain of nothing', file({ ...sound, hits: [{}] }), '2: `hits[0]`: names nothing; name a provider, region, model or account, or several of them'],
    ['no domain', file({ ...sound, hits: [] }), '2: `hits`: got an empty list; name at least one failure domain, such as {"provider":"anthropic"}'],
    ['a domain of something else', file({ ...sound, hits: [{ zone: 'a' }] }), '2: `hits[0]`: there is no field "zone"; the fields are provider, region, model, account'],
    ['an instant without a zone', file({ ...sound, from: '2026-06-03 09:00' }), '2: `from`: got "2026-06-03 09:00", expected an instant; write a day such as 2026-06-01 or an instant such as 2026-06-01T09:00Z, or `+` and a duration from the beginning of the trace, such as +90min'],
    ['two clocks', file({ ...sound, until: '2026-06-03' }), '2: `until`: got "2026-06-03", expected an offset as in `from`; write both from the beginning of the trace (+2h, +3h) or both as instants'],
    ['an end before the beginning', file({ ...sound, until: '+60min' }), '2: `until`: got "+60min", expected an instant after `from` "+60min"; a fault holds from `from` on and no longer at `until`'],
    ['a severity of nothing', file({ ...sound, failurePercent: 0 }), '2: `failurePercent`: got 0, expected an integer from 1 to 100; docs/faults.md has every field'],
    ['a duration in minutes that look like millions', file({ ...sound, retryAfter: '5m' }), '2: `retryAfter`: got "5m", expected a duration; write a whole number with ms, s, min, h or d, such as 90s'],
    ['a timer of no timeout', file({ ...sound, timer: 'idle' }), '2: `timer`: only a timeout has one, `error` is 529; leave `timer` out, or write "timeout" in `error`'],
    ['output before the first token', file({ ...sound, error: 'timeout', emittedPercent: 10 }), '2: `emittedPercent`: no output comes before this error, `error` is "timeout"; write "cut-off" in `error` for a stream that dies, or "timeout" with the timer `idle` or `total`'],
    ['two statuses', file({ ...sound, status: 500 }), '2: `status`: `error` is a status already; leave `status` out, or write a class in `error`'],
    ['a period of nothing', file({ ...sound, flapping: { down: '0s', up: '1s' } }), '2: `flapping.down`: got "0s", expected a duration; write a whole number with ms, s, min, h or d, such as 90s'],
    ['one id twice', file(sound, sound), '3: `id`: "north-down" is the fault of line 2 too; give each fault an id of its own'],
  ])('that holds %s is refused with its place and what helps', (_, text, message) => {
    expect(problem(text)).toBe(message)
  })

  it('names a class that is nearly right', () => {
    expect(problem(file({ ...sound, error: 'overlaoded' }))).toContain('did you mean `overloaded`?')
  })

  it('says all that is wrong at once', () => {
    expect(problem(file({ ...sound, id: '' }, sound, { ...sound, id: 'b', error: 1 })).split('\n')).toHaveLength(2)
  })

  it('is taken or refused, whatever it holds, with a place and a remedy', () => {
    const wild = fc.oneof(fc.string(), fc.jsonValue().map((value) => JSON.stringify(value)))
    const nearly = fc.tuple(fc.constantFrom(...Object.keys(sound), 'retryAfter', 'flapping', 'status', 'timer', 'emittedPercent'), fc.jsonValue())
      .map(([field, value]) => JSON.stringify({ ...sound, [field]: value }))
    fc.assert(
      fc.property(fc.array(fc.oneof(wild, nearly), { maxLength: 4 }), fc.boolean(), (lines, headed) => {
        const read = readFaults([...(headed ? [header] : []), ...lines].join('\n'))
        const problems = read.ok ? [] : read.problems
        expect(read.ok || problems.length > 0).toBe(true)
        for (const { line, message, help } of problems) {
          expect(line).toBeGreaterThan(0)
          expect(Math.min(message.length, help.length)).toBeGreaterThan(0)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('comes back from what writes it', () => {
    const micros = fc.nat({ max: 10_000_000 }).map((millis) => millis * 1000)
    const fault: fc.Arbitrary<Omit<Fault, 'id'>> = fc.record(
      {
        hits: fc.array(fc.constantFrom({ provider: 'north' }, { region: 'eu', model: 'big' }, { account: 'a' }), { minLength: 1, maxLength: 3 }),
        clock: fc.constantFrom('dated', 'offset'),
        fromMicros: micros,
        untilMicros: micros.map((value) => value + 20_000_000_000),
        errorClass: fc.constantFrom('overloaded', 'cut-off', 'payment'),
        failurePercent: fc.integer({ min: 1, max: 100 }),
        status: fc.constantFrom(429, 529),
        retryAfterMicros: micros,
        flapping: fc.record({ downMicros: micros.map((value) => value + 1000), upMicros: micros.map((value) => value + 1000) }),
        cause: fc.constant('a cause'),
        note: fc.string(),
      },
      { requiredKeys: ['hits', 'clock', 'fromMicros', 'untilMicros', 'errorClass', 'failurePercent'] },
    )
    fc.assert(
      fc.property(fc.array(fault, { maxLength: 3 }), (list) => {
        const faults = list.map((each, at): Fault => ({ ...each, id: `f${at}` }))
        expect(readFaults(faultFileText(faults, 'made up'))).toEqual({ ok: true, faults })
      }),
      { numRuns: 60 },
    )
  })
})
