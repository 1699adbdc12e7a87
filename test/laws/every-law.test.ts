import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import lawsConfig from '../../vitest.laws.config.ts'

/** Where each law is the property `law N: …`; else why it does not apply. */
const laws: readonly (readonly [number, string, 'does not apply'?])[] = [
  [1, 'test/laws/determinism.test.ts'],
  [2, 'test/laws/replay.test.ts'],
  [3, 'test/laws/replay.test.ts'],
  [4, 'test/laws/rules.test.ts'],
  [5, 'test/laws/simulator.test.ts'],
  [6, 'test/laws/simulator.test.ts'],
  [7, 'test/laws/simulator.test.ts'],
  [8, 'test/laws/replay.test.ts'],
  [9, 'test/laws/simulator.test.ts'],
  [10, 'test/policy/reference/laws.test.ts'],
  [11, 'test/policy/reference/laws.test.ts'],
  [12, 'test/laws/replay.test.ts'],
  [13, 'test/policy/engine/equals-reference.test.ts'],
  [14, 'test/laws/replay.test.ts'],
  [15, 'test/laws/replay.test.ts'],
  [16, 'test/laws/rules.test.ts'],
  [17, 'test/laws/money.test.ts'],
  [18, 'test/laws/caches.test.ts'],
  [19, 'test/laws/money.test.ts'],
  [20, 'test/laws/money.test.ts'],
  [21, 'test/laws/money.test.ts'],
  [22, 'test/laws/caches.test.ts'],
  [23, 'test/laws/simulator.test.ts'],
  [24, 'test/laws/caches.test.ts'],
  [25, 'test/laws/money.test.ts'],
  [26, 'test/laws/simulator.test.ts'],
  [27, 'test/laws/simulator.test.ts'],
  [28, 'test/laws/simulator.test.ts'],
  [29, 'test/laws/simulator.test.ts'],
  [30, 'test/laws/simulator.test.ts'],
  [31, 'test/laws/simulator.test.ts'],
  [32, 'test/laws/simulator.test.ts'],
  [33, 'test/laws/simulator.test.ts'],
  [34, 'test/laws/simulator.test.ts'],
  [35, 'test/laws/simulator.test.ts'],
  [36, 'test/laws/simulator.test.ts'],
  [37, 'test/laws/faults.test.ts'],
  [38, 'test/laws/simulator.test.ts'],
  [39, 'test/laws/statistics.test.ts'],
  [40, 'test/laws/statistics.test.ts'],
  [41, 'no off-policy estimate is made', 'does not apply'],
  [42, 'test/laws/statistics.test.ts'],
  [43, 'test/laws/statistics.test.ts'],
  [44, 'test/laws/statistics.test.ts'],
  [45, 'test/laws/statistics.test.ts'],
  [46, 'test/laws/statistics.test.ts'],
  [47, 'test/analysis/diff/laws.test.ts'],
  [48, 'test/analysis/diff/laws.test.ts'],
  [49, 'test/check/diagram/blocks.test.ts'],
]

interface Title {
  readonly number: number
  readonly also: boolean
  readonly file: string
}

const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => join('test', file))

const titles: readonly Title[] = files.flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/^ *(?:it|test)\('(also )?law (\d+): /gm)].map(([, also, number]) => ({
    number: Number(number),
    also: also !== undefined,
    file,
  })),
)

describe('every law', () => {
  it('is listed once, from 1 to 49', () => {
    expect(laws.map(([number]) => number)).toEqual(Array.from({ length: 49 }, (_, at) => at + 1))
  })

  it('is one property where the list says, or has a reason not to be', () => {
    const held = laws.filter(([, , applies]) => applies === undefined).map(([number, file]) => `law ${number} in ${file}`)
    const found = titles.filter(({ also }) => !also).toSorted((a, b) => a.number - b.number)
    expect(found.map(({ number, file }) => `law ${number} in ${file}`)).toEqual(held)
  })

  it('has further properties under its number only where it applies', () => {
    const applying = new Set(laws.filter(([, , applies]) => applies === undefined).map(([number]) => number))
    expect(titles.filter(({ number }) => !applying.has(number))).toEqual([])
  })

  it('is tried over many more cases by the long run', () => {
    const include = lawsConfig.test?.include ?? []
    const isIncluded = (file: string): boolean =>
      include.some((each) => each === file || (each === 'test/laws/**/*.test.ts' && file.startsWith('test/laws/')))
    expect([...new Set(titles.map(({ file }) => file))].filter((file) => !isIncluded(file))).toEqual([])
    // A fixed number of cases would stay as it is.
    const fixed = [...new Set(titles.map(({ file }) => file))].filter((file) => !readFileSync(file, 'utf8').includes('lawRuns('))
    expect(fixed).toEqual([])
  })

  it('has a line in docs/laws.md, with the file that holds it', () => {
    const lines = [...readFileSync('docs/laws.md', 'utf8').matchAll(/^\| (\d+) \| (.+) \| (.+) \|$/gm)]
    expect(lines.map(([, number, , where]) => [Number(number), where])).toEqual(
      laws.map(([number, where, applies]) => [number, applies === undefined ? `\`${where}\`` : `${applies}: ${where}`]),
    )
  })
})
