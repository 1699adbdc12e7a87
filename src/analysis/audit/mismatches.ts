import type { PriceCard } from '../../policy/core.ts'
import type { BillLine } from './bill-line.ts'
import type { Explanation, Part } from './cause.ts'
import { chooseExplanations, explanationKey } from './choose.ts'
import {
  explanationsByTwo,
  explanationsOf,
  isExplainedAlone,
  lackingOf,
  type Expected,
  type Lacking,
} from './explain-line.ts'
import type { PriceBook } from './price-book.ts'
import type { CauseTotal } from './result.ts'
import { suggestionFor } from './suggest.ts'
import { tokenVariants } from './token-variants.ts'
import { dot } from './vector.ts'

/** Calls that are explained together, so that a long log stays in bounded memory. */
const heldTogether = 4_096
/** One in so many open: then all are searched for two causes at once. */
const openShare = 10
/** Calls that are searched for two causes first, and of how many of them one must share a cause. */
const searchedFirst = 100
const commonShare = 20
/** Lines kept of a cause, for a suggestion. */
const keptLines = 200

interface Held {
  readonly line: BillLine
  readonly expected: Expected | undefined
  readonly lacking: Lacking | undefined
  readonly explanations: readonly Explanation[]
}

interface Gathered {
  readonly part: Part
  readonly lines: BillLine[]
  readonly first: CauseTotal['first']
  readonly card: PriceCard | undefined
  calls: number
  /** Costs in the log that tell it: calls, or totals of runs. */
  records: number
  runs: number
  differencePicoUsd: bigint | null
}

/** The mismatches of one model at one provider and service tier, bills and estimates apart. */
export interface MismatchGroup {
  readonly add: (line: BillLine, expected: Expected | undefined) => void
  /** A cause that is known without a search. */
  readonly addKnown: (line: BillLine, expected: Expected | undefined, part: Part) => void
  readonly finish: () => readonly CauseTotal[]
}

const unexplained: Part = {
  cause: 'unexplained',
  key: 'unexplained',
  detail: 'nothing that this audit tries comes to the logged cost',
}

export function createMismatchGroup(book: PriceBook): MismatchGroup {
  const support = new Map<string, number>()
  const causes = new Map<string, Gathered>()
  let held: Held[] = []
  const settle = (): void => {
    const byTwo = searchedByTwo(held, book)
    const chosen = chooseExplanations(
      held.map((each) => ({
        explanations: [...each.explanations, ...(byTwo.get(each) ?? [])],
        witness: each.line.tokens.join(' '),
      })),
      support,
    )
    for (const [index, { line, expected, lacking }] of held.entries()) {
      const parts = chosen[index]?.parts ?? [expected === undefined ? noPrice(line, lacking) : unexplained]
      const card = expected?.card ?? lacking?.card
      const shares = sharesOf(parts, line, expected)
      for (const [at, part] of parts.entries())
        gather(causes, line, { expected, card, part, share: shares[at] ?? null })
    }
    held = []
  }
  return {
    add: (line, expected) => {
      const lacking = expected === undefined ? lackingOf(line, book) : undefined
      held.push({ line, expected, lacking, explanations: explanationsOf(line, expected, book) })
      if (held.length >= heldTogether) settle()
    },
    addKnown: (line, expected, part) =>
      gather(causes, line, { expected, card: expected?.card, part, share: null }),
    finish: () => {
      settle()
      return [...causes.values()].map((each) => total(each, book))
    },
  }
}

/**
 * Two causes at once, for calls that no single cause explains. Where these are many, for all: what
 * explains the others alone may do so by chance. The search is long, so some calls are searched
 * first, and the rest only if they have something in common.
 */
function searchedByTwo(held: readonly Held[], book: PriceBook): ReadonlyMap<Held, readonly Explanation[]> {
  const open = held.filter(({ explanations }) => !isExplainedAlone(explanations))
  const found = new Map<Held, readonly Explanation[]>()
  if (open.length < 2) return found
  const search = (each: Held): readonly Explanation[] => {
    const known = found.get(each) ?? explanationsByTwo(each.line, each.expected, book)
    found.set(each, known)
    return known
  }
  const step = Math.ceil(open.length / searchedFirst)
  const first = open.filter((_, index) => index % step === 0)
  const counts = new Map<string, number>()
  for (const each of first) {
    for (const key of new Set(search(each).map(explanationKey))) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const most = Math.max(0, ...counts.values())
  if (most < 2 || most * commonShare < first.length) return found
  const all = open.length * openShare >= held.length ? held : open
  for (const each of all) search(each)
  return found
}

function noPrice({ model }: BillLine, lacking: Lacking | undefined): Part {
  if (lacking === undefined) {
    const detail = `the catalogue has no price for \`${model}\` on that day`
    return { cause: 'no-price', key: 'no-price', detail }
  }
  const { row } = lacking
  const detail = `the catalogue has no \`${row}\` price for \`${model}\``
  return { cause: 'no-price', key: `no-price ${row}`, detail }
}

interface Found {
  readonly expected: Expected | undefined
  readonly card: PriceCard | undefined
  readonly part: Part
  readonly share: bigint | null
}

function gather(
  causes: Map<string, Gathered>,
  line: BillLine,
  { expected, card, part, share }: Found,
): void {
  const known = causes.get(part.key)
  if (known !== undefined) {
    known.calls += line.calls
    known.records += 1
    known.runs += runsIn(line)
    if (known.lines.length < keptLines) known.lines.push(line)
    known.differencePicoUsd =
      known.differencePicoUsd === null || share === null ? null : known.differencePicoUsd + share
    return
  }
  causes.set(part.key, {
    part,
    lines: [line],
    card,
    calls: line.calls,
    records: 1,
    runs: runsIn(line),
    differencePicoUsd: share,
    first: {
      session: line.session,
      call: line.call,
      loggedPicoUsd: line.picoUsd,
      pricePicoUsd: expected?.bills[0] ?? null,
    },
  })
}

function runsIn({ isOfRun }: BillLine): number {
  return isOfRun ? 1 : 0
}

/** How much of the difference each part explains: what the count changes at list price, then the rest. */
function sharesOf(
  parts: readonly Part[],
  line: BillLine,
  expected: Expected | undefined,
): readonly (bigint | null)[] {
  const price = expected?.bills[0]
  if (expected === undefined || price === undefined) return parts.map(() => null)
  const [first, second] = parts
  const counted = tokenVariants(line.tokens).find(
    ({ part }) => part !== undefined && part.key === first?.key,
  )
  if (second === undefined) return [line.picoUsd - price]
  // How much a count that was solved for makes is not told apart from what the other card makes.
  if (counted === undefined) return parts.map(() => null)
  const byCount = dot(counted.tokens, expected.rates) - price
  return [byCount, line.picoUsd - price - byCount]
}

function total(
  { part, lines, card, calls, records, runs, differencePicoUsd, first }: Gathered,
  book: PriceBook,
): CauseTotal {
  const [line] = lines
  const model = line?.model ?? ''
  const suggestion = suggestionFor(part, lines, records, card, book)
  return {
    cause: part.cause,
    detail: part.detail,
    of: line?.source === 'estimate' ? 'estimate' : 'bill',
    model,
    provider: line?.provider ?? null,
    priceLayer: card === undefined ? null : book.layerOf(model),
    calls,
    ...(runs === 0 ? {} : { runs }),
    differencePicoUsd,
    first,
    ...(suggestion === undefined ? {} : { suggestion }),
  }
}
