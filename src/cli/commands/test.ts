import type { Command } from 'commander'
import { measureCoverage, reached, type Coverage } from '../../analysis/coverage/measure.ts'
import { suggestTests, type Suggestions } from '../../analysis/suggest/suggest.ts'
import type { Source } from '../../language/source.ts'
import type { Policy } from '../../policy/core.ts'
import { runTests, type TestResult } from '../../replay/scenario.ts'
import { coverageData, coverageText, suggestionsText } from '../../report/coverage-report.ts'
import { escapeTerminal } from '../../report/escape.ts'
import { document } from '../../report/json.ts'
import { plural } from '../../report/number.ts'
import { testsJunit, testsTap } from '../../report/test-formats.ts'
import { testData, testsText } from '../../report/test-report.ts'
import type { Context } from '../context.ts'
import { exitCode, type ExitCode } from '../exit-code.ts'
import { badInput, usage } from '../failure.ts'
import { formatOption, percentage } from '../options.ts'
import { requireTests, rootOption, type RootOption } from '../policy.ts'
import { watchFiles } from '../watch.ts'

interface TestOptions extends RootOption {
  readonly filter?: string
  readonly explain: boolean
  readonly coverage: boolean
  readonly suggest: boolean
  readonly minRules?: number
  readonly minConditions?: number
  readonly minBoundaries?: number
  readonly minLines?: number
  readonly watch: boolean
  readonly format: 'terminal' | 'json' | 'junit' | 'tap'
}

export function defineTest(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<policies...>', 'policies with `test` blocks')
    .option('--filter <text>', 'only tests whose title contains it')
    .option('--explain', 'show in full how a failing call was decided', false)
    .option('--coverage', 'show which rules, condition outcomes, boundaries and serving lines no test reaches', false)
    .option('--suggest', 'with --coverage: write the tests that are missing', false)
    .option('--min-rules <percent>', 'exit 1 when fewer rules fire', percentage)
    .option('--min-conditions <percent>', 'exit 1 when fewer condition outcomes occur', percentage)
    .option('--min-boundaries <percent>', 'exit 1 when fewer sides of boundaries are met', percentage)
    .option('--min-lines <percent>', 'exit 1 when fewer lines of serving act', percentage)
    .option('--watch', 'run again whenever a file of the policies changes', false)
    .addOption(formatOption('terminal', 'json', 'junit', 'tap'))
    .option(...rootOption)
    .addHelpText(
      'after',
      `
Each test is a conversation of its own on a clock that stands still. A test that asserts nothing
fails, and so does a run in which no test was found.

Examples:
  reroute test my.route
  reroute test my.route --filter "three failed" --explain
  reroute test my.route --coverage --min-rules 100
  reroute test my.route --coverage --suggest
  reroute test policies/*.route --format junit > tests.xml`,
    )
    .action(async (files: string[], options: TestOptions) => {
      if (!options.watch) done((await testFiles(files, options, context)).code)
      else if (options.format === 'terminal') done(await watching(files, options, context))
      else done(usage(context, { message: `\`--watch\` shows its results on the terminal, not as ${options.format}` }))
    })
}

async function watching(files: readonly string[], options: TestOptions, context: Context): Promise<ExitCode> {
  await watchFiles(context, async () => {
    const { sources } = await testFiles(files, options, context)
    context.note(`watching ${plural(sources.length, 'file')}; Ctrl-C ends it\n`)
    return sources
  })
  return exitCode.interrupted
}

interface Tested {
  readonly file: string
  readonly tests: readonly TestResult[]
  readonly coverage: Coverage | undefined
  readonly suggestions: Suggestions | undefined
}

interface Run {
  readonly code: ExitCode
  /** Every file that was named or read. */
  readonly sources: readonly string[]
}

async function testFiles(files: readonly string[], options: TestOptions, context: Context): Promise<Run> {
  const tested: Tested[] = []
  const sources = new Set(files)
  for (const file of files) {
    const loaded = await requireTests(file, options, context)
    for (const { name } of loaded.sources) sources.add(name)
    if (loaded.policy === undefined) return { code: exitCode.badInput, sources: [...sources] }
    tested.push({ file, ...testedPolicy(loaded.policy, loaded.sources, options) })
  }
  await report(tested, options, context)
  const missed = tested.flatMap(({ file, coverage }) => belowThresholds(file, coverage, options))
  for (const message of missed) context.note(`${context.noteStyle.bad('coverage')}: ${message}\n`)
  const all = tested.flatMap(({ tests }) => tests)
  const failed = missed.length > 0 || all.some(({ failure }) => failure !== undefined)
  const code = all.length === 0 ? noTest(files, options, context) : failed ? exitCode.findings : exitCode.pass
  return { code, sources: [...sources] }
}

function testedPolicy(policy: Policy, sources: readonly Source[], options: TestOptions): Omit<Tested, 'file'> {
  const { filter } = options
  const tests = policy.tests.filter(({ title }) => filter === undefined || title.includes(filter))
  const selected = { ...policy, tests }
  if (!wantsCoverage(options)) return { tests: runTests(selected), coverage: undefined, suggestions: undefined }
  const { results, coverage } = measureCoverage(selected)
  const suggestions = options.suggest ? suggestTests(selected, sources, coverage) : undefined
  return { tests: results, coverage, suggestions }
}

function wantsCoverage({ coverage, suggest, minRules, minConditions, minBoundaries, minLines }: TestOptions): boolean {
  return coverage || suggest || [minRules, minConditions, minBoundaries, minLines].some((least) => least !== undefined)
}

async function report(tested: readonly Tested[], options: TestOptions, context: Context): Promise<void> {
  switch (options.format) {
    case 'json': {
      const data = tested.map((each) => ({
        ...testData(each),
        ...(each.coverage !== undefined && { coverage: coverageData(each.coverage) }),
        ...(each.suggestions !== undefined && { suggestions: each.suggestions }),
      }))
      return context.out(document({ schemaVersion: 1, files: data }))
    }
    case 'junit':
      return context.out(testsJunit(tested))
    case 'tap':
      return context.out(testsTap(tested))
    case 'terminal':
      for (const { file, tests, coverage, suggestions } of tested) {
        await context.out(testsText(file, tests, context.style, options))
        if (coverage !== undefined) await context.out(coverageText(coverage, context.style))
        if (suggestions !== undefined) await context.out(suggestionsText(suggestions, context.style))
      }
  }
}

function belowThresholds(file: string, coverage: Coverage | undefined, options: TestOptions): readonly string[] {
  if (coverage === undefined) return []
  const { rules, conditions, boundaries, lines } = reached(coverage)
  const asked = [
    ['rules', rules, options.minRules],
    ['condition outcomes', conditions, options.minConditions],
    ['boundary sides', boundaries, options.minBoundaries],
    ['serving lines', lines, options.minLines],
  ] as const
  return asked.flatMap(([name, { covered, of }, least]) =>
    least !== undefined && covered * 100 < least * of
      ? [`${escapeTerminal(file)}: ${covered} of ${of} ${name}, at least ${least}% are asked for`]
      : [],
  )
}

function noTest(files: readonly string[], { filter }: TestOptions, context: Context): ExitCode {
  return badInput(context, {
    message: filter === undefined ? `no test in ${plural(files.length, 'file')}` : `no test has \`${filter}\` in its title`,
    help: filter === undefined ? 'write one: `test "…" { user "…" -> MODEL by RULE }`' : 'titles are compared letter by letter',
  })
}
