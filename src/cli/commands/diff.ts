import type { Command } from 'commander'
import { refusalOf } from '../../analysis/diff/traffic.ts'
import { escapeTerminal } from '../../report/escape.ts'
import { plainStyle } from '../../report/style.ts'
import type { Context } from '../context.ts'
import { exitCode, type ExitCode } from '../exit-code.ts'
import { badInput } from '../failure.ts'
import { formatOption } from '../options.ts'
import { compared, requireNamed, reviewOptions, type ReviewOptions } from '../review.ts'
import { diffFormats, outputOption, reviewText, writeOutputs, type ReviewFormat, type ReviewOutput } from '../review-output.ts'
import { packageVersion } from '../version.ts'

interface DiffOptions extends ReviewOptions {
  readonly format: ReviewFormat
  readonly output?: readonly ReviewOutput[]
}

export function defineDiff(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<old>', 'the policy as it was: a file, or a revision such as main:policies/my.route')
    .argument('<new>', 'the policy as it is to be: a file, or a revision')
    .argument('[traces...]', 'recorded sessions to compare them over; `-` reads the standard input')
    .addOption(formatOption(...diffFormats))
    .option('--output <format=file>', 'write it in another format as well (repeat)', outputOption(diffFormats))
  reviewOptions(command)
  command
    .addHelpText(
      'after',
      `
Two answers in one. Meaning: where in all inputs the two decide differently, each region with its
smallest example, decided by both. Traffic: how many recorded calls, sessions, tokens and dollars
fall in each, and which calls change only because an earlier one left another session state.
Rows add up to the corpus exactly. Exit 0 whatever differs; \`reroute ci\` is the gate.

Examples:
  reroute diff main:policies/my.route policies/my.route
  reroute diff main:policies/my.route policies/my.route traces/
  reroute diff old.route new.route traces/ --format markdown --output json=diff.json
  reroute diff old.route new.route traces/ --format json       docs/schemas/diff-1.schema.json`,
    )
    .action(async (old: string, next: string, traces: string[], options: DiffOptions) =>
      done(await diff(old, next, traces, options, context)),
    )
}

async function diff(
  oldLabel: string,
  newLabel: string,
  traces: readonly string[],
  options: DiffOptions,
  context: Context,
): Promise<ExitCode> {
  const old = requireNamed(oldLabel, options, context)
  const next = requireNamed(newLabel, options, context)
  if (old === undefined || next === undefined) return exitCode.badInput
  const found = await compared(old, next, traces, options, context)
  if (typeof found === 'number') return found
  const { traffic } = found
  if (traffic?.corpus.calls === 0) {
    return badInput(context, { message: 'no call of the traces is compared', help: '`reroute import` writes traces; widen --since, --until or --where' })
  }
  const refusal = traffic === undefined ? undefined : refusalOf(traffic)
  if (refusal !== undefined && !options.force) {
    context.note(`${context.noteStyle.bad('refused')}: ${escapeTerminal(refusal.reason)}; --force compares all the same\n`)
    return exitCode.findings
  }
  const review = { diff: found.diff, gate: undefined, policy: next.policy, version: await packageVersion() }
  const failed = await writeOutputs(review, options.output ?? [], { style: plainStyle, width: 100 }, context)
  if (failed !== undefined) return failed
  await context.out(reviewText(review, options.format, context))
  return exitCode.pass
}
