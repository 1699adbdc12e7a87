import { readFile } from 'node:fs/promises'
import { InvalidArgumentError, type Command } from 'commander'
import { baselineOf, readBaseline, staleBaseline, type Baseline } from '../../analysis/gate/baseline.ts'
import { judgeGate } from '../../analysis/gate/judge.ts'
import { costLimit, countLimit, shareOf, type CostLimit, type CountLimit } from '../../analysis/gate/limits.ts'
import type { TrafficDiff } from '../../analysis/diff/traffic.ts'
import { suggest } from '../../language/suggest.ts'
import type { Policy } from '../../policy/core.ts'
import { document } from '../../report/json.ts'
import { plainStyle } from '../../report/style.ts'
import type { Context } from '../context.ts'
import { exitCode, type ExitCode } from '../exit-code.ts'
import { badInput, fileFailure, isFileError, usage } from '../failure.ts'
import { formatOption, repeated } from '../options.ts'
import { compared, requireNamed, reviewOptions, type ReviewOptions } from '../review.ts'
import { gateFormats, outputOption, reviewText, writeOutputs, type ReviewFormat, type ReviewOutput } from '../review-output.ts'
import { packageVersion } from '../version.ts'
import { writeFileWhole } from '../write-file.ts'

interface CiOptions extends ReviewOptions {
  readonly against?: string
  readonly baseline?: string
  readonly updateBaseline: boolean
  readonly maxCostChange?: CostLimit
  readonly maxFlips?: CountLimit
  readonly minAvailability?: bigint
  readonly maxUpgrades?: CountLimit
  /** `false`: none may move, but by those of `except`. */
  readonly decisionMoves: boolean
  readonly except?: readonly string[]
  readonly format: ReviewFormat
  readonly output?: readonly ReviewOutput[]
}

export function defineCi(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<new>', 'the policy under review: a file, or a revision')
    .argument('<traces...>', 'recorded sessions to judge it over')
    .option('--against <old>', 'the policy as it was: a file, or a revision such as main:policies/my.route')
    .option('--baseline <file>', 'what the accepted policy came to; committed beside it')
    .option('--update-baseline', 'write the baseline from the new policy, and judge nothing that compares with it', false)
    .option('--max-cost-change <limit>', 'such as 2%, -10% (a saving) or $5', costValue)
    .option('--max-flips <limit>', 'calls decided differently: such as 25 or 1%', countValue)
    .option('--min-availability <share>', 'calls served, of those that were to be: such as 99.9%', shareValue)
    .option('--max-upgrades <limit>', 'such as 100, or 25% of sessions', countValue)
    .option('--no-decision-moves', 'no decision may differ, recorded or not, but by rules of --except')
    .option('--except <rule>', 'a rule whose decisions may move (repeat)', repeated)
    .addOption(formatOption(...gateFormats))
    .option('--output <format=file>', 'write it in another format as well (repeat)', outputOption(gateFormats))
  reviewOptions(command)
  command
    .addHelpText(
      'after',
      `
Judges what the policy expects of itself (\`expect\`, \`invariant\`) and what the options ask for, over
intervals: a check passes when all that may be true satisfies it, fails when nothing does, and is
undecided otherwise, naming what decides. A modelled figure has bounds only where the policy is
\`assuming\` its model. What is unknown never passes; nothing evaluated is a failure.

Exit codes: 0 pass, 1 fail, 2 usage, 3 a bad policy, trace or baseline, 4 undecided.

Examples:
  reroute ci my.route traces/ --against main:my.route --max-flips 1% --max-cost-change 2%
  reroute ci my.route traces/ --against main:my.route --no-decision-moves --except stuck
  reroute ci my.route traces/ --baseline my.baseline.json --update-baseline
  reroute ci my.route traces/ --against main:my.route --output markdown=comment.md --output junit=gate.xml`,
    )
    .action(async (next: string, traces: string[], options: CiOptions) => done(await ci(next, traces, options, context)))
}

async function ci(label: string, traces: readonly string[], options: CiOptions, context: Context): Promise<ExitCode> {
  const wrong = wrongUsage(options)
  if (wrong !== undefined) return usage(context, wrong)
  const next = requireNamed(label, options, context)
  const old = options.against === undefined ? next : requireNamed(options.against, options, context)
  if (next === undefined || old === undefined) return exitCode.badInput
  const unknown = unknownRule(options.except ?? [], [old.policy, next.policy])
  if (unknown !== undefined) return usage(context, unknown)
  const read = options.updateBaseline ? undefined : await openBaseline(options.baseline, context)
  if (typeof read === 'number') return read
  const found = await compared(old, next, traces, options, context)
  if (typeof found === 'number') return found
  const { traffic, meaning, moved } = found
  if (traffic === undefined) throw new Error('traces were given, and no traffic was compared')
  const hasOld = options.against !== undefined
  const stale = read === undefined ? undefined : staleBaseline(read, { corpus: traffic.new, calls: traffic.corpus.calls, old: hasOld ? traffic.old : undefined })
  if (stale !== undefined) return badBaseline(options.baseline ?? '', stale, context)
  const gate = judgeGate(
    { policy: next.policy, traffic, meaning, moved, hasOld, baseline: read, forced: options.force },
    {
      maxCostChange: options.maxCostChange,
      maxFlips: options.maxFlips,
      minAvailabilityMillionths: options.minAvailability,
      maxUpgrades: options.maxUpgrades,
      noDecisionMoves: options.decisionMoves ? undefined : { except: options.except ?? [] },
    },
  )
  const review = { diff: found.diff, gate, policy: next.policy, version: await packageVersion() }
  const failed =
    (await writeOutputs(review, options.output ?? [], { style: plainStyle, width: 100 }, context)) ??
    (options.updateBaseline && traffic.corpus.calls > 0 ? await updateBaseline(options.baseline ?? '', next.policy, traffic, context) : undefined)
  if (failed !== undefined) return failed
  await context.out(reviewText(review, options.format, context))
  // A first baseline of a policy that asks for nothing is still a baseline.
  if (options.updateBaseline && gate.checks.length === 0 && traffic.corpus.calls > 0) return exitCode.pass
  return { pass: exitCode.pass, fail: exitCode.findings, undecided: exitCode.undecided }[gate.verdict]
}

function wrongUsage(options: CiOptions): { readonly message: string; readonly help: string } | undefined {
  const { against, baseline, updateBaseline } = options
  if (updateBaseline && baseline === undefined) {
    return { message: '`--update-baseline` needs a file', help: 'name it with --baseline FILE' }
  }
  if (options.except !== undefined && options.decisionMoves) {
    return { message: '`--except` restricts `--no-decision-moves`', help: 'give both' }
  }
  const comparing = [
    ...(options.maxCostChange === undefined ? [] : ['--max-cost-change']),
    ...(options.maxFlips === undefined ? [] : ['--max-flips']),
    ...(options.decisionMoves ? [] : ['--no-decision-moves']),
  ]
  const [first] = comparing
  if (first !== undefined && against === undefined && (baseline === undefined || updateBaseline)) {
    return {
      message: `\`${first}\` compares with another policy, and none is named`,
      help: 'name it with --against OLD, or its results with --baseline FILE',
    }
  }
  return undefined
}

/** A rule that neither policy has would silently except nothing. */
function unknownRule(
  names: readonly string[],
  policies: readonly Policy[],
): { readonly message: string; readonly help: string } | undefined {
  const blocks = policies.flatMap(({ blocks: { start, turn, call } }) => [start, turn, call])
  const known = [...new Set(blocks.flatMap((block) => (block === undefined ? [] : [...block.rules, block.otherwise])).map(({ name }) => name))]
  const unknown = names.find((name) => !known.includes(name))
  if (unknown === undefined) return undefined
  const meant = suggest(unknown, known)
  return {
    message: `neither policy has a rule \`${unknown}\``,
    help: meant === undefined ? `their rules are ${known.slice(0, 12).join(', ')}` : `did you mean \`${meant}\`?`,
  }
}

async function openBaseline(path: string | undefined, context: Context): Promise<Baseline | ExitCode | undefined> {
  if (path === undefined) return undefined
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (isFileError(error)) return badInput(context, fileFailure(path, 'read', error))
    throw error
  }
  const baseline = readBaseline(text)
  return 'problem' in baseline ? badBaseline(path, baseline.problem, context) : baseline
}

function badBaseline(path: string, problem: string, context: Context): ExitCode {
  return badInput(context, {
    message: `the baseline \`${path}\` cannot be compared with: ${problem}`,
    help: 'run the accepted policy with --update-baseline, and commit the file',
  })
}

async function updateBaseline(
  path: string,
  policy: Policy,
  traffic: TrafficDiff,
  context: Context,
): Promise<ExitCode | undefined> {
  try {
    await writeFileWhole(path, document(baselineOf(policy, traffic.new, traffic.corpus)), context, { overwrite: true })
    return undefined
  } catch (error) {
    if (isFileError(error)) return badInput(context, fileFailure(path, 'write', error))
    throw error
  }
}

function costValue(text: string): CostLimit {
  const limit = costLimit(text)
  if (limit === undefined) throw new InvalidArgumentError(`got \`${text}\`, expected a share such as 2% or an amount such as $5`)
  return limit
}

function countValue(text: string): CountLimit {
  const limit = countLimit(text)
  if (limit === undefined) throw new InvalidArgumentError(`got \`${text}\`, expected a number such as 25 or a share such as 1%`)
  return limit
}

function shareValue(text: string): bigint {
  const share = shareOf(text)
  if (share === undefined || share < 0n || share > 1_000_000n) {
    throw new InvalidArgumentError(`got \`${text}\`, expected a share from 0% to 100%, such as 99.9%`)
  }
  return share
}
