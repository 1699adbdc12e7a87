import type { Expression, Policy, Type } from '../policy/core.ts'
import { assumptionNames, withImplied } from '../policy/assumption-names.ts'
import type { CallInput, World } from '../policy/decision.ts'
import type { ClaimContext } from '../policy/claims-context.ts'
import { evaluate } from '../policy/reference/evaluate.ts'
import { truthOf } from '../policy/reference/logic.ts'
import { printed } from '../policy/reference/print.ts'
import { newNotes } from '../policy/reference/scope.ts'
import type { Scope } from '../policy/reference/scope.ts'
import { startSession } from '../policy/session-state.ts'
import { integer, isUnknown } from '../policy/value.ts'
import type { Value } from '../policy/value.ts'
import { eachPart } from '../policy/walk.ts'
import { alwaysModelOf } from './always.ts'
import { boundsOfSplit, mergeSplits } from './ledger.ts'
import { modelledOn } from './modelled-on.ts'
import type { MoneySplit } from './result/money.ts'
import type { ReplayResult } from './result/replay.ts'
import type { Totals } from './result/totals.ts'
import { askedOf, servedAtLeast } from './served.ts'

/** What a run came to, for its expectations. */
export interface RunFigures {
  readonly totals: Totals
  /** By model of `cost(always M)`. */
  readonly always: ReadonlyMap<string, MoneySplit>
  /** Calls that are served whatever assumptions about hosts come to; absent: all that were. */
  readonly servedAtLeast?: number
}

/** Above any sum of money in a trace: stands for no upper bound. */
const unbounded = 1n << 160n

interface Interval {
  readonly lo: bigint
  readonly hi: bigint | null
}

/**
 * Judges every `expect` of the policy. A figure that is known only between two bounds passes or fails
 * where the comparison comes out the same at every corner of the bounds, and is undecided otherwise.
 * A modelled part has the bounds of its model where the expectation is `assuming` it, else none.
 */
export function judgeExpectations(policy: Policy, figures: RunFigures): ReplayResult['expectations'] {
  return policy.expectations.map(({ name, condition, assuming: named = [] }) => {
    const assuming = withImplied(named)
    const accepted = accepting(figures, assuming)
    const truth = judged(policy, condition, accepted)
    return {
      name,
      verdict: truth === undefined ? 'undecided' : truth ? 'pass' : 'fail',
      detail: detailOf(policy, condition, accepted),
      ...(truth === undefined && { decides: deciding(condition, figures, assuming) }),
    }
  })
}

/** The figures with what is modelled under an assumption that is not accepted left unbounded. */
function accepting({ totals, always }: RunFigures, assuming: readonly string[]): RunFigures {
  const kept = (split: MoneySplit, assumptions: readonly string[]): MoneySplit => {
    const { modelled } = split.parts
    if (modelled === undefined || assumptions.every((name) => assuming.includes(name))) return split
    return { parts: { ...split.parts, modelled: { ...modelled, value: 0n, lo: 0n, hi: null } } }
  }
  const frozen = kept(totals.money.frozen, modelledOn(totals))
  const overhead = kept(totals.money.overhead, [assumptionNames.declaredOverhead])
  return {
    servedAtLeast: servedAtLeast(totals, (name) => assuming.includes(name)).served,
    always: new Map([...always].map(([model, split]) => [model, kept(split, [assumptionNames.sameTokens])])),
    totals: { ...totals, money: { ...totals.money, frozen, overhead } },
  }
}

/**
 * What leaves it open: the assumptions that would narrow its figures and are not accepted, else those
 * whose bounds are too wide, and what is unknown.
 */
function deciding(
  condition: Expression,
  { totals, always }: RunFigures,
  assuming: readonly string[],
): readonly string[] {
  const splits: (readonly [assumptions: readonly string[], split: MoneySplit])[] = []
  let turns = false
  let hosts: readonly string[] = []
  eachPart(condition, (part) => {
    const model = alwaysModelOf(part)
    if (model !== undefined) splits.push([[assumptionNames.sameTokens], always.get(model) ?? { parts: {} }])
    if (part.kind !== 'call') return
    if (part.function === 'turns') turns = totals.turnsUnknown > 0
    if (part.function === 'availability') hosts = servedAtLeast(totals, (name) => assuming.includes(name)).assuming
    if (part.function !== 'cost') return
    splits.push([modelledOn(totals), totals.money.frozen])
    splits.push([[assumptionNames.declaredOverhead], totals.money.overhead])
  })
  const modelled = splits.filter(([, split]) => split.parts.modelled !== undefined).flatMap(([names]) => names)
  const open = modelled.filter((name) => !assuming.includes(name))
  return [
    ...new Set([
      ...(open.length > 0 ? open : modelled),
      ...hosts,
      ...(splits.some(([, split]) => split.parts.unknown !== undefined) ? ['prices or token counts that are unknown'] : []),
      ...(splits.some(([, split]) => split.parts.bounded !== undefined) ? ['outputs that the log cuts short'] : []),
      ...(turns ? ['turns that the log does not tell'] : []),
    ]),
  ]
}

/** Kleene's logic over comparisons; `undefined`: the bounds do not tell. */
function judged(policy: Policy, condition: Expression, figures: RunFigures): boolean | undefined {
  switch (condition.kind) {
    case 'not': {
      const truth = judged(policy, condition.operand, figures)
      return truth === undefined ? undefined : !truth
    }
    case 'logical': {
      const truths = condition.operands.map((each) => judged(policy, each, figures))
      const settles = condition.operator === 'or'
      if (truths.includes(settles)) return settles
      return truths.includes(undefined) ? undefined : !settles
    }
    default:
      return atCorners(policy, condition, figures)
  }
}

/** A comparison of sums is linear in its figures, so what holds at every corner holds in between. */
function atCorners(policy: Policy, condition: Expression, figures: RunFigures): boolean | undefined {
  const intervals = intervalsOf(condition, figures)
  let corners: readonly ReadonlyMap<string, bigint>[] = [new Map()]
  for (const [name, { lo, hi }] of intervals) {
    const ends = lo === hi ? [lo] : [lo, hi ?? unbounded]
    corners = corners.flatMap((corner) => ends.map((end) => new Map([...corner, [name, end]])))
  }
  const truths = corners.map((corner) => {
    const truth = truthOf(evaluate(condition, scopeOf(policy, claimsOf(figures, corner))))
    return isUnknown(truth) ? undefined : truth
  })
  const [first] = truths
  return truths.every((truth) => truth === first) ? first : undefined
}

const alwaysPrefix = 'always '

/** What is known between bounds only: money, by `cost` or `always M`, and turns that no log tells. */
function intervalsOf(condition: Expression, figures: RunFigures): ReadonlyMap<string, Interval> {
  const intervals = new Map<string, Interval>()
  eachPart(condition, (part) => {
    const model = alwaysModelOf(part)
    if (model !== undefined) intervals.set(`${alwaysPrefix}${model}`, alwaysInterval(figures, model))
    if (part.kind !== 'call') return
    if (part.function === 'cost') intervals.set('cost', costInterval(figures))
    if (part.function === 'turns') intervals.set('turns', turnsInterval(figures))
    if (part.function === 'availability') intervals.set('availability', servedInterval(figures))
  })
  return intervals
}

/** What the policy's calls, its classifiers and its compactions cost. */
function costInterval({ totals }: RunFigures): Interval {
  return boundsOfSplit(mergeSplits(totals.money.frozen, totals.money.overhead))
}

function turnsInterval({ totals }: RunFigures): Interval {
  return { lo: BigInt(totals.turns), hi: BigInt(totals.turns + totals.turnsUnknown) }
}

function servedInterval({ totals: { attempts }, servedAtLeast: least = attempts.served }: RunFigures): Interval {
  return { lo: BigInt(least), hi: BigInt(attempts.served) }
}

function alwaysInterval({ always }: RunFigures, model: string): Interval {
  const split = always.get(model)
  return split === undefined ? { lo: 0n, hi: null } : boundsOfSplit(split)
}

function claimsOf({ totals }: RunFigures, corner: ReadonlyMap<string, bigint>): ClaimContext {
  const { attempts } = totals
  const asked = askedOf(totals)
  return {
    call(name, [model]): Value | undefined {
      switch (name) {
        case 'cost':
          return integer(corner.get('cost') ?? 0n)
        case 'cost-always':
          return typeof model === 'string' ? integer(corner.get(`${alwaysPrefix}${model}`) ?? 0n) : undefined
        case 'availability':
          return asked === 0
            ? undefined
            : { numerator: (corner.get('availability') ?? BigInt(attempts.served)) * 1_000_000n, denominator: BigInt(asked) }
        case 'switches':
          return integer(totals.switches)
        case 'upgrades':
          return integer(totals.upgrades)
        case 'sessions':
          return integer(totals.sessions)
        case 'turns':
          return integer(corner.get('turns') ?? BigInt(totals.turns))
        case 'calls':
          return integer(totals.calls.replayed + totals.calls.afterDivergence)
        default:
          return undefined
      }
    },
  }
}

/** `switches 8, turns 104`; money as the interval in which it lies. */
function detailOf(policy: Policy, condition: Expression, figures: RunFigures): string {
  const intervals = intervalsOf(condition, figures)
  const shown = new Map<string, string>()
  eachPart(condition, (part) => {
    if (part.kind !== 'call') return
    const model = alwaysModelOf(part)
    const name = model === undefined ? part.function : `${alwaysPrefix}${model}`
    const interval = intervals.get(name)
    const text = model === undefined ? part.function : `cost(always ${model})`
    const at = (corner: ReadonlyMap<string, bigint>): string =>
      printed(evaluate(part, scopeOf(policy, claimsOf(figures, corner))), part.type)
    if (interval === undefined) shown.set(text, at(new Map()))
    else if (name !== 'availability') shown.set(text, intervalText(interval, part.type))
    else {
      // Its interval counts calls; what is printed is their share.
      const ends = [interval.lo, interval.hi ?? interval.lo].map((served) => at(new Map([[name, served]])))
      shown.set(text, [...new Set(ends)].join(' to '))
    }
  })
  return [...shown].map(([name, value]) => `${name} ${value}`).join(', ')
}

function intervalText({ lo, hi }: Interval, type: Type): string {
  const text = (value: bigint): string => printed(integer(value), type)
  if (hi === null) return `at least ${text(lo)}`
  return lo === hi ? text(lo) : `${text(lo)} to ${text(hi)}`
}

// --- a condition over a whole run reads no session

const nowhere: World = {
  outage: () => undefined,
  warm: () => undefined,
  cachedTokens: () => undefined,
  usedMillionths: () => undefined,
  spentPicoUsd: () => undefined,
  drawMillionths: () => 0,
}

const nothing: CallInput = {
  beginsTurn: false,
  previousReply: undefined,
  previousServed: undefined,
  prompt: {},
  requested: undefined,
  kind: undefined,
  sidechain: undefined,
  organisation: {},
  nowMicros: undefined,
  phraseLists: [],
  withheld: { visible: false, thinking: false },
  given: {},
}

function scopeOf(policy: Policy, claims: ClaimContext): Scope {
  return {
    policy,
    state: startSession(policy, ''),
    input: nothing,
    world: nowhere,
    it: undefined,
    eligible: undefined,
    claims: [claims],
    notes: newNotes(),
    trace: undefined,
  }
}
