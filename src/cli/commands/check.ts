import type { Command } from 'commander'
import { check } from '../../check/index.ts'
import type { Diagnostic } from '../../language/diagnostic.ts'
import type { Policy } from '../../policy/core.ts'
import { escapeTerminal } from '../../report/escape.ts'
import { diagnosticData, document } from '../../report/json.ts'
import { plural } from '../../report/number.ts'
import type { Context } from '../context.ts'
import { diagnosticsText } from '../diagnostics.ts'
import { exitCode, type ExitCode } from '../exit-code.ts'
import { formatOption, wholeNumber } from '../options.ts'
import { mostErrors, openPolicy, rootOption, type RootOption } from '../policy.ts'

interface CheckOptions extends RootOption {
  readonly format: 'terminal' | 'json'
  readonly maxErrors: number
  readonly strict: boolean
}

export function defineCheck(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<policies...>', 'policies and libraries')
    .addOption(formatOption('terminal', 'json'))
    .option('--strict', 'warnings are findings too: exit 1', false)
    .option('--max-errors <n>', 'print at most so many findings a file', wholeNumber(1), mostErrors)
    .option(...rootOption)
    .addHelpText(
      'after',
      `
Every error at once, each with its code, its place, and what to do about it.
Exit 1 when there is an error, 3 when a file cannot be read.

Examples:
  reroute check my.route
  reroute check --strict policies/*.route
  reroute check --format json my.route     docs/schemas/diagnostics-1.schema.json`,
    )
    .action(async (files: string[], options: CheckOptions) => done(await checkFiles(files, options, context)))
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
    const all = policy === undefined ? diagnostics : [...diagnostics, ...check(policy, sources)]
    found.push(...all)
    if (options.format === 'terminal') {
      const text = diagnosticsText(all, context.style, options.maxErrors)
      const rules = policy === undefined ? 0 : rulesOf(policy)
      await context.out(
        text === '' ? `${escapeTerminal(file)}: ${context.style.good('no findings')}, ${plural(rules, 'rule')}\n` : text,
      )
    }
  }
  if (options.format === 'json') {
    await context.out(document({ schemaVersion: 1, files, diagnostics: found.map(diagnosticData) }))
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
