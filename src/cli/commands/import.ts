import { rmSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Argument, type Command } from 'commander'
import { compilePhrases } from '../../language/phrases.ts'
import { escapeTerminal } from '../../report/escape.ts'
import { importScreen } from '../../report/import-report.ts'
import { document } from '../../report/json.ts'
import { plural } from '../../report/number.ts'
import { claudeCode } from '../../trace/importers/claude-code.ts'
import type { Importer, PhraseCounter } from '../../trace/importers/importer.ts'
import { writeTrace } from '../../trace/write.ts'
import type { Context } from '../context.ts'
import { exitCode, type ExitCode } from '../exit-code.ts'
import { badInput, fileFailure, isClosedPipe, isFileError } from '../failure.ts'
import { formatOption, repeated } from '../options.ts'
import { requirePolicy, rootOption, type RootOption } from '../policy.ts'
import { startProgress } from '../progress.ts'

interface ImportOptions extends RootOption {
  readonly output: string
  readonly for?: readonly string[]
  readonly withText: boolean
  readonly format: 'terminal' | 'json'
}

const importers: readonly Importer[] = [claudeCode]

export function defineImport(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .addArgument(new Argument('<format>', 'what wrote the logs').choices(importers.map(({ format }) => format)))
    .argument('<paths...>', 'files, and directories that are searched to their leaves')
    .requiredOption('-o, --output <file>', 'the trace to write; `.gz` packs it, `-` prints it')
    .option('--for <policy>', 'count the phrases of this policy (repeat; default: the shipped ones)', repeated)
    .option('--with-text', 'keep the words of messages and replies (file mode 0600)', false)
    .option(...rootOption)
    .addOption(formatOption('terminal', 'json'))
    .addHelpText(
      'after',
      `
No text is kept without --with-text: texts become lengths and phrase counts. A policy with other
phrases than were counted finds them unknown, never 0, so name the policies that you will replay.

Examples:
  reroute import claude-code ~/.claude/projects -o sessions.jsonl
  reroute import claude-code ~/.claude/projects --for my.route -o sessions.jsonl.gz`,
    )
    .action(async (format: string, paths: string[], options: ImportOptions) => {
      const importer = importers.find((each) => each.format === format)
      if (importer !== undefined) done(await importSessions(importer, paths, options, context))
    })
}

async function importSessions(
  importer: Importer,
  paths: readonly string[],
  options: ImportOptions,
  context: Context,
): Promise<ExitCode> {
  const missing = await firstMissing(paths)
  if (missing !== undefined) return badInput(context, fileFailure(missing.path, 'read', missing.error))
  const phraseLists = await phraseCounters(options, context)
  if (phraseLists === undefined) return exitCode.badInput
  const progress = startProgress(context, 'importing', 'files')
  const forget = context.onInterrupt(() => rmSync(`${options.output}.${process.pid}.part`, { force: true }))
  const run = importer.read(paths, {
    phraseLists,
    withText: options.withText,
    onFile: ({ done, files }) => progress.update(done, files),
  })
  try {
    await writeTrace(options.output, run.records)
  } catch (error) {
    if (options.output === '-' && isClosedPipe(error)) return exitCode.pass
    if (isFileError(error)) return badInput(context, fileFailure(options.output, 'write', error))
    throw error
  } finally {
    progress.stop()
    forget()
  }
  const report = run.report()
  const text =
    options.format === 'json'
      ? document({ schemaVersion: 1, output: options.output, ...report })
      : `${importScreen(report, { style: context.style, width: context.width })}\n${next(options, context)}`
  if (options.output === '-') context.note(text)
  else await context.out(text)
  if (report.calls.total > 0) return exitCode.pass
  return badInput(context, {
    message: `no call of ${importer.format} in ${plural(report.files, 'file')}`,
    help: 'check that the paths hold its logs',
  })
}

function next({ output }: ImportOptions, { style }: Context): string {
  const trace = escapeTerminal(output)
  return style.dim(`next: reroute replay my.route ${trace} --group-by model\n`)
}

async function firstMissing(paths: readonly string[]): Promise<{ path: string; error: unknown } | undefined> {
  for (const path of paths) {
    try {
      await stat(path)
    } catch (error) {
      return { path, error }
    }
  }
  return undefined
}

/** Each list once, whatever policies share it; `undefined` where one of them does not load. */
async function phraseCounters(
  options: ImportOptions,
  context: Context,
): Promise<readonly PhraseCounter[] | undefined> {
  const counters = new Map<string, PhraseCounter>()
  for (const path of options.for ?? (await shippedPolicies())) {
    const policy = requirePolicy(path, options.for === undefined ? {} : options, context)
    if (policy === undefined) return undefined
    for (const { digest, phrases } of policy.phraseLists) {
      counters.set(digest, { digest, count: compilePhrases(phrases) })
    }
  }
  return [...counters.values()]
}

async function shippedPolicies(): Promise<string[]> {
  const folder = fileURLToPath(new URL('../../../policies', import.meta.url))
  const names = (await readdir(folder)).filter((name) => name.endsWith('.route')).toSorted()
  return names.map((name) => join(folder, name))
}
