import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Step } from '../../src/analysis/steps.ts'
import { createStyle, plainStyle } from '../../src/report/style.ts'
import { replayScreen } from '../../src/report/terminal.ts'
import type { ReplayResult } from '../../src/replay/result/replay.ts'
import type { Totals } from '../../src/replay/result/totals.ts'
import { dollar, emptyTotals, eventful, exactly } from '../support/replay-result.ts'

const screen = { style: plainStyle, width: 100 }

const steps: readonly Step[] = [
  {
    from: 'minimax-m2.7',
    to: 'claude-opus-4-7',
    calls: 2,
    relative: { numerator: 20n, denominator: 1n },
    input: { numerator: 50n, denominator: 3n },
    output: { numerator: 125n, denominator: 6n },
  },
]

function grouped(count: number): ReplayResult {
  const totals = (at: number): Totals => ({
    ...emptyTotals,
    sessions: 1,
    calls: { ...emptyTotals.calls, recorded: 10 * at },
    money: { ...emptyTotals.money, recorded: { parts: { observed: exactly(BigInt(at) * dollar, 10) } } },
  })
  return {
    ...eventful,
    groupedBy: 'model',
    groups: Array.from({ length: count }, (_, at) => ({ key: `model-${at + 1}`, totals: totals(at + 1) })),
  }
}

describe('replayScreen', () => {
  it('says what changes, what it costs, how it was served and how far to trust it', async () => {
    await expect(replayScreen(eventful, screen, { steps })).toMatchFileSnapshot('goldens/eventful.txt')
  })

  it('shows groups with the total that they add up to', async () => {
    await expect(replayScreen(grouped(3), screen)).toMatchFileSnapshot('goldens/grouped.txt')
  })

  it('shows no figure of a refused what-if', () => {
    const refused = replayScreen({ ...eventful, refusal: { reason: 'identity is 12 of 678', same: 12, calls: 678 } })
    expect(refused).toContain('! refused: identity is 12 of 678')
    expect(refused).not.toContain('What it costs')
  })

  it.each([
    ['eventful', eventful],
    ['a dozen groups', grouped(12)],
    ['many groups', grouped(500)],
  ])('fits one screen of 100 columns: %s', (_, result) => {
    const lines = replayScreen(result, screen).trimEnd().split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100)
    expect(lines.length).toBeLessThanOrEqual(result.groupedBy === undefined ? 46 : 62)
  })

  it('leaves out nothing with details, and says so without', async () => {
    const [brief, whole] = [replayScreen(eventful, screen), replayScreen(eventful, { ...screen, details: true })]
    await expect(whole).toMatchFileSnapshot('goldens/eventful-details.txt')
    expect(brief).toContain('--details')
    expect(whole.split('\n').length).toBeGreaterThan(brief.split('\n').length)
    for (const label of ['overhead, policy', 'hosts not known', 'compactions, unbilled']) {
      expect([brief.includes(label), whole.includes(label)]).toEqual([false, true])
    }
  })

  it('colours only what is already there', () => {
    const coloured = replayScreen(eventful, { style: createStyle(true), width: 100 })
    expect(coloured).toContain('\u001b[')
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(replayScreen(eventful, screen))
  })

  it('lets nothing through that a terminal acts on, wherever a name stands', () => {
    const name = fc.constantFrom('\u001b]8;;x\u0007', '\u202e', 'a\nb', '\u009b2J', '__proto__', '\t', 'constructor')
    fc.assert(
      fc.property(name, (evil) => {
        const counts = Object.fromEntries([[evil, 3]])
        const text = replayScreen({
          ...grouped(1),
          groups: [{ key: evil, totals: emptyTotals }],
          policy: { name: evil, digest: '' },
          notices: [evil],
          identity: { form: 'policy', policy: evil, calls: 2, same: 1, residuals: [{ session: evil, call: 1, detail: evil }] },
          totals: {
            ...eventful.totals,
            unpriced: counts,
            assumed: counts,
            breaches: counts,
            invariantsChecked: counts,
            transitions: Object.fromEntries([[evil, { calls: 1, first: 1 }]]),
            attempts: { ...eventful.totals.attempts, failed: counts },
            decisions: { ...eventful.totals.decisions, byRule: counts, missing: counts, noRoute: counts },
          },
          smallestBreaches: [{ invariant: evil, session: evil, call: 1, values: evil }],
          expectations: [{ name: evil, verdict: 'fail', detail: evil }],
        })
        expect(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e]/.test(text)).toBe(false)
        expect(text).not.toContain('a\nb')
      }),
    )
  })
})
