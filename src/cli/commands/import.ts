import { Argument, type Command } from 'commander'
import { importers } from '../../trace/importers/index.ts'
import type { Importer } from '../../trace/importers/importer.ts'
import type { Context } from '../context.ts'
import type { ExitCode } from '../exit-code.ts'
import { usage, type Failure } from '../failure.ts'
import { detectFormat } from '../import-detect.ts'
import { importSessions, type ImportOptions } from '../import-run.ts'
import { formatOption, repeated } from '../options.ts'
import { rootOption } from '../policy.ts'

interface GivenOptions extends Omit<ImportOptions, 'output'> {
  readonly output?: string
  readonly detect: boolean
}

const formatNames = importers.map(({ format }) => format)
const seeDetect = '`reroute import --detect PATHS…` names the format of a file'

export function defineImport(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .addArgument(new Argument('[format]', `what wrote the logs: ${formatNames.join(', ')}`))
    .argument('[paths...]', 'files, and directories that are searched to their leaves; `-` is the standard input')
    .option('-o, --output <file>', 'the trace to write; `.gz` packs it, `-` prints it')
    .option('--detect', 'name the format of the paths instead of importing them', false)
    .option('--mapping <file>', 'with `table`: which column of a CSV or Parquet file is what')
    .option('--resume', 'go on from the trace of the last import: read only what is new', false)
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
  reroute import claude-code ~/.claude/projects --resume -o sessions.jsonl
  reroute import --detect downloads/logs
  reroute import table calls.parquet --mapping calls.json -o calls.jsonl
  reroute import claude-code ~/.claude/projects --for my.route -o sessions.jsonl.gz`,
    )
    .action(async (format: string | undefined, paths: string[], options: GivenOptions) => {
      if (options.detect) {
        // The first path stands where the format would.
        done(await detectFormat(format === undefined ? [] : [format, ...paths], options.format, context))
        return
      }
      const chosen = choose(format, paths, options)
      if ('message' in chosen) done(usage(context, chosen))
      else done(await importSessions(chosen.importer, paths, { ...options, output: chosen.output }, context))
    })
}

function choose(
  format: string | undefined,
  paths: readonly string[],
  { output, mapping, resume }: GivenOptions,
): { readonly importer: Importer; readonly output: string } | Failure {
  const formats = `one of ${formatNames.join(', ')}`
  if (format === undefined) return { message: `no format given, expected ${formats}`, help: seeDetect }
  const importer = importers.find((each) => each.format === format)
  if (importer === undefined) {
    return { message: `\`${format}\` is no format, expected ${formats}`, help: seeDetect }
  }
  if (paths.length === 0) return { message: 'no path given', help: 'name files or directories of logs' }
  if (output === undefined) return { message: 'no output given', help: 'name the trace to write with `-o FILE`' }
  if (resume && output === '-') {
    return { message: 'what is printed cannot be gone on from', help: 'name a file with `-o FILE`' }
  }
  if (format === 'table' && mapping === undefined) {
    return {
      message: 'a table says nothing of what its columns mean',
      help: 'name them in a mapping: `--mapping FILE`; docs/import.md shows one',
    }
  }
  if (format !== 'table' && mapping !== undefined) {
    return { message: `\`--mapping\` is for tables, not for ${format}`, help: 'leave it out, or import as `table`' }
  }
  return { importer, output }
}
