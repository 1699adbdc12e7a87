import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockDiagram, decisionDiagram, isUndecided, regionOf } from '../../../src/check/diagram/blocks.ts'
import type { BlockDiagram } from '../../../src/check/diagram/blocks.ts'
import { no } from '../../../src/check/diagram/leaves.ts'
import { leafAt } from '../../../src/check/diagram/samples.ts'
import { decisionIn, situationOf } from '../../../src/check/diagram/situation.ts'
import type { Diagram } from '../../../src/check/diagram/store.ts'
import { countCells, smallest } from '../../../src/check/diagram/witness.ts'
import { shadowsOf } from '../../../src/check/unreachable-rules.ts'
import type { Moment, Policy, Rule } from '../../../src/policy/core.ts'
import { loadPolicyText } from '../../../src/policy/load.ts'
import { policyText } from '../../support/arbitrary-policy.ts'
import { madeUpSession } from '../../support/arbitrary-session.ts'
import { lawRuns } from '../../support/law-runs.ts'
import { play } from '../../support/play.ts'
import { small } from '../../support/policy-of.ts'
import { shippedPolicies } from '../../support/shipped-policies.ts'

const moments: readonly Moment[] = ['start', 'turn', 'call']

function diagramOf(policy: Policy, moment: Moment): BlockDiagram {
  const diagram = blockDiagram(policy, moment)
  if (diagram === undefined || isUndecided(diagram)) throw new Error(`on ${moment} is not decided`)
  return diagram
}

/** Where a rule fires; what is too large to tell fails the test. */
function region(diagram: BlockDiagram, rule: Rule): Diagram {
  const found = regionOf(diagram, rule)
  if (typeof found !== 'number') throw new Error(found.reason)
  return found
}

function isDead(diagram: BlockDiagram, rule: Rule): boolean {
  return region(diagram, rule) === diagram.space.constant(no)
}

/** Every combination of cells; fewer where there are more than `most`. */
function combinations({ space }: BlockDiagram, most: number): number[][] {
  let all: number[][] = [[]]
  for (const variable of space.variables.all) {
    const cells = space.variables.cellsOf(variable)
    all = all.flatMap((one) => cells.map((_, cell) => [...one, cell]))
    const keep = Math.ceil(all.length / most)
    // Scattered, so that no cell of a variable is left out because of where it stands.
    all = all.filter((_, index) => (Math.imul(index, 2_654_435_761) >>> 7) % keep === 0)
  }
  return all
}

// --- a small language of guards of which every input can be brought about

const atom = fc.constantFrom(
  'turn > 3', 'turn is 5', 'turn <= 7', 'message.length > 100 chars', 'message.length < 40 chars',
  'message.length is none', 'context.length >= 60k tokens', 'images > 0', 'images > 2', 'context.images > 1',
  'path starts with "src/"', 'path starts with "src/x"', 'path is "src/x.ts"', 'path is not "lib"',
  'session.kind is concrete', 'plan-mode', 'requested is big', 'requested is none', 'tier(requested) is premium',
  'current is small', 'accepts(current, image)', 'seen', 'tries >= 2', 'heat > warm', 'mood.status is ok',
  'mood.label is warm', 'mood.label in [cold, hot]', 'load.score >= 0.30', 'load.band is hot', 'size > 2',
  'tags has "x"', 'header("a") is "b"', 'called("Edit")', 'count failures in last 3 tools >= 2',
  'calls since tool "Edit" > 4', 'context.free < 20k tokens', 'small in org.blocked', 'used(purse) >= 50%',
)

const guard = fc
  .array(fc.tuple(atom, fc.constantFrom('and', 'or'), fc.boolean()), { minLength: 1, maxLength: 3 })
  .map((parts) =>
    parts.reduce((text, [part, operator, not], index) => {
      const own = not ? `not (${part})` : part
      return index === 0 ? own : `(${text}) ${operator} ${own}`
    }, ''),
  )

const effects = fc.constantFrom('', '', 'set seen, ', 'add 1 to tries, ', 'reset tries, ', 'raise heat to warm, ')

const rule = fc.tuple(guard, effects, fc.constantFrom('restart', 'keep', 'use big else keep', '')).map(
  ([when, before, choice]) => `when ${when} then ${choice === '' ? `${before}alert "seen"` : `${before}${choice}`}`,
)

const declarations = `
scale temper = [cold, warm, hot]
state { latch seen counter tries up to 3 level heat on temper }
classifier mood { model small labels temper timeout 5s }
signal size = when message.length > 300 chars then 3 when message.length > 50 chars then 2 otherwise 1
signal weight-a = when message.length > 300 chars then 0.8 when message.length > 50 chars then 0.4 otherwise 0.0
signal weight-b = when images > 0 then 0.5 otherwise 0.1
scorer load { weight 0.5 weight-a weight 0.4 weight-b bands temper { cold below 0.10 warm below 0.40 hot otherwise } }
budget purse { limit $5 per session at 100% then alert "spent" }
on start { rule first: when load.score > 2.0 or size > 5 then use big otherwise use mid }
`

const smallPolicy = fc.array(rule, { minLength: 1, maxLength: 4 }).map((rules) => {
  const lines = rules.map((text, index) => `  rule r${index}: ${text}`).join('\n')
  return `${declarations}\non turn, call {\n${lines}\n  otherwise keep\n}`
})

/** So that one is told, whatever is drawn. */
const withDeadRule = `${declarations}\non turn, call {\n  rule r0: when turn > 3 then restart\n  rule r1: when turn is 5 then use big else keep\n  otherwise keep\n}`

describe('diagrams of blocks', () => {
  it('also law 13: agree with the evaluator in every cell of small policies', () => {
    let compared = 0
    fc.assert(
      fc.property(smallPolicy, (text) => {
        const diagram = diagramOf(small(text), 'turn')
        const decision = decisionDiagram(diagram)
        if (isUndecided(decision)) throw new Error(decision.reason)
        for (const cells of combinations(diagram, 300)) {
          if (leafAt(diagram, diagram.feasible, cells) !== 1) continue
          const assignment = diagram.space.variables.all.map(
            (variable) => diagram.space.variables.cellsOf(variable)[cells[variable.index] ?? 0] ?? { kind: 'unknown' as const },
          )
          const leaf = diagram.space.leaves.at(leafAt(diagram, decision, cells))
          const expected = leaf.kind === 'outcome' ? leaf.outcome.rule : 'none'
          const made = decisionIn(diagram, situationOf(diagram, assignment))
          const fired = made.reason === 'forced' ? made.after.at(-1) ?? 'otherwise' : made.rule
          const restarted = leaf.kind === 'outcome' && leaf.outcome.does.includes('restart')
          const shown = diagram.space.variables.all.map((variable) => `${variable.label}: ${JSON.stringify(assignment[variable.index], (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part))}`)
          expect([shown, restarted || made.reason === 'forced' ? [...made.after, fired].includes(expected) || expected === 'otherwise' : fired === expected]).toEqual([shown, true])
          compared += 1
        }
      }),
      lawRuns(40),
    )
    expect(compared).toBeGreaterThan(1_000)
  })

  it('law 49: never call a rule unreachable that fires in a made-up session', () => {
    let unreachable = 0
    fc.assert(
      fc.property(policyText, fc.array(madeUpSession, { minLength: 1, maxLength: 4 }), (text, sessions) => {
        const { policy } = loadPolicyText('made-up.route', text)
        if (policy === undefined) throw new Error('a made-up policy does not load')
        const dead = new Set<string>()
        for (const moment of moments) {
          const diagram = blockDiagram(policy, moment)
          if (diagram === undefined || isUndecided(diagram)) continue
          const others = moments.filter((other) => other !== moment && policy.blocks[other] === diagram.block)
          for (const { rule: each } of diagram.rules) {
            if (each.name === 'otherwise' || !isDead(diagram, each)) continue
            if (others.every((other) => isDead(diagramOf(policy, other), each))) dead.add(each.name)
          }
        }
        unreachable += dead.size
        for (const session of sessions) {
          const plain = {
            ...session,
            calls: session.calls.map((call) => ({
              ...call,
              // What a test states in place of what is computed is no input of a policy.
              given: { bucket: undefined, unknown: undefined, scorer: undefined, money: undefined },
            })),
          }
          for (const { decision } of play(policy, plain)) {
            for (const name of [...decision.after, decision.rule]) expect([name, dead.has(name)]).toEqual([name, false])
          }
        }
      }),
      lawRuns(50),
    )
    expect(unreachable).toBeGreaterThan(0)
  })

  it('tell a dead rule by the fewest rules that cover it, as the region of the rule does', () => {
    let covered = 0
    fc.assert(
      fc.property(smallPolicy, (text) => {
        const diagram = diagramOf(small(text), 'turn')
        const { space, rules } = diagram
        const never = space.constant(no)
        for (const [index, { rule: each, guard: own }] of rules.entries()) {
          const shadows = shadowsOf(diagram, index)
          if (isUndecided(shadows)) throw new Error(shadows.reason)
          expect([each.name, shadows !== undefined]).toEqual([each.name, isDead(diagram, each)])
          const left = (kept: readonly Rule[]): Diagram =>
            rules
              .filter((other) => kept.includes(other.rule))
              .reduce((rest, other) => space.choose(other.guard, never, rest), space.and(diagram.feasible, own))
          expect(left(shadows ?? []) === never).toBe(shadows !== undefined)
          for (const one of shadows ?? []) expect(left((shadows ?? []).filter((other) => other !== one))).not.toBe(never)
          covered += shadows?.length ?? 0
        }
      }),
      { ...lawRuns(60), examples: [[withDeadRule]] },
    )
    expect(covered).toBeGreaterThan(0)
  })

  it('count every combination once: regions of choosing rules make up all that can be', () => {
    for (const { policy } of shippedPolicies()) {
      for (const moment of moments) {
        if (policy.blocks[moment] === undefined) continue
        const diagram = diagramOf(policy, moment)
        const choosing = diagram.rules.filter((each) => each.rule.choice !== undefined)
        const sum = choosing.reduce((all, { rule: each }) => all + countCells(diagram, region(diagram, each)), 0n)
        expect(sum).toBe(countCells(diagram, diagram.feasible))
      }
    }
  })

  it('give a smallest example that the evaluator decides so', () => {
    const diagram = diagramOf(
      small('on start { otherwise use mid }\non turn { rule a: when message.length > 100 chars and images > 1 and path starts with "src/" then restart otherwise keep }'),
      'turn',
    )
    const [first] = diagram.rules
    const example = first && smallest(diagram, region(diagram, first.rule))
    expect(example && decisionIn(diagram, situationOf(diagram, example)).after).toEqual(['a'])
  })
})
