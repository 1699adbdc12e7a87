import type { Command } from 'commander'
import { escapeTerminal } from '../../report/escape.ts'
import { plural } from '../../report/number.ts'
import type { TraceRecord } from '../../trace/record.ts'
import { TRACE_SCHEMA_VERSION } from '../../trace/record.ts'
import { openUpgrade, UpgradeStopped } from '../../trace/upgrade-file.ts'
import type { Context } from '../context.ts'
import { exitCode, type ExitCode } from '../exit-code.ts'
import { badInput } from '../failure.ts'
import { printBeside, writeTraceFile } from '../write-trace.ts'

interface UpgradeOptions {
  readonly output: string
}

export function defineTrace(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command.addHelpText('after', '\nExample:\n  reroute trace upgrade old.jsonl -o new.jsonl')
  command
    .command('upgrade')
    .description('rewrite a trace of an older schema version in the newest')
    .argument('<file>', 'the trace, packed or not')
    .requiredOption('-o, --output <file>', 'the trace to write; `.gz` packs it, `-` prints it')
    .option('--no-color', 'print without colour, as with NO_COLOR')
    .addHelpText(
      'after',
      `
The newest version is ${TRACE_SCHEMA_VERSION}. A trace that is of it already is left as it is and nothing is
written. One of a newer version is refused. A line that does not come to a record ends the upgrade:
none is lost.

Example:
  reroute trace upgrade old.jsonl -o new.jsonl`,
    )
    .action(async (file: string, options: UpgradeOptions) => done(await upgrade(file, options, context)))
}

async function upgrade(file: string, { output }: UpgradeOptions, context: Context): Promise<ExitCode> {
  const opened = await openUpgrade(file)
  if (opened.kind === 'failed') return badInput(context, opened.failure)
  if (opened.kind === 'current') {
    const text = `${escapeTerminal(file)} is of version ${TRACE_SCHEMA_VERSION} already; nothing is written\n`
    await printBeside(output, text, context)
    return exitCode.pass
  }
  const tally = { records: 0 }
  try {
    const failed = await writeTraceFile(output, counted(opened.records(), tally), context)
    if (failed !== undefined) return failed
  } catch (error) {
    if (error instanceof UpgradeStopped) return badInput(context, error.failure)
    throw error
  }
  const done = `${plural(tally.records, 'record')} from version ${opened.from} to version ${TRACE_SCHEMA_VERSION}`
  await printBeside(output, `${done}, to ${escapeTerminal(output)}\n`, context)
  return exitCode.pass
}

async function* counted(
  records: AsyncIterable<TraceRecord>,
  tally: { records: number },
): AsyncGenerator<TraceRecord> {
  for await (const record of records) {
    tally.records += 1
    yield record
  }
}
