import { stat } from 'node:fs/promises'
import type { Command } from 'commander'
import { chooseSample, type Sample } from '../../analysis/sample/choose.ts'
import { figuresOf } from '../../analysis/sample/figures.ts'
import { sampledRecords, withoutProvenance } from '../../analysis/sample/records.ts'
import { summaryOf, type SessionSummary } from '../../analysis/sample/summary.ts'
import { compilePolicy } from '../../policy/engine/compile-policy.ts'
import type { Policy } from '../../policy/core.ts'
import { replaySession } from '../../replay/session-replay.ts'
import { document } from '../../report/json.ts'
import { sampleScreen } from '../../report/sample-report.ts'
import type { TraceReading } from '../../trace/read.ts'
import type { TraceRecord } from '../../trace/record.ts'
import { holdsText } from '../../trace/write.ts'
import type { Context } from '../context.ts'
import { exitCode, type ExitCode } from '../exit-code.ts'
import { badInput } from '../failure.ts'
import { formatOption, wholeNumber } from '../options.ts'
import { requirePolicy, rootOption, type RootOption } from '../policy.ts'
import { openTrace } from '../trace.ts'
import { printBeside, writeTraceFile } from '../write-trace.ts'

interface SampleCommandOptions extends RootOption {
  readonly cover: string
  readonly output: string
  readonly max: number
  readonly seed: string
  readonly strict: boolean
  readonly format: 'terminal' | 'json'
}

export function defineSample(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<traces...>', 'traces and directories of them, packed or not; `-` reads the standard input')
    .requiredOption('--cover <policy>', 'every rule of it that fires in the traces fires in the sample')
    .requiredOption('-o, --output <file>', 'the trace to write; `.gz` packs it, `-` prints it')
    .option('--max <sessions>', 'sessions at the most', wholeNumber(1), 500)
    .option('--seed <text>', 'for which sessions of one kind are drawn', '0')
    .option('--strict', 'a line that cannot be taken is an error', false)
    .option(...rootOption)
    .addOption(formatOption('terminal', 'json'))
    .addHelpText(
      'after',
      `
Sessions are taken whole: first the few that show every rule, switch, end and error class, then some
of each model and size, in proportion. Each says in its header how many sessions it stands for.
What a session shows is what it shows alone: state that sessions share begins fresh for each.
Equal input and seed give an equal sample. Exit 1 when --max is too small to show everything.

Example:
  reroute sample traces/ --cover my.route --max 50 -o test/sample.jsonl.gz`,
    )
    .action(async (traces: string[], options: SampleCommandOptions) => done(await sample(traces, options, context)))
}

async function sample(
  traces: readonly string[],
  options: SampleCommandOptions,
  context: Context,
): Promise<ExitCode> {
  const policy = requirePolicy(options.cover, options, context)
  if (policy === undefined) return exitCode.badInput
  const { reading, close } = await openTrace(traces, options, context)
  let ended: ExitCode | undefined
  let complete = false
  const tally = { texts: 0 }
  let chosen: Sample | undefined
  let summaries: readonly SessionSummary[] = []
  try {
    summaries = await summarise(reading, policy)
    const isSound = !reading.problems.some(({ fatal }) => fatal)
    if (isSound && summaries.some(({ calls }) => calls > 0)) {
      chosen = chooseSample(summaries, options)
      ended = await writeTraceFile(options.output, recordsOf(reading, chosen, tally), context)
    }
  } finally {
    complete = close()
  }
  if (!complete) return exitCode.badInput
  if (chosen === undefined) {
    return badInput(context, { message: 'the trace holds no call', help: '`reroute import` writes traces' })
  }
  if (ended !== undefined) return ended
  const figures = figuresOf(summaries, chosen)
  const bytes = options.output === '-' ? undefined : (await stat(options.output)).size
  const facts = { output: options.output, policy: policy.name ?? '', bytes, holdsText: tally.texts > 0, ...figures }
  const text =
    options.format === 'json'
      ? document({ schemaVersion: 1, seed: options.seed, max: options.max, ...facts })
      : sampleScreen(facts, { style: context.style, width: context.width })
  await printBeside(options.output, text, context)
  return chosen.lost.length > 0 ? exitCode.findings : exitCode.pass
}

async function summarise(reading: TraceReading, policy: Policy): Promise<readonly SessionSummary[]> {
  const evaluator = compilePolicy(policy)
  const summaries: SessionSummary[] = []
  for await (const session of reading.sessions()) {
    if (session.calls.length === 0) continue
    const result = replaySession(session, { evaluator, mode: 'frozen', seed: '0' })
    summaries.push(summaryOf(session, result))
  }
  return summaries
}

async function* recordsOf(
  reading: TraceReading,
  { sessions }: Sample,
  tally: { texts: number },
): AsyncGenerator<TraceRecord> {
  for (const event of reading.sharedEvents) yield withoutProvenance(event)
  for await (const session of reading.sessions()) {
    const chosen = sessions.get(session.session)
    if (chosen === undefined) continue
    for (const record of sampledRecords(session, chosen.standsForSessions)) {
      if (holdsText(record)) tally.texts += 1
      yield record
    }
  }
}
