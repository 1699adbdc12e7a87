import { positionAt } from '../language/position.ts'
import type { TestFailure, TestResult } from '../replay/scenario.ts'
import { escapeJson, escapeTap, escapeXml } from './escape.ts'

export interface TestedFile {
  readonly file: string
  readonly tests: readonly TestResult[]
}

/** The JUnit dialect that continuous integration reads; no times, a test takes none. */
export function testsJunit(files: readonly TestedFile[]): string {
  const all = files.flatMap(({ tests }) => tests)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="reroute" ${counts(all)}>`,
    ...files.flatMap(({ file, tests }) => [
      `  <testsuite name="${escapeXml(file)}" ${counts(tests)}>`,
      ...tests.flatMap((test) => testCase(file, test)),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n')
}

function counts(tests: readonly TestResult[]): string {
  const failures = tests.filter(({ failure }) => failure !== undefined).length
  return `tests="${tests.length}" failures="${failures}" errors="0"`
}

function testCase(file: string, { title, location, failure, assertions }: TestResult): string[] {
  const { line } = positionAt(location.source, location.span.start)
  const opening = `    <testcase classname="${escapeXml(file)}" name="${escapeXml(title)}" file="${escapeXml(location.source.name)}" line="${line}" assertions="${assertions}"`
  if (failure === undefined) return [`${opening}/>`]
  const { expected, got } = failure
  return [
    `${opening}>`,
    `      <failure message="${escapeXml(`expected ${expected}, got ${got}`)}">${escapeXml(place(failure))}</failure>`,
    '    </testcase>',
  ]
}

function place({ location }: TestFailure): string {
  const { line, column } = positionAt(location.source, location.span.start)
  return `${location.source.name}:${line}:${column}`
}

/** Test Anything Protocol, version 14. */
export function testsTap(files: readonly TestedFile[]): string {
  const all = files.flatMap(({ file, tests }) => tests.map((test) => ({ file, test })))
  return [
    'TAP version 14',
    `1..${all.length}`,
    ...all.flatMap(({ file, test: { title, failure } }, index) => {
      const line = `${failure === undefined ? 'ok' : 'not ok'} ${index + 1} - ${escapeTap(`${file}: ${title}`)}`
      return failure === undefined ? [line] : [line, ...failureBlock(failure)]
    }),
    '',
  ].join('\n')
}

/** JSON strings are YAML's too. */
function failureBlock(failure: TestFailure): string[] {
  const line = (name: string, text: string): string => `  ${name}: ${escapeJson(text)}`
  return ['  ---', line('expected', failure.expected), line('got', failure.got), line('at', place(failure)), '  ...']
}
