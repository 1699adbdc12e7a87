import { Option, type Command } from 'commander'
import { claimsOf, type Claims } from '../../analysis/claims/claims.ts'
import { tallySteps, type Step } from '../../analysis/steps.ts'
import { compilePolicy } from '../../policy/engine/compile-policy.ts'
import type { Policy } from '../../policy/core.ts'
import { controlModels } from '../../replay/always.ts'
import { createReplay, type ReplayOptions } from '../../replay/replay.ts'
import type { DecisionMode, ReplayResult } from '../../replay/result/replay.ts'
import type { SessionResult } from '../../replay/result/session.ts'
import type { RecordedSession } from '../../trace/session.ts'
import { groupFields, type GroupField } from '../../replay/session-totals.ts'
import { groupsCsv, sessionsCsv } from '../../report/csv.ts'
import { replayJson } from '../../report/json.ts'
import { replayScreen } from '../../report/terminal.ts'
import { selectedCalls } from '../../report/totals.ts'
import { sessionsTable } from '../../report/terminal/sessions.ts'
import type { Context } from '../context.ts'
import { exitCode, type ExitCode } from '../exit-code.ts'
import { spanOf } from '../faults.ts'
import { badInput, fileFailure, isFileError } from '../failure.ts'
import { openLogFile, type LogFile } from '../log-file.ts'
import { formatOption } from '../options.ts'
import { readOutcomes } from '../outcomes.ts'
import { startProgress } from '../progress.ts'
import { requirePolicy, type RootOption, rootOption } from '../policy.ts'
import { condition, instant, selection, type SelectionOptions } from '../selection.ts'
import { openTrace, type OpenedTrace } from '../trace.ts'
import { rowsOf, variantReplays } from '../variants.ts'
import { packageVersion } from '../version.ts'
import { readWorld, worldOf, worldOptions, type WorldOptions } from '../world.ts'

const noOutcomes = { ok: true, points: [] } as const

interface ReplayCommandOptions extends RootOption, SelectionOptions, WorldOptions {
  readonly groupBy?: GroupField
  readonly format: 'terminal' | 'json' | 'csv'
  readonly log?: string
  readonly outcomes?: string
  readonly recorded?: string
  readonly force: boolean
  readonly gate: boolean
  readonly mode: DecisionMode
  readonly strict: boolean
  readonly sessions: boolean
  readonly details: boolean
  readonly showText: boolean
}

export function defineReplay(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<policy>', 'the policy to replay under')
    .argument('<traces...>', 'traces and directories of them, packed or not; `-` reads the standard input')
    .addOption(new Option('--group-by <field>', 'split every figure').choices(groupFields))
    .option('--since <day>', 'only calls from this day or instant on', instant)
    .option('--until <day>', 'only calls before this day or instant', instant)
    .option('--where <field=value>', 'only calls with it; fields: session model provider team repo user day (repeat)', condition)
    .addOption(formatOption('terminal', 'json', 'csv'))
    .option('--log <file>', 'write every decision to a file, as JSON lines or `.csv`')
    .option('--sessions', 'show every session as well', false)
    .option('--details', 'show every line of the report: overheads, break-even points, dedicated capacity', false)
    .option('--outcomes <file>', 'how often policies and models succeeded elsewhere, as JSON or `.csv`')
    .option('--recorded <policy>', 'the policy that decided when this was recorded')
  worldOptions(command)
  command
    .option('--force', 'show the result although the recorded policy is not reproduced', false)
    .option('--no-gate', 'exit 0 whatever invariants and expectations come to')
    .addOption(new Option('--mode <mode>', 'past a divergence: go on as logged, as assumed, or not at all').choices(['frozen', 'projected', 'stop']).default('frozen'))
    .option('--seed <text>', 'for every draw (default: what a session names, else 0)')
    .option('--strict', 'a line that cannot be taken is an error', false)
    .option('--show-text', 'words of messages may stand in the decision log', false)
    .option(...rootOption)
    .addHelpText(
      'after',
      `
Every recorded call is decided again. Up to a session's first divergence figures are exact; from
there on they are modelled, said so, and in no headline. Equal input gives equal run and outcome.

The policy's own invariants and expectations are the gate: exit 1 when one is broken, 4 when one
cannot be decided from this trace. Exit 1 also when the recorded policy is not reproduced.

Examples:
  reroute replay my.route sessions.jsonl
  reroute replay my.route sessions.jsonl --group-by model --since 2026-06-01
  reroute replay my.route sessions.jsonl --faults outage.jsonl       docs/faults.md
  reroute replay my.route sessions.jsonl --faults sample:anthropic-api
  reroute replay my.route traces/ --where team=payments --log decisions.csv
  reroute replay my.route sessions.jsonl --format json      docs/schemas/replay-1.schema.json`,
    )
    .action(async (policy: string, traces: string[], options: ReplayCommandOptions) =>
      done(await replay(policy, traces, options, context)),
    )
}

async function replay(
  path: string,
  traces: readonly string[],
  options: ReplayCommandOptions,
  context: Context,
): Promise<ExitCode> {
  const policy = requirePolicy(path, options, context)
  if (policy === undefined) return exitCode.badInput
  const recorded = options.recorded === undefined ? undefined : requirePolicy(options.recorded, { ...options, firstPrices: false }, context)
  if (options.recorded !== undefined && recorded === undefined) return exitCode.badInput
  let log: LogFile | undefined
  try {
    log = options.log === undefined ? undefined : await openLogFile(options.log, options, context)
    return await replayTraces(policy, recorded, traces, options, context, log)
  } catch (error) {
    if (isFileError(error)) return badInput(context, fileFailure(options.log ?? '', 'write', error))
    throw error
  } finally {
    await log?.close()
  }
}

async function replayTraces(
  policy: Policy,
  recorded: Policy | undefined,
  traces: readonly string[],
  options: ReplayCommandOptions,
  context: Context,
  log: LogFile | undefined,
): Promise<ExitCode> {
  const files = await readWorld(options, context)
  if (files === undefined) return exitCode.badInput
  const trace = await openTrace(traces, options, context)
  const settings: ReplayOptions = {
    policy,
    evaluator: compilePolicy(policy),
    mode: options.mode,
    seed: options.seed,
    groupBy: options.groupBy,
    recorded,
    select: selection(policy, options),
    ...(await worldOf(files, options, [policy], () => spanOf(trace.reading), context)),
    engineVersion: await packageVersion(),
  }
  const outcomes = options.outcomes === undefined ? noOutcomes : await readOutcomes(options.outcomes, context)
  if (!outcomes.ok) return badInput(context, outcomes.failure)
  const run = createReplay(settings)
  const variants = variantReplays(settings)
  const steps = tallySteps(policy)
  const sessions: SessionResult[] = []
  const take = async (session: RecordedSession, result: SessionResult): Promise<void> => {
    steps.add(result)
    await log?.add(result, session)
    if (options.sessions) sessions.push(result)
  }
  let waiting = 0
  const complete = await addAll(trace, async (session) => {
    const result = run.add(session)
    if (result === undefined) waiting += 1
    else await take(session, result)
    variants.add(session)
  })
  if (!complete) return exitCode.badInput
  const progress = startProgress(context, 'replaying', 'sessions')
  try {
    let ended = 0
    for (const { session, result } of run.settle()) {
      await take(session, result)
      ended += 1
      progress.update(ended, waiting)
    }
  } finally {
    progress.stop()
  }
  const result = run.finish()
  if (selectedCalls(result.totals) === 0) {
    return badInput(context, {
      message: settings.select === undefined ? 'the trace holds no call' : 'no call of the trace is selected',
      help: settings.select === undefined ? '`reroute import` writes traces' : 'widen --since, --until or --where',
    })
  }
  const refused = result.refusal !== undefined && !options.force
  if (!refused) await log?.keep()
  const claims = claimsOf({
    policy: result.policy.name,
    rows: rowsOf(run),
    controls: controlModels(policy),
    points: outcomes.points,
    seed: result.seed,
    mode: options.mode,
    variants: variants.results(),
  })
  await print(result, { steps: steps.steps(), claims, sessions }, options, context)
  if (refused) return exitCode.findings
  return options.gate ? verdict(result) : exitCode.pass
}

/** `false`: the trace could not be read to its end, which has been said. */
async function addAll(
  { reading, close }: OpenedTrace,
  add: (session: RecordedSession) => Promise<void>,
): Promise<boolean> {
  let complete = false
  try {
    for await (const session of reading.sessions()) await add(session)
  } finally {
    complete = close()
  }
  return complete
}

interface Printed {
  readonly steps: readonly Step[]
  readonly claims: Claims
  readonly sessions: readonly SessionResult[]
}

async function print(
  result: ReplayResult,
  { steps, claims, sessions }: Printed,
  options: ReplayCommandOptions,
  context: Context,
): Promise<void> {
  const screen = { style: context.style, width: context.width, details: options.details }
  // A refused what-if is explained on the screen, and no figure of it leaves in any format.
  if (result.refusal !== undefined && !options.force && options.format !== 'terminal') {
    context.note(replayScreen(result, { ...screen, style: context.noteStyle }))
    return
  }
  switch (options.format) {
    case 'json':
      return context.out(replayJson(result, { steps, claims, sessions: options.sessions ? sessions : undefined }))
    case 'csv':
      return context.out(options.sessions ? sessionsCsv(sessions) : groupsCsv(result))
    case 'terminal': {
      await context.out(replayScreen(result, screen, { steps, claims, force: options.force }))
      if (options.sessions) await context.out(`\n${sessionsTable(sessions, screen)}`)
    }
  }
}

/** What the policy demands of a run: its invariants and expectations. */
function verdict(result: ReplayResult): ExitCode {
  const verdicts = result.expectations.map((each) => each.verdict)
  if (result.smallestBreaches.length > 0 || verdicts.includes('fail')) return exitCode.findings
  return verdicts.includes('undecided') ? exitCode.undecided : exitCode.pass
}
