import { describe, expect, it } from 'vitest'
import type { Unavailability } from '../../src/replay/result/failover.ts'
import type { MoneyPart } from '../../src/replay/result/money.ts'
import { plainStyle } from '../../src/report/style.ts'
import { attemptsText, availabilityText, outage } from '../../src/report/terminal/outage.ts'

const run = (served: number, asked: number) => ({ served, asked, attempts: asked, failedOver: 0, cost: { parts: {} } })

describe('availabilityText', () => {
  it.each([
    ['both runs ask the same calls', run(676, 678), run(674, 678), '99.41% to 99.70%: 674 to 676 of 678 calls served'],
    ['the worse run stops later, and asks more', run(1439, 1446), run(1457, 1465), '99.45% to 99.51%: 1,457 of 1,465 to 1,439 of 1,446 calls served'],
    ['the hosts that are down are gone round, and more is served', run(9, 10), run(10, 10), '90.00% to 100%: 9 to 10 of 10 calls served'],
  ])('counts each run by its own calls: %s', (_what, up, down, text) => {
    expect(availabilityText(up, { unknownHealth: { calls: 1, up, down } })).toBe(text)
  })
})

describe('attemptsText', () => {
  it('goes from the one run to the other', () => {
    expect(attemptsText(129, { unknownHealth: { calls: 1, up: run(9, 129), down: run(9, 110) } })).toBe('110 to 129')
    expect(attemptsText(129, { unknownHealth: { calls: 1, up: run(9, 129), down: run(9, 129) } })).toBe('129')
    expect(attemptsText(1290, undefined)).toBe('1,290')
  })
})

describe('what a script of faults cost', () => {
  const dollars = (value: number, lo: number, hi: number | null): MoneyPart => {
    const pico = (usd: number): bigint => BigInt(usd) * 1_000_000_000_000n
    return { value: pico(value), lo: pico(lo), hi: hi === null ? null : pico(hi), calls: 1 }
  }
  const costing = (served: number, parts: Unavailability['cost']['parts']): Unavailability => ({ ...run(served, 10), cost: { parts } })
  const lines = (withFaults: Unavailability, withoutFaults: Unavailability): string => {
    const faults = [{ id: 'f', cause: undefined, attemptsFailed: 2 }]
    const script = { faults, callsHit: 2, servedThere: 2, servedElsewhere: 0, lost: 0, withFaults, withoutFaults }
    return outage({ script }, { style: plainStyle, width: 200 }).join('\n')
  }

  it('stands there with its intervals and its claim, where it differs', () => {
    const exact = { 're-priced': dollars(40, 40, 40) }
    const shown = lines(costing(10, { ...exact, modelled: dollars(9, 5, 30), unknown: dollars(0, 0, null) }), costing(10, exact))
    expect(shown).toContain('calls cost $49.0000 ($45.0000 to $70.0000, modelled) with the faults, $40.0000 without; unknown of 1 and 0 calls')
    expect(lines(costing(10, exact), costing(10, exact))).not.toContain('calls cost')
  })

  it('is no saving where fewer calls are served', () => {
    expect(lines(costing(8, { observed: dollars(3, 3, 3) }), costing(10, { observed: dollars(5, 5, 5) }))).toContain(
      'calls cost $3.0000 with the faults, $5.0000 without; what is not served is no saving',
    )
  })
})
