import type { Command } from 'commander'
import { breaks, decides, differs, type ShrinkGoal } from '../../analysis/shrink/goals.ts'
import { shrinkTraffic, type Traffic } from '../../analysis/shrink/shrink-traffic.ts'
import { sampledRecords } from '../../analysis/sample/records.ts'
import type { Evaluator } from '../../policy/decision.ts'
import { compilePolicy } from '../../policy/engine/compile-policy.ts'
import { replayAmong } from '../../replay/replay-among.ts'
import { sharedStateOf } from '../../replay/simulator/shared-state.ts'
import { document } from '../../report/json.ts'
import { shrinkScreen, testOf } from '../../report/shrink-report.ts'
import type { RecordedSession } from '../../trace/session.ts'
import type { Context } from '../context.ts'
import { exitCode, type ExitCode } from '../exit-code.ts'
import { badInput, usage } from '../failure.ts'
import { findSession } from '../find-session.ts'
import { formatOption, wholeNumber } from '../options.ts'
import { requirePolicy, rootOption, type RootOption } from '../policy.ts'
import { startProgress } from '../progress.ts'
import { printBeside, writeTraceFile } from '../write-trace.ts'

interface ShrinkCommandOptions extends RootOption {
  readonly session: string
  readonly breaks: string | undefined
  readonly call: number | undefined
  readonly against: string | undefined
  readonly output: string
  readonly seed: string | undefined
  readonly maxTries: number
  readonly strict: boolean
  readonly format: 'terminal' | 'json'
}

export function defineShrink(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<policy>', 'the policy that decides')
    .argument('<traces...>', 'traces; `-` reads the standard input')
    .requiredOption('--session <id>', 'the session, by its id or an unmistakable beginning of it')
    .requiredOption('-o, --output <file>', 'the trace to write; `.gz` packs it, `-` prints it')
    .option('--breaks <invariant>', 'go on breaking this invariant')
    .option('--call <n>', 'go on deciding as call <n> is decided', wholeNumber(1))
    .option('--against <policy>', 'go on choosing another model than this policy does')
    .option('--max-tries <n>', 'sessions tried at the most', wholeNumber(1), 20_000)
    .option('--seed <text>', 'for every draw (default: what a session names, else 0)')
    .option('--strict', 'a line that cannot be taken is an error', false)
    .addOption(formatOption('terminal', 'json'))
    .option(...rootOption)
    .addHelpText(
      'after',
      `
Leaves calls, events and facts out of a session for as long as it still shows what is asked for, and
writes what is left as a trace, with a test that holds it. Exit 1 when --max-tries ended the search.
Where sessions share limits, breakers or accounts, so are those that act on it, as few as will do: they
are written beside it, and the trace is replayed in place of the test.

Examples:
  reroute shrink my.route sessions.jsonl --session 4f8c --breaks one-way -o test/one-way.jsonl
  reroute shrink new.route sessions.jsonl --session 4f8c --against old.route -o differs.jsonl`,
    )
    .action(async (policy: string, traces: string[], options: ShrinkCommandOptions) =>
      done(await shrink(policy, traces, options, context)),
    )
}

async function shrink(
  path: string,
  traces: readonly string[],
  options: ShrinkCommandOptions,
  context: Context,
): Promise<ExitCode> {
  const asked = [options.breaks, options.call, options.against].filter((each) => each !== undefined)
  if (asked.length !== 1) {
    return usage(context, {
      message: 'what must the session go on showing?',
      help: 'give one of `--breaks INVARIANT`, `--call N`, `--against POLICY`',
    })
  }
  const policy = requirePolicy(path, options, context)
  const other = options.against === undefined ? undefined : requirePolicy(options.against, options, context)
  if (policy === undefined || (options.against !== undefined && other === undefined)) return exitCode.badInput
  const evaluator = compilePolicy(policy)
  const withOthers = [policy, other].some((each) => each !== undefined && sharedStateOf(each).length > 0)
  const located = await findSession(traces, options.session, { strict: options.strict, withOthers }, context)
  if (located === undefined) return exitCode.badInput
  const session = ownEvents(options.call === undefined ? located.session : upTo(located.session, options.call))
  const traffic = { session, others: located.others.map(ownEvents) }
  const goal = goalOf(evaluator, other && compilePolicy(other), traffic, options)
  if (goal.shownAt(traffic) === undefined) {
    return badInput(context, {
      message: `session \`${session.session}\` does not show it: ${goal.text}`,
      help: '`reroute replay --sessions` lists what each session does',
    })
  }
  const progress = startProgress(context, 'shrinking', 'tries')
  const shrunk = shrinkTraffic(traffic, (each) => goal.shownAt(each) !== undefined, {
    mostTries: options.maxTries,
    onTry: (tried) => progress.update(tried, options.maxTries),
  })
  progress.stop()
  const kept = [shrunk.session, ...shrunk.others]
  const ended = await writeTraceFile(options.output, kept.flatMap((each) => sampledRecords(each, 1)), context)
  if (ended !== undefined) return ended
  const shown = shrunk.others.length === 0 ? goal.shownAt(shrunk) : undefined
  const test = shown && testOf(options.output, shrunk.session, shown, goal.text)
  const facts = { goal: goal.text, calls: session.calls.length, otherSessions: traffic.others.length, test, output: options.output, ...shrunk }
  await printBeside(options.output, options.format === 'json' ? documentOf(facts) : shrinkScreen(facts), context)
  return shrunk.isMinimal ? exitCode.pass : exitCode.findings
}

function documentOf({ session, others, ...facts }: Parameters<typeof shrinkScreen>[0]): string {
  const shrunk = { session: session.session, calls: session.calls.length, others: others.map((each) => each.session) }
  return document({ schemaVersion: 1, ...facts, shrunk })
}

/** Events that hold for every session become its own: what is left of one trace is another. */
function ownEvents(session: RecordedSession): RecordedSession {
  return { ...session, events: session.events.map((event) => ({ ...event, session: session.session })) }
}

function upTo(session: RecordedSession, call: number): RecordedSession {
  return { ...session, calls: session.calls.filter((each) => each.call <= call) }
}

function goalOf(
  evaluator: Evaluator,
  other: Evaluator | undefined,
  { session, others }: Traffic,
  { breaks: invariant, seed }: ShrinkCommandOptions,
): ShrinkGoal {
  if (other !== undefined) return differs(evaluator, other, seed)
  if (invariant !== undefined) return breaks(evaluator, seed, invariant)
  const last = replayAmong(session, others, { evaluator, mode: 'frozen', seed }).calls.at(-1)
  return decides(evaluator, seed, last?.decision.rule ?? '', last?.decision.model)
}
