import { emptySplit, mergeSplits, splitOf } from '../../replay/ledger.ts'
import type { MoneySplit } from '../../replay/result/money.ts'
import { tokensIn } from './corpus.ts'
import { addChanges, noChange, type CostChange } from './cost-change.ts'
import type { MeaningComparison } from './meaning.ts'
import type { CallComparison, CallKind, CallSide, Move, TrafficRow } from './traffic.ts'

interface RowSum {
  sessions: number
  calls: number
  flips: number
  tokens: bigint
  callsWithoutTokens: number
  recorded: MoneySplit
  change: CostChange
  readonly moves: Map<string, Move>
}

const otherKinds: readonly CallKind[] = ['not decided', 'session state', 'serving', 'same']

/** Counts calls by where they fall; every region of the comparison has a row, seen or not. */
export function countRows(meaning: MeaningComparison): {
  readonly add: (calls: readonly CallComparison[]) => void
  readonly rows: () => readonly TrafficRow[]
} {
  const sums = new Map<string, RowSum>()
  const add = (calls: readonly CallComparison[]): void => {
    const seen = new Set<string>()
    for (const call of calls) {
      const key = rowKey(call.kind, call.region)
      const sum = sums.get(key) ?? emptySum()
      sums.set(key, sum)
      if (!seen.has(key)) sum.sessions += 1
      seen.add(key)
      sum.calls += 1
      if (call.flips) sum.flips += 1
      const tokens = tokensIn(call.recorded.tokens)
      if (tokens === undefined) sum.callsWithoutTokens += 1
      else sum.tokens += tokens
      sum.recorded = mergeSplits(sum.recorded, splitOf(call.recorded.recordedCost))
      sum.change = addChanges(sum.change, call.cost)
      if (call.kind !== 'same') addMove(sum.moves, call)
    }
  }

  const row = (kind: CallKind, region: string | undefined): TrafficRow => {
    const { moves, ...sum } = sums.get(rowKey(kind, region)) ?? emptySum()
    const sorted = [...moves].toSorted(([a, x], [b, y]) => y.calls - x.calls || (a < b ? -1 : 1))
    return { kind, region, ...sum, moves: sorted.map(([, move]) => move) }
  }
  return {
    add,
    rows: () => [
      ...meaning.regions.map(({ id }) => row('region', id)),
      ...otherKinds.map((kind) => row(kind, undefined)),
    ],
  }
}

function emptySum(): RowSum {
  return {
    sessions: 0,
    calls: 0,
    flips: 0,
    tokens: 0n,
    callsWithoutTokens: 0,
    recorded: emptySplit,
    change: noChange,
    moves: new Map(),
  }
}

function rowKey(kind: CallKind, region: string | undefined): string {
  return `${kind} ${region ?? ''}`
}

function addMove(moves: Map<string, Move>, { old, new: next }: CallComparison): void {
  const key = JSON.stringify([sideKey(old), sideKey(next)])
  moves.set(key, { old, new: next, calls: (moves.get(key)?.calls ?? 0) + 1 })
}

function sideKey({ rule, to, provider }: CallSide): readonly (string | null)[] {
  return [rule, to, provider ?? null]
}
