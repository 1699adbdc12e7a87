import { InvalidArgumentError, type Command } from 'commander'
import { createAudit } from '../../analysis/audit/audit.ts'
import { createCacheAudit } from '../../analysis/caches/audit.ts'
import { auditJson, auditScreen } from '../../report/audit-report.ts'
import { cacheAuditJson, cacheAuditScreen } from '../../report/cache-audit-report.ts'
import { picoUsdOf } from '../../trace/importers/pico-usd.ts'
import type { RecordedSession } from '../../trace/session.ts'
import type { Context } from '../context.ts'
import { exitCode, type ExitCode } from '../exit-code.ts'
import { badInput, usage } from '../failure.ts'
import { formatOption, repeated } from '../options.ts'
import { openPriceBook, shippedCatalogue } from '../price-book.ts'
import type { PriceBook } from '../../analysis/audit/price-book.ts'
import { defaultTotalsColumns, readRunTotals, type TotalsColumns } from '../run-totals.ts'
import { openTrace } from '../trace.ts'

interface AuditOptions {
  readonly catalog: string
  readonly prices?: readonly string[]
  readonly tolerance?: bigint
  readonly totals?: string
  readonly totalsColumns?: TotalsColumns
  readonly caches: boolean
  readonly seed: string
  readonly format: 'terminal' | 'json'
  readonly strict: boolean
}

export function defineAudit(
  command: Command,
  context: Context,
  done: (code: ExitCode) => void,
): void {
  command
    .argument(
      '<traces...>',
      'traces and directories of them, packed or not; `-` reads the standard input',
    )
    .option('--catalog <file>', 'prices of models, instead of the shipped ones', shippedCatalogue)
    .option(
      '--prices <file>',
      'prices over those before: `override model …`, such as a contract (repeat)',
      repeated,
    )
    .option(
      '--tolerance <dollars>',
      'smaller differences are rounding (default: 0.000001)',
      dollarsOption,
    )
    .option('--totals <file>', "a client's cost of whole sessions (CSV), for calls that have none of their own")
    .option(
      '--totals-columns <session,cost>',
      'the names of its columns, the cost in dollars (default: session,cost_usd)',
      columnsOption,
    )
    .option('--caches', 'compare the model of prompt caches with the logged buckets instead', false)
    .option('--seed <text>', 'with --caches: draws the half that the model is fitted on', '0')
    .option('--strict', 'a line that cannot be taken is an error', false)
    .addOption(formatOption('terminal', 'json'))
    .addHelpText(
      'after',
      `
Every logged cost is priced again from its tokens, at the prices of its own day, and compared to the
last digit. What does not match is explained where one cause comes to exactly the logged cost.
Bills of providers and gateways are kept apart from what a client reckoned for itself.

With --totals: what a run cost is compared with its calls where these have no cost; they count as
estimates, and causes are found for the run. Where all calls have one, the total is their sum or not.

With --caches: what no catalogue says of prompt caches is fitted on half the sessions and measured
on the other half, beside two plain models; what is left is in dollars by cause.

Exit 1 when a bill does not match, 4 when no cost is logged at all, 3 when there is no call.

Examples:
  reroute audit sessions.jsonl
  reroute audit sessions.jsonl --prices contract.route
  reroute audit sessions.jsonl --totals runs.csv --totals-columns instance_id,instance_cost_usd
  reroute audit sessions.jsonl --caches
  reroute audit sessions.jsonl --format json      docs/schemas/audit-1.schema.json`,
    )
    .action(async (traces: string[], options: AuditOptions) =>
      done(await audit(traces, options, context)),
    )
}

function columnsOption(text: string): TotalsColumns {
  const [session = '', cost = '', ...others] = text.split(',').map((name) => name.trim())
  if (session === '' || cost === '' || others.length > 0)
    throw new InvalidArgumentError(`got \`${text}\`, expected two names, such as session,cost_usd`)
  return { session, cost }
}

function dollarsOption(text: string): bigint {
  const picoUsd = /^\d+(\.\d+)?$/.test(text) ? picoUsdOf(Number(text)) : undefined
  if (picoUsd === undefined)
    throw new InvalidArgumentError(`got \`${text}\`, expected dollars, such as 0.0001`)
  return BigInt(picoUsd)
}

async function audit(
  traces: readonly string[],
  options: AuditOptions,
  context: Context,
): Promise<ExitCode> {
  if (options.totals === undefined && options.totalsColumns !== undefined) {
    return usage(context, { message: '`--totals-columns` is for `--totals`', help: 'name the file too' })
  }
  const book = openPriceBook(options.catalog, options.prices ?? [], context)
  if (book === undefined) return exitCode.badInput
  return options.caches
    ? auditCaches(book, traces, options, context)
    : auditBills(book, traces, options, context)
}

async function auditBills(
  book: PriceBook,
  traces: readonly string[],
  options: AuditOptions,
  context: Context,
): Promise<ExitCode> {
  const read =
    options.totals === undefined
      ? undefined
      : await readRunTotals(options.totals, options.totalsColumns ?? defaultTotalsColumns)
  if (read?.ok === false) return badInput(context, read.failure)
  const run = createAudit(book, {
    ...(options.tolerance === undefined ? {} : { tolerancePicoUsd: options.tolerance }),
    ...(read === undefined ? {} : { runTotals: read.totals }),
  })
  const add = ({ calls }: RecordedSession): void => {
    for (const call of calls) run.add(call)
  }
  if (!(await addAll(add, traces, options, context))) return exitCode.badInput
  const result = run.finish()
  if (result.calls === 0) return noCall(context, 'the trace holds no call')
  await context.out(
    options.format === 'json'
      ? auditJson(result)
      : auditScreen(result, { style: context.style, width: context.width }),
  )
  if (result.unmatched > 0) return exitCode.findings
  const { exact, withinTolerance, estimates } = result
  const compared =
    exact + withinTolerance + estimates.exact + estimates.withinTolerance + estimates.unmatched
  return compared === 0 ? exitCode.undecided : exitCode.pass
}

async function auditCaches(
  { policy }: PriceBook,
  traces: readonly string[],
  options: AuditOptions,
  context: Context,
): Promise<ExitCode> {
  const run = createCacheAudit(policy, { seed: options.seed })
  if (!(await addAll(run.add, traces, options, context))) return exitCode.badInput
  const result = run.finish()
  if (result.calls === 0) return noCall(context, 'the trace holds no call whose cache can be compared')
  await context.out(
    options.format === 'json'
      ? cacheAuditJson(result)
      : cacheAuditScreen(result, { style: context.style, width: context.width }),
  )
  // One session is fitted on or measured; a comparison needs both.
  return result.fitted.sessions === 0 || result.measured.sessions === 0 ? exitCode.undecided : exitCode.pass
}

function noCall(context: Context, message: string): ExitCode {
  return badInput(context, { message, help: '`reroute import` writes traces' })
}

/** `false`: the traces could not be read to their end, which has been said. */
async function addAll(
  add: (session: RecordedSession) => void,
  traces: readonly string[],
  options: AuditOptions,
  context: Context,
): Promise<boolean> {
  const { reading, close } = await openTrace(traces, options, context)
  let complete = false
  try {
    for await (const session of reading.sessions()) add(session)
  } finally {
    complete = close()
  }
  return complete
}
