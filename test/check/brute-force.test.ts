import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockDiagram, isUndecided } from '../../src/check/diagram/blocks.ts'
import type { BlockDiagram } from '../../src/check/diagram/blocks.ts'
import { decisionIn, situationOf } from '../../src/check/diagram/situation.ts'
import type { Assignment } from '../../src/check/diagram/witness.ts'
import { check } from '../../src/check/index.ts'
import type { Moment, Policy } from '../../src/policy/core.ts'
import { lawRuns } from '../support/law-runs.ts'
import { small } from '../support/policy-of.ts'

// What is found by reasoning is what is found by trying everything.

/** The messages of one lint. */
function found(policy: Policy, code: string): readonly string[] {
  return check(policy).flatMap((each) => (each.code === code ? [each.message] : []))
}

const rules = 'on start { otherwise use big }'

describe('RT0307, cases that are missing', () => {
  /** A range of turns; `to` undefined: no end. */
  const range = fc
    .record({ from: fc.integer({ min: 2, max: 12 }), width: fc.nat({ max: 3 }), form: fc.constantFrom('range', 'is', 'from', 'below') })
    .map(({ from, width, form }) => {
      switch (form) {
        case 'is':
          return { guard: `turn is ${from}`, holds: (turn: number) => turn === from }
        case 'from':
          return { guard: `turn >= ${from + 8}`, holds: (turn: number) => turn >= from + 8 }
        case 'below':
          return { guard: `turn < ${from}`, holds: (turn: number) => turn < from }
        default:
          return { guard: `turn >= ${from} and turn <= ${from + width}`, holds: (turn: number) => turn >= from && turn <= from + width }
      }
    })

  it('are told where some turn between the cases of two rules or more is none of them', () => {
    const told = { some: 0, none: 0 }
    fc.assert(
      fc.property(fc.array(range, { minLength: 1, maxLength: 4 }), (ranges) => {
        const lines = ranges.map(({ guard }, index) => `rule r${index}: when ${guard} then ${index % 2 === 0 ? 'restart' : 'use big else keep'}`)
        const messages = found(small(`${rules}\non turn { ${lines.join('\n')}\n otherwise keep }`), 'RT0307')
        const turns = Array.from({ length: 40 }, (_, turn) => turn)
        const cases = turns.filter((turn) => ranges.some(({ holds }) => holds(turn)))
        const [first = 0, last = 0] = [cases[0], cases.at(-1)]
        const missing = turns.filter((turn) => turn > first && turn < last && !cases.includes(turn))
        const expected = ranges.length > 1 && missing.length > 0
        expect([ranges.map(({ guard }) => guard), messages.length > 0]).toEqual([ranges.map(({ guard }) => guard), expected])
        // Every example is one of the turns that are no case.
        const shown = messages.flatMap((message) => [...message.matchAll(/turn is (\d+)/g)].map(([, turn]) => Number(turn)))
        expect(shown.filter((turn) => !missing.includes(turn))).toEqual([])
        told[expected ? 'some' : 'none'] += 1
      }),
      lawRuns(40),
    )
    expect(Math.min(told.some, told.none)).toBeGreaterThan(0)
  })
})

describe('RT0327, fallbacks in a circle', () => {
  const models = ['big', 'mid', 'small'] as const
  const graph = fc.tuple(...models.map((from) => fc.subarray(models.filter((to) => to !== from))))

  it('are told where some way of fallbacks comes back, and each is such a way', () => {
    fc.assert(
      fc.property(graph, (edges) => {
        const next = new Map(models.map((model, index) => [model as string, (edges[index] ?? []) as readonly string[]]))
        const text = models.map((model) => (next.get(model)?.length ? `serve ${model} { fallback to [${next.get(model)?.join(', ')}] }` : '')).join('\n')
        const messages = found(small(`${text}\n${rules}`), 'RT0327')
        // Every walk of at most three steps.
        const walks = (from: string, steps: number): readonly (readonly string[])[] =>
          steps === 0 ? [[from]] : [[from], ...(next.get(from) ?? []).flatMap((to) => walks(to, steps - 1).map((way) => [from, ...way]))]
        const inCircle = models.filter((model) => walks(model, 3).some((way) => way.length > 1 && way.at(-1) === model))
        expect(messages.length > 0).toBe(inCircle.length > 0)
        const shown = messages.map((message) => [...message.matchAll(/`(\w+)`/g)].map(([, model]) => model ?? ''))
        for (const way of shown) {
          expect(way[0]).toBe(way.at(-1))
          expect(way.slice(1).every((model, index) => next.get(way[index] ?? '')?.includes(model))).toBe(true)
        }
        expect(inCircle.filter((model) => !shown.flat().includes(model))).toEqual([])
      }),
      lawRuns(60),
    )
  })
})

describe('RT0306, stops while somebody may be chosen', () => {
  const guard = fc.constantFrom('plan-mode', 'c.status is not ok', 'images > 0', 'turn > 3')
  const ranking = fc.constantFrom('highest score(it)', 'lowest score(it)', 'first', 'cheapest by list', 'highest tier(it)')
  const filter = fc.constantFrom('', 'deny f: models where tier(it) is premium when plan-mode', 'deny f: models where it is mid')

  /** Situations in which everything is known, in every combination of cells. */
  function situations(policy: Policy, moment: Moment): { readonly diagram: BlockDiagram; readonly all: readonly Assignment[] } {
    const diagram = blockDiagram(policy, moment)
    if (diagram === undefined || isUndecided(diagram)) throw new Error('not decided')
    let all: Assignment[] = [[]]
    for (const variable of diagram.space.variables.all) {
      const known = diagram.space.variables.cellsOf(variable).filter((cell) => cell.kind !== 'unknown')
      all = all.flatMap((one) => known.map((cell) => [...one, cell]))
      const keep = Math.ceil(all.length / 600)
      all = all.filter((_, index) => (Math.imul(index, 2_654_435_761) >>> 7) % keep === 0)
    }
    return { diagram, all }
  }

  it('are told where some call stops that another choice from the pool would serve', () => {
    const told = { some: 0, none: 0 }
    fc.assert(
      fc.property(guard, ranking, filter, (when, by, own) => {
        const text = (last: string): string => `
          classifier c { model small scores main }
          ${own}
          on start {
            rule other: when ${when} then use mid else use small else use big else stop "nobody"
            otherwise pick: choose ${by} from main else ${last}stop "nobody"
          }`
        const policy = small(text(''))
        const generous = small(text('choose first from main else '))
        const messages = found(policy, 'RT0306').filter((message) => message.startsWith('`pick`'))
        const { diagram, all } = situations(policy, 'start')
        const refused = all.some((cells) => {
          const situation = situationOf(diagram, cells)
          const decision = decisionIn(diagram, situation)
          if (decision.rule !== 'pick' || decision.noRoute === undefined || decision.undetermined) return false
          return decisionIn({ ...diagram, policy: generous }, situation).model !== undefined
        })
        expect([when, by, own, messages.length > 0]).toEqual([when, by, own, refused])
        told[refused ? 'some' : 'none'] += 1
      }),
      lawRuns(14),
    )
    expect(Math.min(told.some, told.none)).toBeGreaterThan(0)
  })
})
