import type { CallRecord } from '../../trace/record.ts'
import { callKind, type BillLine } from './bill-line.ts'
import type { Part } from './cause.ts'
import { expectedOf, type Expected } from './explain-line.ts'
import { createMismatchGroup, type MismatchGroup } from './mismatches.ts'
import type { PriceBook } from './price-book.ts'
import type { AuditResult, CauseTotal } from './result.ts'
import { gatherRuns, type RunTotals } from './run-totals.ts'
import { addTally, createTally, type Tally } from './tally.ts'
import { promptOf, replyOf } from './vector.ts'

/** A millionth of a dollar, and never more than a thousandth of the bill. */
export const defaultTolerancePicoUsd = 1_000_000n
const billsPerTolerance = 1_000n

/** Bills beyond this many times the dearest token are no bills of such tokens. */
const impossibleTimes = 10n

export interface Audit {
  readonly add: (call: CallRecord) => void
  readonly finish: () => AuditResult
}

/** Prices every call again and compares. Calls may come in any order of sessions. */
export function createAudit(
  book: PriceBook,
  options: { readonly tolerancePicoUsd?: bigint; readonly runTotals?: RunTotals } = {},
): Audit {
  const tolerance = options.tolerancePicoUsd ?? defaultTolerancePicoUsd
  const models = new Map<string, Tally>()
  const groups = new Map<string, MismatchGroup>()
  const runs =
    options.runTotals === undefined ? undefined : gatherRuns(options.runTotals, book, tolerance)
  let calls = 0
  let notServed = 0
  const tallyOf = (model: string): Tally => entry(models, model, createTally)
  const groupOf = ({ source, model, provider, serviceTier }: BillLine): MismatchGroup =>
    entry(
      groups,
      JSON.stringify([source === 'estimate' ? 1 : 0, model, provider ?? '', serviceTier ?? '']),
      () => createMismatchGroup(book),
    )
  return {
    add: (call) => {
      calls += 1
      const found = callKind(call, book)
      if (runs?.takes(call, found) === true) return
      if (found.kind === 'free') notServed += 1
      else if (found.kind === 'unbilled') addUnbilled(tallyOf(found.model), found.line, book)
      else if (found.kind === 'bare') {
        const outcome = outcomeOf(tallyOf(found.line.model), found.line)
        outcome.unmatched += 1
        groupOf(found.line).addKnown(found.line, undefined, bare(found.missing))
      } else {
        const { line } = found
        addBilled(line, expectedOf(line, book), tallyOf(line.model), groupOf, book, tolerance)
      }
    },
    finish: () => {
      const gathered = runs?.finish()
      for (const line of gathered?.left ?? []) addUnbilled(tallyOf(line.model), line, book)
      for (const { line, expected, isOfOneCard } of gathered?.lines ?? []) {
        const tally = tallyOf(line.model)
        if (isOfOneCard) addBilled(line, expected, tally, groupOf, book, tolerance)
        else {
          tally.counts.estimates.unmatched += line.calls
          groupOf(line).addKnown(line, undefined, severalCards)
        }
      }
      const total = createTally()
      for (const tally of models.values()) addTally(total, tally)
      const names = [...models.keys()].sort(byCodeUnit)
      const causes = [...groups.entries()]
        .sort(([left], [right]) => byCodeUnit(left, right))
        .flatMap(([, group]) => group.finish())
      return {
        schemaVersion: 1,
        ...total.counts,
        calls,
        notServed,
        money: total.money,
        runTotals: gathered?.result ?? null,
        tolerance: { picoUsd: tolerance, shareOfBill: `1/${billsPerTolerance}` },
        priceLayers: book.layers.map((layer) => ({
          name: layer.name,
          models: layer.models.length,
        })),
        perModel: names.map((model) => {
          const { counts, money } = tallyOf(model)
          const isPriced = book.models.some(({ name }) => name === model)
          return { model, priceLayer: isPriced ? book.layerOf(model) : null, ...counts, money }
        }),
        causes: causes.toSorted(byWeight),
      }
    },
  }
}

type Outcome = Tally['counts']['estimates']

function outcomeOf({ counts }: Tally, { source }: BillLine): Outcome {
  return source === 'estimate' ? counts.estimates : counts
}

function addUnbilled({ counts, money }: Tally, line: BillLine | undefined, book: PriceBook): void {
  counts.unbilled += 1
  if (line !== undefined) money.unbilledRepricedPicoUsd += expectedOf(line, book)?.bills[0] ?? 0n
}

function addBilled(
  line: BillLine,
  expected: Expected | undefined,
  tally: Tally,
  groupOf: (line: BillLine) => MismatchGroup,
  book: PriceBook,
  tolerance: bigint,
): void {
  const outcome = outcomeOf(tally, line)
  if (isImpossible(line, expected, book)) {
    outcome.unmatched += line.calls
    outcome.impossible += line.calls
    groupOf(line).addKnown(line, expected, impossible)
    return
  }
  const [nearest, distance] = nearestOf(expected, line.picoUsd)
  addMoney(tally, line, nearest)
  if (distance === 0n) outcome.exact += line.calls
  else if (
    distance !== undefined &&
    distance <= smaller(tolerance, absolute(line.picoUsd) / billsPerTolerance)
  ) {
    outcome.withinTolerance += line.calls
  } else {
    outcome.unmatched += line.calls
    groupOf(line).add(line, expected)
  }
}

function addMoney(
  { money }: Tally,
  { source, picoUsd }: BillLine,
  price: bigint | undefined,
): void {
  if (source === 'estimate') {
    if (price === undefined) return
    money.estimatedPicoUsd += picoUsd
    money.estimatesRepricedPicoUsd += price
  } else if (price === undefined) money.billedWithoutPricePicoUsd += picoUsd
  else {
    money.billedPicoUsd += picoUsd
    money.repricedPicoUsd += price
  }
}

/** The admitted bill that lies nearest, and how far off it is. */
function nearestOf(
  expected: Expected | undefined,
  picoUsd: bigint,
): readonly [bigint | undefined, bigint | undefined] {
  let best: bigint | undefined
  for (const bill of expected?.bills ?? []) {
    if (best === undefined || absolute(picoUsd - bill) < absolute(picoUsd - best)) best = bill
  }
  return best === undefined ? [undefined, undefined] : [best, absolute(picoUsd - best)]
}

function isImpossible(line: BillLine, expected: Expected | undefined, book: PriceBook): boolean {
  if (line.picoUsd < 0n) return true
  const tokens = promptOf(line.tokens) + replyOf(line.tokens)
  const longest = book.models.find(({ name }) => name === line.model)?.maxOutputTokens
  const room = line.outputIsPartial ? BigInt(longest ?? 128_000) : 0n
  const most = (tokens + room) * book.dearestToken
  const price = expected?.bills[0] ?? 0n
  return line.picoUsd > impossibleTimes * (most > price ? most : price)
}

const impossible: Part = {
  cause: 'impossible-bill',
  key: 'impossible-bill',
  detail:
    'more than ten times what the dearest token of the catalogue makes of these tokens; it is in no sum',
}

const severalCards: Part = {
  cause: 'unexplained',
  key: 'unexplained: several prices',
  detail: 'the total is of calls with several prices, or without one; nothing is tried on such a sum',
}

function bare(missing: 'usage' | 'model'): Part {
  const detail =
    missing === 'usage'
      ? 'the log has a cost and no tokens to price'
      : 'the log has a cost and names no model'
  return { cause: 'no-usage', key: `no-usage ${missing}`, detail }
}

function byWeight(left: CauseTotal, right: CauseTotal): number {
  if (left.of !== right.of) return left.of === 'bill' ? -1 : 1
  return (
    right.calls - left.calls ||
    byCodeUnit(left.cause, right.cause) ||
    byCodeUnit(left.detail, right.detail)
  )
}

function entry<T>(map: Map<string, T>, key: string, create: () => T): T {
  const known = map.get(key)
  if (known !== undefined) return known
  const created = create()
  map.set(key, created)
  return created
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value
}

function smaller(left: bigint, right: bigint): bigint {
  return left < right ? left : right
}

function byCodeUnit(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
