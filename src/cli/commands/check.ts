import type { Command } from 'commander'
import { check } from '../../check/index.ts'
import type { Diagnostic } from '../../language/diagnostic.ts'
import type { Policy } from '../../policy/core.ts'
import { readRecordings } from '../../node/read-recordings.ts'
import { escapeTerminal } from '../../report/escape.ts'
import { diagnosticsAnnotations, diagnosticsSarif } from '../../report/check-formats.ts'
import { diagnosticData, document } from '../../report/json.ts'
import { plural } from '../../report/number.ts'
import { diffText } from '../../report/unified-diff.ts'
import type { Context } from '../context.ts'
import { diagnosticsText } from '../diagnostics.ts'
import { exitCode, type ExitCode } from '../exit-code.ts'
import { badInput, fileFailure, isFileError, usage } from '../failure.ts'
import { fixFile } from '../fix-file.ts'
import { formatOption, wholeNumber } from '../options.ts'
import { mostErrors, openPolicy, rootOption, type RootOption } from '../policy.ts'
import { packageVersion } from '../version.ts'
import { writeFileWhole } from '../write-file.ts'

interface CheckOptions extends RootOption {
  readonly format: 'terminal' | 'json' | 'sarif' | 'github'
  readonly maxErrors: number
  readonly strict: boolean
  readonly fix: boolean
  readonly dryRun: boolean
}

export function defineCheck(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<policies...>', 'policies and libraries')
    .addOption(formatOption('terminal', 'json', 'sarif', 'github'))
    .option('--strict', 'warnings are findings too: exit 1', false)
    .option('--fix', 'write in what mends a finding, then show what is left', false)
    .option('--dry-run', 'with --fix: write nothing, print what would change; exit 1 when something would', false)
    .option('--max-errors <n>', 'print at most so many findings a file', wholeNumber(1), mostErrors)
    .option(...rootOption)
    .addHelpText(
      'after',
      `
Every error at once, each with its code, its place, and what to do about it.
Exit 1 when there is an error, 3 when a file cannot be read. A lint that is meant is allowed by a
comment on its line or above it: \`// allow RT0317: used by the next release\`.

Examples:
  reroute check my.route
  reroute check --strict policies/*.route
  reroute check --fix --dry-run my.route
  reroute check --format json my.route     docs/schemas/diagnostics-1.schema.json
  reroute check --format sarif policies/*.route > findings.sarif
  reroute check --format github my.route   annotations of a pull request`,
    )
    .action(async (files: string[], options: CheckOptions) => {
      if (options.dryRun && !options.fix) {
        done(usage(context, { message: '`--dry-run` shows what `--fix` would do', help: 'give both' }))
        return
      }
      const fixed = options.fix ? await fixFiles(files, options, context) : undefined
      done(fixed ?? (await checkFiles(files, options, context)))
    })
}

/** `undefined`: all is written, and what is left can be shown. */
async function fixFiles(
  files: readonly string[],
  options: CheckOptions,
  context: Context,
): Promise<ExitCode | undefined> {
  let changes = false
  for (const file of files) {
    const fixed = fixFile(file, options)
    if (fixed === undefined || fixed.before === fixed.after) continue
    changes = true
    if (options.dryRun) {
      await context.out(diffText(file, fixed.before, fixed.after, 'mended'))
      continue
    }
    try {
      await writeFileWhole(file, fixed.after, context, { overwrite: true })
    } catch (error) {
      if (isFileError(error)) return badInput(context, fileFailure(file, 'write', error))
      throw error
    }
    context.note(`${escapeTerminal(file)}: ${plural(fixed.mended.length, 'finding')} mended\n`)
  }
  return options.dryRun && changes ? exitCode.findings : undefined
}

async function checkFiles(
  files: readonly string[],
  options: CheckOptions,
  context: Context,
): Promise<ExitCode> {
  const found: Diagnostic[] = []
  let unreadable = false
  for (const file of files) {
    const opened = openPolicy(file, options, context)
    if (opened.kind === 'unreadable') {
      unreadable = true
      continue
    }
    const { policy, diagnostics, sources } = opened.loaded
    const all =
      policy === undefined
        ? diagnostics
        : [...diagnostics, ...(await readRecordings(policy, { root: options.root })).diagnostics, ...check(policy, sources)]
    found.push(...all)
    if (options.format === 'terminal') {
      const text = diagnosticsText(all, context.style, options.maxErrors)
      const rules = policy === undefined ? 0 : rulesOf(policy)
      await context.out(
        text === '' ? `${escapeTerminal(file)}: ${context.style.good('no findings')}, ${plural(rules, 'rule')}\n` : text,
      )
    }
  }
  switch (options.format) {
    case 'json':
      await context.out(document({ schemaVersion: 1, files, diagnostics: found.map(diagnosticData) }))
      break
    case 'sarif':
      await context.out(diagnosticsSarif(found, await packageVersion()))
      break
    case 'github':
      await context.out(diagnosticsAnnotations(found))
      break
    case 'terminal':
  }
  if (unreadable) return exitCode.badInput
  const gate = found.some(
    ({ severity }) => severity === 'error' || (options.strict && severity === 'warning'),
  )
  return gate ? exitCode.findings : exitCode.pass
}

/** Each `otherwise` is a rule too. */
function rulesOf({ blocks }: Policy): number {
  return [blocks.start, blocks.turn, blocks.call].reduce(
    (sum, block) => sum + (block === undefined ? 0 : block.rules.length + 1),
    0,
  )
}
