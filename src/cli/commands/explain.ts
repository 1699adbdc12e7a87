import type { Command } from 'commander'
import { suggest } from '../../language/suggest.ts'
import { compilePolicy } from '../../policy/engine/compile-policy.ts'
import { explainCall } from '../../replay/explain-call.ts'
import { stepBetween } from '../../analysis/steps.ts'
import { callScreen } from '../../report/call.ts'
import { document } from '../../report/json.ts'
import type { RecordedSession } from '../../trace/session.ts'
import type { Context } from '../context.ts'
import { exitCode, type ExitCode } from '../exit-code.ts'
import { badInput } from '../failure.ts'
import { formatOption, wholeNumber } from '../options.ts'
import { requirePolicy, rootOption, type RootOption } from '../policy.ts'
import { openTrace } from '../trace.ts'

interface ExplainOptions extends RootOption {
  readonly session: string
  readonly call: number
  readonly seed: string | undefined
  readonly strict: boolean
  readonly showText: boolean
  readonly format: 'terminal' | 'json'
}

export function defineExplain(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<policy>', 'the policy that decides')
    .argument('<traces...>', 'traces; `-` reads the standard input')
    .requiredOption('--session <id>', 'the session, by its id or an unmistakable beginning of it')
    .requiredOption('--call <n>', 'the call, counted from 1', wholeNumber(1))
    .option('--seed <text>', 'for every draw (default: what a session names, else 0)')
    .option('--strict', 'a line that cannot be taken is an error', false)
    .option('--show-text', 'print the message that the call answers, where the trace kept it', false)
    .addOption(formatOption('terminal', 'json'))
    .option(...rootOption)
    .addHelpText(
      'after',
      `
The tree shows every rule with the values that made it fire or not, who could have been chosen, and
what the choice changed.

Examples:
  reroute explain my.route sessions.jsonl --session 4f8c1176 --call 7
  reroute explain my.route sessions.jsonl --session 4f8c1176 --call 7 --format json`,
    )
    .action(async (policy: string, traces: string[], options: ExplainOptions) =>
      done(await explain(policy, traces, options, context)),
    )
}

async function explain(
  path: string,
  traces: readonly string[],
  options: ExplainOptions,
  context: Context,
): Promise<ExitCode> {
  const policy = requirePolicy(path, options, context)
  if (policy === undefined) return exitCode.badInput
  const found = await findSession(traces, options, context)
  if (found === undefined) return exitCode.badInput
  const explained = explainCall(found, options.call, { evaluator: compilePolicy(policy), seed: options.seed })
  const record = found.calls.find(({ call }) => call === options.call)
  if (explained === undefined || record === undefined) {
    const [first, last] = [found.calls.at(0)?.call ?? 0, found.calls.at(-1)?.call ?? 0]
    return badInput(context, {
      message: `session \`${found.session}\` has no call ${options.call}`,
      help: `its calls are ${first} to ${last}`,
    })
  }
  const { result, explanation } = explained
  const text = options.showText ? record.prompt.user?.text : undefined
  if (options.format === 'json') {
    await context.out(document({ schemaVersion: 1, call: result, text, explanation }))
  } else {
    const model = (name: string | undefined): (typeof policy.models)[number] | undefined =>
      policy.models.find((each) => each.name === name)
    const { switched } = result.decision
    const step = switched === undefined ? undefined : stepBetween(model(switched.from), model(switched.to))
    await context.out(callScreen({ result, explanation, step, text }, { style: context.style, width: context.width }))
  }
  return exitCode.pass
}

/** The session with this id, else the only one that begins so. */
async function findSession(
  traces: readonly string[],
  options: ExplainOptions,
  context: Context,
): Promise<RecordedSession | undefined> {
  const trace = await openTrace(traces, options, context)
  const ids: string[] = []
  const matching: RecordedSession[] = []
  let complete = false
  try {
    for await (const session of trace.reading.sessions()) {
      ids.push(session.session)
      if (session.session === options.session) matching.unshift(session)
      // Two are enough to know that the beginning is no name.
      else if (session.session.startsWith(options.session) && matching.length < 2) matching.push(session)
    }
  } finally {
    complete = trace.close()
  }
  if (!complete) return undefined
  const [first, second] = matching
  if (first !== undefined && (first.session === options.session || second === undefined)) return first
  const near = suggest(options.session, ids)
  badInput(context, {
    message:
      first === undefined
        ? `no session \`${options.session}\` among ${ids.length}`
        : `several sessions begin with \`${options.session}\``,
    help:
      first !== undefined
        ? `write more of it: \`${first.session}\`, \`${second?.session ?? ''}\`, …`
        : near === undefined
          ? `sessions are named such as \`${ids[0] ?? ''}\``
          : `did you mean \`${near}\`?`,
  })
  return undefined
}
