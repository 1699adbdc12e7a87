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
import { detectFormats } from '../../trace/importers/detect-format.ts'
import { importers } from '../../trace/importers/index.ts'
import type { Importer, PhraseCounter } from '../../trace/importers/importer.ts'
import { writeTrace } from '../../trace/write.ts'
import type { Context } from '../context.ts'
import { exitCode, type ExitCode } from '../exit-code.ts'
import { badInput, fileFailure, isClosedPipe, isFileError, usage, type Failure } from '../failure.ts'
import { formatOption, repeated } from '../options.ts'
import { requirePolicy, rootOption, type RootOption } from '../policy.ts'
import { startProgress } from '../progress.ts'

interface ImportOptions extends RootOption {
  readonly output?: string
  readonly detect: boolean
  readonly for?: readonly string[]
  readonly withText: boolean
  readonly format: 'terminal' | 'json'
}

const formatNames = importers.map(({ format }) => format)
const seeDetect = '`reroute import --detect PATHS…` names the format of a file'

export function defineImport(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .addArgument(new Argument('[format]', `what wrote the logs: ${formatNames.join(', ')}`))
    .argument('[paths...]', 'files, and directories that are searched to their leaves; `-` is the standard input')
    .option('-o, --output <file>', 'the trace to write; `.gz` packs it, `-` prints it')
    .option('--detect', 'name the format of the paths instead of importing them', false)
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
  reroute import --detect downloads/logs
  reroute import claude-code ~/.claude/projects --for my.route -o sessions.jsonl.gz`,
    )
    .action(async (format: string | undefined, paths: string[], options: ImportOptions) => {
      if (options.detect) {
        // The first path stands where the format would.
        done(await detectFormat(format === undefined ? [] : [format, ...paths], options, context))
        return
      }
      const importer = importers.find((each) => each.format === format)
      const wrong = misuse(importer, format, paths, options)
      if (wrong !== undefined) done(usage(context, wrong))
      else if (importer !== undefined) done(await importSessions(importer, paths, options, context))
    })
}

function misuse(
  importer: Importer | undefined,
  format: string | undefined,
  paths: readonly string[],
  options: ImportOptions,
): Failure | undefined {
  const formats = `one of ${formatNames.join(', ')}`
  if (format === undefined) return { message: `no format given, expected ${formats}`, help: seeDetect }
  if (importer === undefined) {
    return { message: `\`${format}\` is no format, expected ${formats}`, help: seeDetect }
  }
  if (paths.length === 0) return { message: 'no path given', help: 'name files or directories of logs' }
  if (options.output === undefined) {
    return { message: 'no output given', help: 'name the trace to write with `-o FILE`' }
  }
  return undefined
}

/** Names the one format that all files fit; two that fit one file are refused, never guessed. */
async function detectFormat(
  paths: readonly string[],
  options: ImportOptions,
  context: Context,
): Promise<ExitCode> {
  if (paths.length === 0) {
    return usage(context, { message: 'no path given', help: 'name files or directories of logs' })
  }
  const missing = await firstMissing(paths)
  if (missing !== undefined) return badInput(context, fileFailure(missing.path, 'read', missing.error))
  const { files, ignored } = await detectFormats(paths, importers, () => context.stdin)
  const formats = [...new Set(files.flatMap((file) => file.formats))].toSorted()
  const torn = files.find((file) => file.formats.length > 1)
  const [only] = formats
  const one = torn === undefined && formats.length === 1 ? only : undefined
  if (options.format === 'json') {
    await context.out(document({ schemaVersion: 1, format: one ?? null, files, ignoredFiles: ignored }))
  } else {
    const counts = formats.map((format) => {
      const fitting = files.filter((file) => file.formats.includes(format)).length
      return `${format}: ${plural(fitting, 'file')}\n`
    })
    const unknown = files.filter((file) => file.formats.length === 0).length
    if (unknown > 0) counts.push(`no known format: ${plural(unknown, 'file')}\n`)
    await context.out(counts.join(''))
  }
  if (one !== undefined) {
    const shown = paths.map(escapeTerminal).join(' ')
    context.note(context.noteStyle.dim(`next: reroute import ${one} ${shown} -o sessions.jsonl\n`))
    return exitCode.pass
  }
  if (torn !== undefined) {
    return badInput(context, {
      message: `\`${torn.file}\` fits ${torn.formats.join(' and ')}`,
      help: 'name the format: `reroute import FORMAT PATHS… -o FILE`',
    })
  }
  return badInput(
    context,
    formats.length === 0
      ? { message: `no known format in ${plural(files.length, 'file')}`, help: `known are ${formatNames.join(', ')}` }
      : { message: `several formats: ${formats.join(', ')}`, help: 'import the files of each format on their own' },
  )
}

async function importSessions(
  importer: Importer,
  paths: readonly string[],
  options: ImportOptions,
  context: Context,
): Promise<ExitCode> {
  const missing = await firstMissing(paths)
  if (missing !== undefined) return badInput(context, fileFailure(missing.path, 'read', missing.error))
  const { output = '-' } = options
  const phraseLists = await phraseCounters(options, context)
  if (phraseLists === undefined) return exitCode.badInput
  const progress = startProgress(context, 'importing', 'files')
  const forget = context.onInterrupt(() => rmSync(`${output}.${process.pid}.part`, { force: true }))
  const run = importer.read(paths, {
    phraseLists,
    withText: options.withText,
    standardInput: () => context.stdin,
    onFile: ({ done, files }) => progress.update(done, files),
  })
  try {
    await writeTrace(output, run.records)
  } catch (error) {
    if (output === '-' && isClosedPipe(error)) return exitCode.pass
    if (isFileError(error)) return badInput(context, fileFailure(output, 'write', error))
    throw error
  } finally {
    progress.stop()
    forget()
  }
  const report = run.report()
  const text =
    options.format === 'json'
      ? document({ schemaVersion: 1, output, ...report })
      : `${importScreen(report, { style: context.style, width: context.width })}\n${next(output, context)}`
  if (output === '-') context.note(text)
  else await context.out(text)
  if (report.calls.total > 0) return exitCode.pass
  return badInput(context, {
    message: `no call of ${importer.format} in ${plural(report.files, 'file')}`,
    help: 'check that the paths hold its logs',
  })
}

function next(output: string, { style }: Context): string {
  const trace = escapeTerminal(output)
  return style.dim(`next: reroute replay my.route ${trace} --group-by model\n`)
}

async function firstMissing(paths: readonly string[]): Promise<{ path: string; error: unknown } | undefined> {
  for (const path of paths) {
    if (path === '-') continue
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
