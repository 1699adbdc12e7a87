import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coverageRecorder, hitKey, measureCoverage, reached } from '../../../src/analysis/coverage/measure.ts'
import { blockDiagram, isUndecided } from '../../../src/check/diagram/blocks.ts'
import { situationOf } from '../../../src/check/diagram/situation.ts'
import type { Assignment } from '../../../src/check/diagram/witness.ts'
import { small } from '../../support/policy-of.ts'

const atom = fc.constantFrom(
  'turn > 3', 'turn > 5', 'turn <= 7', 'images > 0', 'images > 2', 'plan-mode', 'seen', 'path is "a"', 'path starts with "a"',
)
const guard = fc
  .array(fc.tuple(atom, fc.boolean()), { minLength: 1, maxLength: 3 })
  .chain((parts) =>
    fc.constantFrom(' and ', ' or ').map((operator) => parts.map(([part, not]) => (not ? `not (${part})` : part)).join(operator)),
  )
const rule = fc.tuple(guard, fc.constantFrom('restart', 'set seen', 'keep'))
const policyText = fc.array(rule, { minLength: 2, maxLength: 5 }).map(
  (rules) => `state { latch seen }
  on start { otherwise use mid }
  on turn {
    ${rules.map(([when, then], index) => `rule r${index}: when ${when} then ${then}`).join('\n')}
    otherwise keep
  }`,
)

/** Every turn and number of images that a boundary may ask for, in a cell of its own. */
const probe = small(`state { latch seen }
  on start { otherwise use mid }
  on turn {
    rule p: when ${[2, 3, 4, 5, 6, 7, 8].map((turn) => `turn is ${turn}`).join(' or ')} or ${[0, 1, 2, 3].map((count) => `images is ${count}`).join(' or ')}
      or plan-mode or seen or path is "a" or path starts with "a" then restart
    otherwise set seen, keep
  }`)

describe('what coverage calls out of reach', () => {
  it('is reached in no situation, and does not count', () => {
    let [claimed, sides] = [0, 0]
    fc.assert(
      fc.property(policyText, (text) => {
        const policy = small(text)
        const { coverage } = measureCoverage(policy)
        const never = new Set([
          ...coverage.rules.flatMap(({ point, unreachable }) => (unreachable === undefined ? [] : [hitKey.rule(point)])),
          ...coverage.conditions.flatMap(({ point, neverTrue, neverFalse }) => [
            ...(neverTrue === undefined ? [] : [hitKey.condition(point, 'true')]),
            ...(neverFalse === undefined ? [] : [hitKey.condition(point, 'false')]),
          ]),
          ...coverage.boundaries.flatMap(({ point, neverAt, neverBeside }) => [
            ...(neverAt === undefined ? [] : [hitKey.boundary(point, 'at')]),
            ...(neverBeside === undefined ? [] : [hitKey.boundary(point, 'beside')]),
          ]),
        ])
        sides += coverage.boundaries.filter(({ neverAt, neverBeside }) => neverAt !== undefined || neverBeside !== undefined).length
        claimed += never.size
        const { rules, conditions, boundaries } = reached(coverage)
        expect(rules.unreachable + conditions.unreachable + boundaries.unreachable).toBe(never.size)
        const diagram = blockDiagram(probe, 'turn')
        if (diagram === undefined || isUndecided(diagram)) throw new Error('not decided')
        const { variables } = diagram.space
        let all: Assignment[] = [[]]
        for (const variable of variables.all) {
          const cells = variables.cellsOf(variable)
          all = all.flatMap((one) => cells.map((cell) => [...one, cell]))
        }
        const recorder = coverageRecorder(policy)
        for (const cells of all.filter((_, index) => index % 7 === 0)) {
          const { state, input, world } = situationOf(diagram, cells)
          recorder.evaluator.decide(state, input, world)
        }
        const hit = recorder.news()
        expect([text, [...never].filter((key) => hit.has(key))]).toEqual([text, []])
      }),
      { numRuns: 30 },
    )
    expect(claimed).toBeGreaterThan(20)
    expect(sides).toBeGreaterThan(5)
  }, 60_000)

  it('is told with the reason', () => {
    const { coverage } = measureCoverage(
      small('on start { otherwise use mid }\non turn { rule a: when turn > 5 then restart rule b: when turn <= 5 and images > 0 then restart otherwise keep }'),
    )
    const b = coverage.conditions.find(({ point }) => point.text === 'turn <= 5')
    expect(b?.neverFalse).toBe('`a` takes every call in which it is')
    expect(b?.neverTrue).toBeUndefined()
    const side = coverage.boundaries.find(({ point }) => point.text === 'turn <= 5')
    expect([side?.neverAt, side?.neverBeside]).toEqual([undefined, '`a` takes every call with that number'])
  })
})
