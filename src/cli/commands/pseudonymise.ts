import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import { createPseudonyms } from '../../analysis/pseudonyms/pseudonymise.ts'
import type { PseudonymRefusal, Pseudonyms } from '../../analysis/pseudonyms/pseudonymise.ts'
import type { Policy } from '../../policy/core.ts'
import { document } from '../../report/json.ts'
import { pseudonymScreen } from '../../report/pseudonym-report.ts'
import { defaultTraceLimits } from '../../trace/limits.ts'
import { rowOf } from '../../trace/merge.ts'
import type { TraceReading } from '../../trace/read.ts'
import type { TraceRecord } from '../../trace/record.ts'
import { createRowStore, type RowStore } from '../../trace/spill.ts'
import type { Context } from '../context.ts'
import { exitCode, type ExitCode } from '../exit-code.ts'
import { badInput, fail } from '../failure.ts'
import { formatOption, repeated } from '../options.ts'
import { requirePolicy, rootOption, type RootOption } from '../policy.ts'
import { openTrace } from '../trace.ts'
import { printBeside, writeTraceFile } from '../write-trace.ts'

interface PseudonymiseOptions extends RootOption {
  readonly output: string
  readonly for: readonly string[]
  readonly keepDrawnIds: boolean
  readonly strict: boolean
  readonly format: 'terminal' | 'json'
}

export function definePseudonymise(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<traces...>', 'traces and directories of them, packed or not; `-` reads the standard input')
    .requiredOption('--for <policy>', 'keep every decision of this policy (repeat)', repeated)
    .requiredOption('-o, --output <file>', 'the trace to write; `.gz` packs it, `-` prints it')
    .option('--keep-drawn-ids', 'keep session ids where a policy draws by them', false)
    .option('--strict', 'a line that cannot be taken is an error', false)
    .option(...rootOption)
    .addOption(formatOption('terminal', 'json'))
    .addHelpText(
      'after',
      `
Texts become lengths and phrase counts. Ids become hashes under a random key that is kept nowhere.
Names become numbers, but for those that a policy compares with. What no policy reads of headers,
parameters, metadata and paths goes. Times move by one random amount unless that changes a decision.
docs/privacy.md says what stays and what it can still tell.

Exit 1, and nothing is written, where a policy draws by session id: --keep-drawn-ids keeps the ids.

Example:
  reroute pseudonymise sessions.jsonl --for my.route -o shareable.jsonl.gz`,
    )
    .action(async (traces: string[], options: PseudonymiseOptions) =>
      done(await pseudonymise(traces, options, context)),
    )
}

async function pseudonymise(
  traces: readonly string[],
  options: PseudonymiseOptions,
  context: Context,
): Promise<ExitCode> {
  const policies: Policy[] = []
  for (const path of options.for) {
    const policy = requirePolicy(path, options, context)
    if (policy === undefined) return exitCode.badInput
    policies.push(policy)
  }
  const { keepDrawnIds, strict } = options
  const survey = createPseudonyms({ policies, key: randomBytes(32), keepDrawnIds })
  const trace = await openTrace(traces, { strict, dropsUnknownFields: true }, context)
  const rows = createRowStore(defaultTraceLimits.heldBytes)
  const forget = context.onInterrupt(() => rows.dispose())
  let made: Pseudonyms | PseudonymRefusal | undefined
  let complete = false
  try {
    survey.surveyShared(trace.reading.sharedEvents)
    for await (const session of trace.reading.sessions()) survey.survey(session)
    made = survey.finish()
    if (made.kind === 'pseudonyms') await rewrite(trace.reading, made, rows)
  } finally {
    complete = trace.close()
    if (!complete || made?.kind !== 'pseudonyms') rows.dispose()
  }
  try {
    if (!complete) return exitCode.badInput
    if (made.kind === 'refused') return refused(made, context)
    const summary = trace.reading.summary()
    if (summary === undefined || summary.calls === 0) {
      return badInput(context, { message: 'the trace holds no call', help: '`reroute import` writes traces' })
    }
    const failed = await writeTraceFile(options.output, recordsOf(rows), context)
    if (failed !== undefined) return failed
    await report(made, summary, policies, options, context)
    return exitCode.pass
  } finally {
    rows.dispose()
    forget()
  }
}

/** Sorted by their new ids, so that the order of the file tells nothing of the old ones. */
async function rewrite(reading: TraceReading, made: Pseudonyms, rows: RowStore): Promise<void> {
  const nowhere = { file: '', line: 0 }
  for (const event of made.sharedEvents(reading.sharedEvents)) rows.add(rowOf(event, nowhere))
  for await (const session of reading.sessions()) {
    for (const record of made.session(session)) rows.add(rowOf(record, nowhere))
  }
}

function* recordsOf(rows: RowStore): Generator<TraceRecord> {
  for (const { text } of rows.sorted()) yield JSON.parse(text) as TraceRecord
}

function refused({ because, reasons }: PseudonymRefusal, context: Context): ExitCode {
  return fail(context, exitCode.findings, {
    message: `decisions would not stay the same: ${reasons.join('; ')}`,
    help:
      because === 'ids'
        ? '--keep-drawn-ids keeps the ids that are drawn by, in clear'
        : 'share the trace with whoever may read its texts, or for policies that do not read them',
  })
}

async function report(
  made: Pseudonyms,
  { sessions, calls }: { readonly sessions: number; readonly calls: number },
  policies: readonly Policy[],
  { output, format }: PseudonymiseOptions,
  context: Context,
): Promise<void> {
  const facts = {
    output,
    policies: policies.map(({ name }) => name ?? ''),
    sessions,
    calls,
    sessionIds: made.keptIds.length === 0 ? ('hashed' as const) : ('kept' as const),
    keptIds: made.keptIds,
    times: made.shift.kind,
    keptTimes: made.shift.kind === 'kept' ? made.shift.reasons : [],
    unlistedNames: made.unknownNames,
    pausesRedrawn: made.pausesRedrawn,
  }
  const text =
    format === 'json'
      ? document({ schemaVersion: 1, ...facts })
      : pseudonymScreen(facts, { style: context.style, width: context.width })
  await printBeside(output, text, context)
}
