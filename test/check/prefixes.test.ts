import { describe, expect, it } from 'vitest'
import { check } from '../../src/check/index.ts'
import type { Diagnostic } from '../../src/language/diagnostic.ts'
import { format } from '../../src/language/format.ts'
import { parse } from '../../src/language/parser.ts'
import type { File } from '../../src/language/syntax.ts'
import { elaborate } from '../../src/policy/elaborate/index.ts'
import { isLongRun } from '../support/law-runs.ts'
import { shippedRouteFiles } from '../support/route-files.ts'

// Every prefix of every shipped file, which takes many minutes, is tried by `npm run test:laws`: a thousand prefixes a
// test, so that its time is told and it can be run alone. The default run tries scattered ones.

const files = shippedRouteFiles()
const parsed = new Map(files.map((source) => [source.name, parse(source).file]))

const perPart = 1000
/** Of a file by default: so many characters over all its prefixes, no more prefixes and no more whole policies. */
const [usualCharacters, usualPrefixes, usualChecks] = [400_000, 80, 1]
/** What the parser, the formatter and the checker may take together for one prefix, of a processor's time. */
const limitMillis = 10_000

interface Found {
  /** Prefixes, by length, with an error whose place is not in them. */
  readonly outside: readonly number[]
  readonly slow: readonly { readonly length: number; readonly millis: number }[]
}

function tried(name: string, text: string, lengths: readonly number[]): Found {
  const [outside, slow]: [number[], { length: number; millis: number }[]] = [[], []]
  let checked: string | undefined
  let checks = 0
  for (const length of lengths) {
    const begun = process.cpuUsage()
    const { file, diagnostics } = parse({ name, text: text.slice(0, length) })
    if (!diagnostics.every((each) => isInside(each, length))) outside.push(length)
    format(file)
    const { policy, diagnostics: meaning } = elaborate([...importsOf(file), file])
    if (!meaning.every((each) => each.location.source.name !== name || isInside(each, length))) outside.push(length)
    // What could be read of a file that is cut off is often a whole policy.
    const judged = policy === undefined ? checked : whatIsJudged(file)
    if (policy !== undefined && judged !== checked && (isLongRun() || checks < usualChecks)) {
      check(policy, [file.source])
      checks += 1
    }
    checked = judged
    const millis = process.cpuUsage(begun).user / 1000
    if (millis > limitMillis) slow.push({ length, millis })
  }
  return { outside, slow }
}

/** Of tests the checker looks at nothing that a character more changes: the policy, and how many tests there are. */
function whatIsJudged(file: File): string {
  const others = file.declarations.filter(({ kind }) => kind !== 'test')
  return `${file.declarations.length} ${format({ ...file, declarations: others, comments: [] })}`
}

function isInside({ location: { span } }: Diagnostic, length: number): boolean {
  return span.start >= 0 && span.start <= span.end && span.end <= length
}

function importsOf({ imports }: File): readonly File[] {
  return imports.flatMap(({ path }) => parsed.get(path.value) ?? [])
}

/** In the long run every length, in parts; else one part of scattered ones. */
function parts(length: number): readonly (readonly number[])[] {
  if (!isLongRun()) {
    const count = Math.min(usualPrefixes, Math.floor(usualCharacters / length))
    return [Array.from({ length: count }, (_, part) => (Math.imul(part + 1, 2_654_435_761) >>> 0) % length)]
  }
  return Array.from({ length: Math.ceil((length + 1) / perPart) }, (_, part) => {
    const first = part * perPart
    return Array.from({ length: Math.min(perPart, length + 1 - first) }, (__, at) => first + at)
  })
}

describe('no prefix stops the parser, the formatter or the checker', () => {
  const tests = files.flatMap(({ name, text }) =>
    parts(text.length).map((lengths) => ({ name, text, lengths, of: isLongRun() ? `${lengths[0]} to ${lengths.at(-1)}` : `${lengths.length} of ${text.length}` })),
  )

  it.each(tests)('$name: $of', ({ name, text, lengths }) => {
    expect(lengths.length).toBeGreaterThan(0)
    expect(tried(name, text, lengths)).toEqual({ outside: [], slow: [] })
  })
})
