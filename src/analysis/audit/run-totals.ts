import type { CallRecord } from '../../trace/record.ts'
import type { BillLine, CallKind } from './bill-line.ts'
import { expectedOf, type Expected } from './explain-line.ts'
import type { PriceBook } from './price-book.ts'
import { readRates, type Vector } from './vector.ts'

/**
 * What a client reckoned for a whole session, in pico-dollars: by the session's id, or by that up to
 * its last `/`, for an import tells runs of one name apart by what it puts behind.
 */
export type RunTotals = ReadonlyMap<string, bigint>

/** The calls of one run that have no cost of their own, as one line: what the total leaves for them. */
export interface RunLine {
  readonly line: BillLine
  /** `undefined`: one of the calls has no price, or they have several. */
  readonly expected: Expected | undefined
  readonly isOfOneCard: boolean
}

export interface RunTotalsResult {
  /** Totals that stand for calls without a cost of their own, and how many calls those are. */
  readonly runs: number
  readonly calls: number
  /** Of the others, those that are the sum of what their calls cost, and those that are not. */
  readonly agreeing: number
  readonly differing: number
  /**
   * Totals of a run whose calls without a cost are of several models, or have no tokens; and of
   * several sessions.
   */
  readonly unusable: number
  /** Totals of sessions that are not in the trace. */
  readonly unknown: number
}

interface Run {
  /** More than one: runs of one name, of which the total may be any. */
  readonly sessions: Set<string>
  readonly open: BillLine[]
  loggedPicoUsd: bigint
  /** Calls without a cost and without tokens. */
  uncounted: number
}

export interface RunGathering {
  /** Whether the call waits for the total of its run. */
  readonly takes: (call: CallRecord, found: CallKind) => boolean
  readonly finish: () => {
    readonly lines: readonly RunLine[]
    /** Calls whose total tells nothing. */
    readonly left: readonly BillLine[]
    readonly result: RunTotalsResult
  }
}

export function gatherRuns(totals: RunTotals, book: PriceBook, tolerance: bigint): RunGathering {
  const runs = new Map<string, Run>()
  return {
    takes: (call, found) => {
      const name = nameIn(totals, call.session)
      if (name === undefined || found.kind === 'free') return false
      const run = runs.get(name) ?? { sessions: new Set(), open: [], loggedPicoUsd: 0n, uncounted: 0 }
      runs.set(name, run)
      run.sessions.add(call.session)
      run.loggedPicoUsd += BigInt(call.cost?.picoUsd ?? 0)
      if (found.kind !== 'unbilled') return false
      if (found.line === undefined) run.uncounted += 1
      else run.open.push(found.line)
      return found.line !== undefined
    },
    finish: () => {
      const lines: RunLine[] = []
      const left: BillLine[] = []
      const result = { runs: 0, calls: 0, agreeing: 0, differing: 0, unusable: 0, unknown: 0 }
      for (const [name, total] of totals) {
        const run = runs.get(name)
        if (run === undefined) result.unknown += 1
        else if (run.sessions.size > 1) {
          result.unusable += 1
          left.push(...run.open)
        } else if (run.open.length === 0 && run.uncounted === 0) {
          const distance = total - run.loggedPicoUsd
          const agrees = distance <= tolerance && -distance <= tolerance
          result[agrees ? 'agreeing' : 'differing'] += 1
        } else {
          const line = run.uncounted > 0 ? undefined : lineOf(run.open, total - run.loggedPicoUsd, book)
          if (line === undefined) {
            result.unusable += 1
            left.push(...run.open)
          } else {
            result.runs += 1
            result.calls += run.open.length
            lines.push(line)
          }
        }
      }
      return { lines, left, result }
    },
  }
}

function nameIn(totals: RunTotals, session: string): string | undefined {
  if (totals.has(session)) return session
  const name = session.slice(0, Math.max(0, session.lastIndexOf('/')))
  return totals.has(name) ? name : undefined
}

/** `undefined`: the calls are of several models, so that no price list is that of the total. */
function lineOf(open: readonly BillLine[], picoUsd: bigint, book: PriceBook): RunLine | undefined {
  const [first, ...others] = open
  if (first === undefined) return undefined
  const isAlike = (line: BillLine): boolean =>
    line.model === first.model &&
    line.provider === first.provider &&
    line.serviceTier === first.serviceTier &&
    line.region === first.region
  if (!others.every(isAlike)) return undefined
  const tokens: Vector = first.tokens.map((count, index) =>
    others.reduce((sum, line) => sum + (line.tokens[index] ?? 0n), count),
  )
  const line: BillLine = {
    ...first,
    tokens,
    outputIsPartial: open.some(({ outputIsPartial }) => outputIsPartial),
    picoUsd,
    source: 'estimate',
    calls: open.length,
    isOfRun: true,
  }
  const priced = open.map((each) => expectedOf(each, book))
  const [card] = priced.map((each) => each?.card)
  const isOfOneCard = card !== undefined && priced.every((each) => each?.card === card)
  if (card === undefined || !isOfOneCard) return { line, expected: undefined, isOfOneCard: false }
  const reading = readRates(card, tokens, first.region)
  if ('lacks' in reading) return { line, expected: undefined, isOfOneCard: true }
  const bill = priced.reduce((sum, each) => sum + (each?.bills[0] ?? 0n), 0n)
  return { line, expected: { card, rates: reading.rates, bills: [bill] }, isOfOneCard: true }
}
