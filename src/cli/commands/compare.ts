import { Option, type Command } from 'commander'
import { claimsOf } from '../../analysis/claims/claims.ts'
import { compared } from '../../analysis/claims/compare.ts'
import type { OutcomePoint } from '../../analysis/claims/outcome-point.ts'
import type { Policy } from '../../policy/core.ts'
import { compilePolicy } from '../../policy/engine/compile-policy.ts'
import { controlModels } from '../../replay/always.ts'
import { createReplay, type ReplayOptions } from '../../replay/replay.ts'
import type { DecisionMode, ReplayResult } from '../../replay/result/replay.ts'
import { askedOf } from '../../replay/served.ts'
import { compareJson, compareScreen } from '../../report/compare-report.ts'
import { selectedCalls } from '../../report/totals.ts'
import type { Context } from '../context.ts'
import { spanOf } from '../faults.ts'
import { exitCode, type ExitCode } from '../exit-code.ts'
import { badInput, usage } from '../failure.ts'
import { formatOption } from '../options.ts'
import { readOutcomes } from '../outcomes.ts'
import { requirePolicy, rootOption, type RootOption } from '../policy.ts'
import { condition, instant, selection, type SelectionOptions } from '../selection.ts'
import { openTrace } from '../trace.ts'
import { rowsOf, variantReplays } from '../variants.ts'
import { packageVersion } from '../version.ts'
import { readWorld, worldOf, worldOptions, type WorldOptions } from '../world.ts'

interface CompareOptions extends RootOption, SelectionOptions, WorldOptions {
  readonly format: 'terminal' | 'json'
  readonly outcomes?: string
  readonly mode: Exclude<DecisionMode, 'stop'>
  readonly force: boolean
  readonly strict: boolean
}

export function defineCompare(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<files...>', 'policies (`.route`), then traces and directories of them')
    .option('--since <day>', 'only calls from this day or instant on', instant)
    .option('--until <day>', 'only calls before this day or instant', instant)
    .option('--where <field=value>', 'only calls with it; fields: session model provider team repo user day (repeat)', condition)
    .option('--outcomes <file>', 'how often policies and models succeeded elsewhere, as JSON or `.csv`')
    .addOption(new Option('--mode <mode>', 'past a divergence: go on as logged, or as assumed').choices(['frozen', 'projected']).default('frozen'))
  worldOptions(command)
  command
    .option('--seed <text>', 'for every draw (default: what a session names, else 0)')
    .option('--force', 'compare although the recorded policy is not reproduced', false)
    .option('--strict', 'a line that cannot be taken is an error', false)
    .addOption(formatOption('terminal', 'json'))
    .option(...rootOption)
    .addHelpText(
      'after',
      `
Policies over the same sessions: what each costs against the log, how often it succeeds, what a
success costs, and what a further success costs between neighbours. With outcomes of single models,
each beside the fixed split of models that costs as much. A figure that is not exact has an interval.
All meet the same faults, arrivals and caches; each run is the one of \`reroute replay\` with these options.

Examples:
  reroute compare policies/always-cheapest.route my.route policies/always-strongest.route sessions.jsonl
  reroute compare old.route new.route traces/ --outcomes outcomes.csv
  reroute compare patient.route quick.route traces/ --faults outage.jsonl
  reroute compare old.route new.route traces/ --format json      docs/schemas/compare-1.schema.json`,
    )
    .action(async (files: string[], options: CompareOptions) => done(await compare(files, options, context)))
}

async function compare(files: readonly string[], options: CompareOptions, context: Context): Promise<ExitCode> {
  const isPolicy = (file: string): boolean => file.endsWith('.route')
  const [paths, traces] = [files.filter(isPolicy), files.filter((file) => !isPolicy(file))]
  if (paths.length < 2) return usage(context, { message: 'fewer than two policies', help: 'name files that end in `.route` before the traces' })
  if (traces.length === 0) return usage(context, { message: 'no trace', help: '`reroute import` writes traces' })
  const policies = paths.flatMap((path) => requirePolicy(path, options, context) ?? [])
  if (policies.length < paths.length) return exitCode.badInput
  const outcomes = options.outcomes === undefined ? { ok: true as const, points: [] } : await readOutcomes(options.outcomes, context)
  if (!outcomes.ok) return badInput(context, outcomes.failure)
  return compareOver(policies, traces, outcomes.points, options, context)
}

async function compareOver(
  policies: readonly Policy[],
  traces: readonly string[],
  points: readonly OutcomePoint[],
  options: CompareOptions,
  context: Context,
): Promise<ExitCode> {
  const engineVersion = await packageVersion()
  const files = await readWorld(options, context)
  if (files === undefined) return exitCode.badInput
  const { reading, close } = await openTrace(traces, options, context)
  const world = await worldOf(files, options, policies, () => spanOf(reading), context)
  const models = points.flatMap(({ of }) => (of.kind === 'model' ? [of.name] : []))
  const runs = policies.map((policy) => {
    const settings: ReplayOptions = {
      policy,
      evaluator: compilePolicy(policy),
      mode: options.mode,
      seed: options.seed,
      ...world,
      select: selection(policy, options),
      always: [...models, ...Object.values(controlModels(policy) ?? {})],
      engineVersion,
    }
    return { policy, replay: createReplay(settings), variants: variantReplays(settings) }
  })
  let complete = false
  try {
    for await (const session of reading.sessions()) {
      for (const { replay, variants } of runs) {
        replay.add(session)
        variants.add(session)
      }
    }
  } finally {
    complete = close()
  }
  if (!complete) return exitCode.badInput
  const done = runs.map(({ policy, replay, variants }) => ({ policy, variants, rows: rowsOf(replay), result: replay.finish() }))
  const [first] = done
  if (first === undefined || selectedCalls(first.result.totals) === 0) {
    return badInput(context, { message: 'no call of the trace is selected', help: 'check the traces; widen --since, --until or --where' })
  }
  const refusal = done.map(({ result }) => result.refusal).find((each) => each !== undefined)
  if (refusal !== undefined && !options.force) {
    context.note(`${context.noteStyle.bad('refused')}: ${refusal.reason}; --force compares all the same\n`)
    return exitCode.findings
  }
  const names = namesOf(done.map(({ result }) => result))
  const comparison = compared(
    done.map(({ policy, variants, rows, result }, at) => ({
      name: names[at] ?? '',
      claims: claimsOf({
        policy: result.policy.name,
        rows,
        controls: controlModels(policy),
        points,
        seed: result.seed,
        mode: options.mode,
        variants: variants.results(),
      }),
    })),
    first.rows,
    points,
  )
  const head = {
    sessions: first.rows.length,
    calls: selectedCalls(first.result.totals),
    mode: options.mode,
    arrivals: options.arrivals,
    runs: done.map(({ result: { runId, outcomeHash, totals, outage } }, at) => ({
      name: names[at] ?? '',
      runId,
      outcomeHash,
      served: totals.attempts.served,
      asked: askedOf(totals),
      outage,
    })),
    notices: first.result.notices.filter((notice) => done.every(({ result }) => result.notices.includes(notice))),
  }
  await context.out(
    options.format === 'json'
      ? compareJson(comparison, head)
      : compareScreen(comparison, head, { style: context.style, width: context.width }),
  )
  return exitCode.pass
}

/** Two policies of one name are told apart by their place. */
function namesOf(results: readonly ReplayResult[]): readonly string[] {
  const names = results.map(({ policy }) => policy.name)
  return names.map((name, at) => (names.indexOf(name) === names.lastIndexOf(name) ? name : `${name} (${at + 1})`))
}
