import type { Command } from 'commander'
import { format } from '../../language/format.ts'
import { parse } from '../../language/parser.ts'
import { escapeTerminal } from '../../report/escape.ts'
import { document } from '../../report/json.ts'
import { diffText } from '../../report/unified-diff.ts'
import type { Context } from '../context.ts'
import { diagnosticsText, hasErrors } from '../diagnostics.ts'
import { exitCode, type ExitCode } from '../exit-code.ts'
import { badInput, fileFailure, isFileError } from '../failure.ts'
import { formatOption } from '../options.ts'
import { readText } from '../read-text.ts'
import { writeFileWhole } from '../write-file.ts'

interface FmtOptions {
  readonly check: boolean
  readonly diff: boolean
  readonly format: 'terminal' | 'json'
}

interface Layout {
  readonly file: string
  /** It was laid out otherwise. */
  readonly changed: boolean
  readonly written: boolean
}

export function defineFmt(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<files...>', 'policies; `-` reads the standard input and prints the result')
    .option('--check', 'change nothing; exit 1 when a file is laid out otherwise', false)
    .option('--diff', 'change nothing; print what would change, and exit 1 when something would', false)
    .addOption(formatOption('terminal', 'json'))
    .addHelpText(
      'after',
      `
Comments stay where they are, and formatting a formatted file changes nothing.

Examples:
  reroute fmt my.route                 lay it out
  reroute fmt --check policies/*.route     for continuous integration
  reroute fmt --diff my.route          see what would change
  reroute fmt - < my.route`,
    )
    .action(async (files: string[], options: FmtOptions) => done(await fmt(files, options, context)))
}

async function fmt(files: readonly string[], options: FmtOptions, context: Context): Promise<ExitCode> {
  let code: ExitCode = exitCode.pass
  const layouts: Layout[] = []
  const keep = (layout: Layout): void => void layouts.push(layout)
  for (const file of files) {
    const result = await formatOne(file, options, keep, context)
    if (result > code) code = result
  }
  if (options.format === 'json') await context.out(document({ schemaVersion: 1, files: layouts }))
  return code
}

async function formatOne(
  path: string,
  options: FmtOptions,
  keep: (layout: Layout) => void,
  context: Context,
): Promise<ExitCode> {
  const read = await readText(path, context)
  if (!read.ok) return badInput(context, read.failure)
  const { file, diagnostics } = parse({ name: path, text: read.text })
  if (hasErrors(diagnostics)) {
    context.note(diagnosticsText(diagnostics, context.noteStyle))
    return exitCode.badInput
  }
  const formatted = format(file)
  const changed = formatted !== read.text
  const only = options.check || options.diff
  keep({ file: path, changed, written: changed && !only && path !== '-' })
  const isText = options.format === 'terminal'
  if (options.diff && isText) {
    await context.out(diffText(path, read.text, formatted, 'formatted'))
  }
  if (options.check && changed && !options.diff) {
    context.note(`${escapeTerminal(path)} is laid out otherwise; \`reroute fmt\` mends it\n`)
  }
  if (only) return changed ? exitCode.findings : exitCode.pass
  if (path === '-') {
    if (isText) await context.out(formatted)
    return exitCode.pass
  }
  if (!changed) return exitCode.pass
  try {
    await writeFileWhole(path, formatted, context, { overwrite: true })
  } catch (error) {
    if (isFileError(error)) return badInput(context, fileFailure(path, 'write', error))
    throw error
  }
  return exitCode.pass
}
