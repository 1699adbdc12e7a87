import type { Explanation } from '../policy/decision.ts'
import type { TestFailure, TestResult } from '../replay/scenario.ts'
import type { Location } from '../language/source.ts'
import { positionAt } from '../language/position.ts'
import { escapeTerminal } from './escape.ts'
import { explainLines } from './explain.ts'
import { plural } from './number.ts'
import { positionOf } from './position.ts'
import type { Style } from './style.ts'

/** Failures with what was expected and what came; passing tests are only counted. */
export function testsText(
  file: string,
  tests: readonly TestResult[],
  style: Style,
  options: { readonly explain: boolean },
): string {
  const failed = tests.filter(({ failure }) => failure !== undefined)
  const assertions = tests.reduce((sum, test) => sum + test.assertions, 0)
  const lines = failed.flatMap(({ title, failure }) =>
    failure === undefined ? [] : failureLines(title, failure, style, options),
  )
  const unmet = tests.flatMap(({ title, unmetFaults }) => unmetFaults.flatMap((each) => unmetLines(title, each, style)))
  const summary =
    failed.length === 0
      ? style.good(plural(tests.length, 'test passes', 'tests pass'))
      : style.bad(`${failed.length} of ${plural(tests.length, 'test')} ${failed.length === 1 ? 'fails' : 'fail'}`)
  return [...lines, ...unmet, `${escapeTerminal(file)}: ${summary}, ${plural(assertions, 'assertion')}`, ''].join('\n')
}

function unmetLines(title: string, { source, span }: Location, style: Style): string[] {
  const { line, column } = positionAt(source, span.start)
  return [
    `${style.warn('note')}: no attempt meets this fault of ${style.strong(escapeTerminal(title))}`,
    style.dim(`  --> ${escapeTerminal(source.name)}:${line}:${column}`),
  ]
}

function failureLines(
  title: string,
  { location, expected, got, explanation }: TestFailure,
  style: Style,
  options: { readonly explain: boolean },
): string[] {
  const { line, column } = positionAt(location.source, location.span.start)
  return [
    `${style.bad('fails')}: ${style.strong(escapeTerminal(title))}`,
    style.dim(`  --> ${escapeTerminal(location.source.name)}:${line}:${column}`),
    `  expected  ${escapeTerminal(expected)}`,
    `  got       ${escapeTerminal(got)}`,
    ...(explanation === undefined
      ? []
      : explainLines(options.explain ? explanation : outline(explanation, outlineDepth), style).map((each) => `  ${each}`)),
    '',
  ]
}

/** How deep a failing call is explained unless all of it is asked for: rules, their guards, the parts of these. */
const outlineDepth = 5

function outline({ label, value, children }: Explanation, depth: number): Explanation {
  return { label, value, children: depth === 0 ? [] : children.map((each) => outline(each, depth - 1)) }
}

/** As `--format json` prints it. */
export function testData({ file, tests }: { readonly file: string; readonly tests: readonly TestResult[] }): object {
  return {
    file,
    tests: tests.map(({ title, location, assertions, failure, unmetFaults }) => ({
      title,
      ...positionOf(location),
      assertions,
      unmetFaults: unmetFaults.map(positionOf),
      verdict: failure === undefined ? 'pass' : 'fail',
      failure:
        failure === undefined
          ? undefined
          : {
              expected: failure.expected,
              got: failure.got,
              ...positionOf(failure.location),
              explanation: failure.explanation,
            },
    })),
  }
}
