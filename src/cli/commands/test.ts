import type { Command } from 'commander'
import { runTests, type TestResult } from '../../replay/scenario.ts'
import { document } from '../../report/json.ts'
import { plural } from '../../report/number.ts'
import { testData, testsText } from '../../report/test-report.ts'
import type { Context } from '../context.ts'
import { exitCode, type ExitCode } from '../exit-code.ts'
import { badInput } from '../failure.ts'
import { formatOption } from '../options.ts'
import { requirePolicy, rootOption, type RootOption } from '../policy.ts'

interface TestOptions extends RootOption {
  readonly filter?: string
  readonly explain: boolean
  readonly format: 'terminal' | 'json'
}

export function defineTest(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<policies...>', 'policies with `test` blocks')
    .option('--filter <text>', 'only tests whose title contains it')
    .option('--explain', 'show how the failing call was decided', false)
    .addOption(formatOption('terminal', 'json'))
    .option(...rootOption)
    .addHelpText(
      'after',
      `
Each test is a conversation of its own on a clock that stands still. A test that asserts nothing
fails, and so does a run in which no test was found.

Examples:
  reroute test my.route
  reroute test my.route --filter "three failed" --explain
  reroute test policies/*.route --format json`,
    )
    .action(async (files: string[], options: TestOptions) => done(await testFiles(files, options, context)))
}

async function testFiles(
  files: readonly string[],
  options: TestOptions,
  context: Context,
): Promise<ExitCode> {
  const results: { readonly file: string; readonly tests: readonly TestResult[] }[] = []
  for (const file of files) {
    const policy = requirePolicy(file, options, context)
    if (policy === undefined) return exitCode.badInput
    const { filter } = options
    const tests = policy.tests.filter(({ title }) => filter === undefined || title.includes(filter))
    results.push({ file, tests: runTests({ ...policy, tests }) })
  }
  const all = results.flatMap(({ tests }) => tests)
  if (options.format === 'json') {
    await context.out(document({ schemaVersion: 1, files: results.map(testData) }))
  } else {
    for (const { file, tests } of results) await context.out(testsText(file, tests, context.style, options))
  }
  if (all.length === 0) {
    return badInput(context, {
      message: options.filter === undefined ? `no test in ${plural(files.length, 'file')}` : `no test has \`${options.filter}\` in its title`,
      help: options.filter === undefined ? 'write one: `test "…" { user "…" -> MODEL by RULE }`' : 'titles are compared letter by letter',
    })
  }
  return all.some(({ failure }) => failure !== undefined) ? exitCode.findings : exitCode.pass
}
