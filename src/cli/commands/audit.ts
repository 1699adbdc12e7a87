import { InvalidArgumentError, type Command } from 'commander'
import { createAudit, type Audit } from '../../analysis/audit/audit.ts'
import { auditJson, auditScreen } from '../../report/audit-report.ts'
import { picoUsdOf } from '../../trace/importers/pico-usd.ts'
import type { Context } from '../context.ts'
import { exitCode, type ExitCode } from '../exit-code.ts'
import { badInput } from '../failure.ts'
import { formatOption, repeated } from '../options.ts'
import { openPriceBook, shippedCatalogue } from '../price-book.ts'
import { openTrace } from '../trace.ts'

interface AuditOptions {
  readonly catalog: string
  readonly prices?: readonly string[]
  readonly tolerance?: bigint
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
    .option('--strict', 'a line that cannot be taken is an error', false)
    .addOption(formatOption('terminal', 'json'))
    .addHelpText(
      'after',
      `
Every logged cost is priced again from its tokens, at the prices of its own day, and compared to the
last digit. What does not match is explained where one cause comes to exactly the logged cost.
Bills of providers and gateways are kept apart from what a client reckoned for itself.

Exit 1 when a bill does not match, 4 when no cost is logged at all, 3 when there is no call.

Examples:
  reroute audit sessions.jsonl
  reroute audit sessions.jsonl --prices contract.route
  reroute audit sessions.jsonl --format json      docs/schemas/audit-1.schema.json`,
    )
    .action(async (traces: string[], options: AuditOptions) =>
      done(await audit(traces, options, context)),
    )
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
  const book = openPriceBook(options.catalog, options.prices ?? [], context)
  if (book === undefined) return exitCode.badInput
  const run = createAudit(
    book,
    options.tolerance === undefined ? {} : { tolerancePicoUsd: options.tolerance },
  )
  if (!(await addAll(run, traces, options, context))) return exitCode.badInput
  const result = run.finish()
  if (result.calls === 0) {
    return badInput(context, {
      message: 'the trace holds no call',
      help: '`reroute import` writes traces',
    })
  }
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

/** `false`: the traces could not be read to their end, which has been said. */
async function addAll(
  run: Audit,
  traces: readonly string[],
  options: AuditOptions,
  context: Context,
): Promise<boolean> {
  const { reading, close } = await openTrace(traces, options, context)
  let complete = false
  try {
    for await (const { calls } of reading.sessions()) for (const call of calls) run.add(call)
  } finally {
    complete = close()
  }
  return complete
}
