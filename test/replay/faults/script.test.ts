import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { faultsDigest, hits, holdsAt, holdsWithin, onClockOf } from '../../../src/replay/faults/script.ts'
import type { FaultPlace } from '../../../src/replay/faults/script.ts'
import type { Fault, FaultDomain } from '../../../src/trace/faults/fault.ts'

const fault = (more: Partial<Fault> = {}): Fault => ({
  id: 'f',
  hits: [{ provider: 'north' }],
  clock: 'dated',
  fromMicros: 100,
  untilMicros: 200,
  errorClass: 'server',
  failurePercent: 100,
  ...more,
})

describe('failure domains', () => {
  const place: FaultPlace = { model: 'big', provider: 'north', region: 'eu', account: undefined }
  it.each<[string, boolean, readonly FaultDomain[]]>([
    ['its provider', true, [{ provider: 'north' }]],
    ['another provider', false, [{ provider: 'south' }]],
    ['its region of its provider', true, [{ provider: 'north', region: 'eu' }]],
    ['another region of its provider', false, [{ provider: 'north', region: 'us' }]],
    ['its region, whoever provides it', true, [{ region: 'eu' }]],
    ['its model there', true, [{ provider: 'north', model: 'big' }]],
    ['another model there', false, [{ provider: 'north', model: 'small' }]],
    ['an account, where its own is not known', false, [{ account: 'team' }]],
    ['one of several with a common cause', true, [{ provider: 'south' }, { model: 'big' }]],
  ])('a host is in %s: %s', (_, isIn, domains) => {
    expect(hits(fault({ hits: domains }), place)).toBe(isIn)
  })
})

describe('an interval', () => {
  it('is half-open', () => {
    expect([99, 100, 199, 200].map((at) => holdsAt(fault(), at))).toEqual([false, true, true, false])
  })

  it('is down first where it flaps', () => {
    const flapping = fault({ flapping: { downMicros: 10, upMicros: 20 } })
    const down = Array.from({ length: 120 }, (_, at) => at + 90).filter((at) => holdsAt(flapping, at))
    expect(down).toEqual([100, 130, 160, 190].flatMap((from) => Array.from({ length: 10 }, (_, at) => from + at)))
  })

  it('holds within a window where it holds at an instant of it', () => {
    const small = fc.integer({ min: 1, max: 30 })
    const flapping = fc.option(fc.record({ downMicros: small, upMicros: small }), { nil: undefined })
    fc.assert(
      fc.property(flapping, fc.nat({ max: 250 }), fc.nat({ max: 60 }), (flaps, from, width) => {
        const tried = fault(flaps === undefined ? {} : { flapping: flaps })
        const instants = Array.from({ length: width }, (_, at) => from + at)
        expect(holdsWithin(tried, from, from + width)).toBe(instants.some((at) => holdsAt(tried, at)))
      }),
    )
  })
})

describe('the clock of a fault', () => {
  const beginning = { datedMicros: 1000, relativeMicros: 7 }
  it('is the calendar for dates, and the beginning of the trace for offsets', () => {
    expect(onClockOf(fault(), 'dated', 1100, beginning)).toBe(1100)
    expect(onClockOf(fault({ clock: 'offset' }), 'dated', 1100, beginning)).toBe(100)
    expect(onClockOf(fault({ clock: 'offset' }), 'relative', 17, beginning)).toBe(10)
  })

  it('is not known of a call without a date, or without an instant', () => {
    expect(onClockOf(fault(), 'relative', 17, beginning)).toBeUndefined()
    expect(onClockOf(fault(), undefined, 17, beginning)).toBeUndefined()
    expect(onClockOf(fault(), 'dated', undefined, beginning)).toBeUndefined()
    expect(onClockOf(fault({ clock: 'offset' }), 'dated', 17, {})).toBeUndefined()
  })
})

describe('the digest of fault sources', () => {
  const sources = { recorded: true, script: [fault()], beginning: {}, unknown: 'up' as const }
  it('is none for what the log has by itself', () => {
    expect(faultsDigest({ ...sources, script: [] })).toBeUndefined()
  })

  it('differs with whatever could change an outcome, and not with a note', () => {
    const digests = [
      faultsDigest(sources),
      faultsDigest({ ...sources, recorded: false }),
      faultsDigest({ ...sources, recorded: false, script: [] }),
      faultsDigest({ ...sources, script: [fault({ id: 'g' })] }),
      faultsDigest({ ...sources, script: [fault({ failurePercent: 99 })] }),
    ]
    expect(new Set(digests).size).toBe(digests.length)
    expect(faultsDigest({ ...sources, script: [fault({ note: 'mine' })] })).toBe(digests[0])
  })
})
