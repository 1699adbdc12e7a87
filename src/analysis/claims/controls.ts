import { drawMillionths } from '../../policy/draw.ts'
import type { ControlModels } from '../../replay/always.ts'
import { addBounds, noMoney } from '../../replay/session-row.ts'
import type { Bounds, SessionRow } from '../../replay/session-row.ts'
import { pointOf } from './outcome-point.ts'
import type { OutcomePoint } from './outcome-point.ts'
import { givenSuccess, observedSuccess } from './success.ts'
import type { SuccessClaim } from './success.ts'

/** Policies that know nothing of a session, which a policy that does must beat. */
export interface Controls {
  readonly alwaysCheapest: ControlFigures & { readonly model: string }
  readonly alwaysStrongest: ControlFigures & { readonly model: string }
  readonly fixedSplit: FixedSplit
  readonly shuffle: ControlFigures & { readonly strongSessions: number; readonly sessions: number }
}

export interface ControlFigures {
  /** Cost less that of the log; calls without a price under it count on neither side. */
  readonly delta: Bounds
  readonly uncomparedCalls: number
  /** More calls have no cost under it than have one: `delta` says nothing of it. */
  readonly isUnknown: boolean
  readonly success: SuccessClaim
}

/** The share of sessions, drawn blindly, that must go to the strongest model to cost what the policy does. */
export type FixedSplit =
  | { readonly kind: 'split'; readonly strongMillionths: number; readonly success: { readonly lo: number; readonly hi: number } }
  /** The policy is cheaper than the one, or dearer than the other, so that no split costs as much. */
  | { readonly kind: 'below-cheapest' | 'above-strongest' }
  | { readonly kind: 'none'; readonly reason: string }

/** Of the policy, over the calls whose cost is known on both sides. */
export interface PolicyDelta {
  readonly delta: Bounds
  readonly comparedCalls: number
  readonly uncomparedCalls: number
}

export function controlsOf(
  rows: readonly SessionRow[],
  models: ControlModels | undefined,
  policy: PolicyDelta,
  points: readonly OutcomePoint[],
  seed: string,
): Controls | undefined {
  if (models === undefined) return undefined
  const calls = policy.comparedCalls + policy.uncomparedCalls
  const always = (model: string): ControlFigures & { readonly model: string } => {
    const given = pointOf(points, 'model', model)
    return {
      model,
      ...figures(rows, () => model, calls),
      success: given === undefined ? observedSuccess(rows, (row) => row.onlyModel === model) : givenSuccess(given),
    }
  }
  const [cheapest, strongest] = [always(models.cheapest), always(models.strongest)]
  return {
    alwaysCheapest: cheapest,
    alwaysStrongest: strongest,
    fixedSplit: fixedSplit(cheapest, strongest, policy),
    shuffle: shuffle(rows, models, policy.delta.value, calls, seed),
  }
}

function figures(
  rows: readonly SessionRow[],
  modelOf: (row: SessionRow) => string,
  calls: number,
): Omit<ControlFigures, 'success'> {
  const each = rows.flatMap((row) => row.always[modelOf(row)] ?? [])
  const uncomparedCalls = each.reduce((sum, row) => sum + row.uncomparedCalls, 0)
  return {
    delta: each.map((row) => row.delta).reduce(addBounds, noMoney),
    uncomparedCalls,
    isUnknown: isMost(uncomparedCalls, calls),
  }
}

function isMost(part: number, all: number): boolean {
  return 2 * part > all
}

function fixedSplit(
  cheapest: ControlFigures,
  strongest: ControlFigures,
  { delta: { value: policy }, comparedCalls, uncomparedCalls }: PolicyDelta,
): FixedSplit {
  if (cheapest.isUnknown || strongest.isUnknown || isMost(uncomparedCalls, comparedCalls + uncomparedCalls)) {
    return { kind: 'none', reason: 'most calls have no cost to compare' }
  }
  const [low, high] = [cheapest.delta.value, strongest.delta.value]
  if (low >= high) return { kind: 'none', reason: 'the strongest model is not dearer here' }
  if (policy < low) return { kind: 'below-cheapest' }
  if (policy > high) return { kind: 'above-strongest' }
  const share = Number(((policy - low) * million) / (high - low))
  const mixed = (of: 'lo' | 'hi'): number =>
    Math.round((cheapest.success[of] * (Number(million) - share) + strongest.success[of] * share) / Number(million))
  return { kind: 'split', strongMillionths: share, success: { lo: mixed('lo'), hi: mixed('hi') } }
}

const million = 1_000_000n

/**
 * The policy's money spent blindly: sessions in an order that the seed draws go to the strongest
 * model until the sum would cost more than the policy, the others to the cheapest.
 */
function shuffle(
  rows: readonly SessionRow[],
  { cheapest, strongest }: ControlModels,
  policy: bigint,
  calls: number,
  seed: string,
): Controls['shuffle'] {
  const drawn = rows
    .map((row) => ({ row, draw: drawMillionths([seed, 'control', 'shuffle', row.session]) }))
    .sort((a, b) => a.draw - b.draw || (a.row.session < b.row.session ? -1 : 1))
    .map(({ row }) => row)
  const deltaOf = (row: SessionRow, model: string): bigint => row.always[model]?.delta.value ?? 0n
  let sum = drawn.reduce((total, row) => total + deltaOf(row, cheapest), 0n)
  const strong = new Set<string>()
  for (const row of drawn) {
    const more = sum + deltaOf(row, strongest) - deltaOf(row, cheapest)
    if (more > policy) break
    sum = more
    strong.add(row.session)
  }
  const modelOf = (row: SessionRow): string => (strong.has(row.session) ? strongest : cheapest)
  return {
    strongSessions: strong.size,
    sessions: rows.length,
    ...figures(rows, modelOf, calls),
    success: observedSuccess(rows, (row) => row.onlyModel === modelOf(row)),
  }
}
