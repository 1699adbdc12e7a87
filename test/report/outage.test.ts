import { describe, expect, it } from 'vitest'
import { availabilityText } from '../../src/report/terminal/outage.ts'

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
