import type { Command } from 'commander'
import { compilePolicy } from '../../policy/engine/compile-policy.ts'
import { explainCall } from '../../replay/explain-call.ts'
import { sharedStateOf } from '../../replay/simulator/shared-state.ts'
import { stepBetween } from '../../analysis/steps.ts'
import { callScreen } from '../../report/call.ts'
import { document } from '../../report/json.ts'
import type { Context } from '../context.ts'
import { exitCode, type ExitCode } from '../exit-code.ts'
import { badInput } from '../failure.ts'
import { findSession } from '../find-session.ts'
import { formatOption, wholeNumber } from '../options.ts'
import { requirePolicy, type RootOption, rootOption } from '../policy.ts'
import { readWorld, worldOf, worldOptions, type WorldOptions } from '../world.ts'

interface ExplainOptions extends RootOption, WorldOptions {
  readonly session: string
  readonly call: number
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
  worldOptions(command)
  command
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
  const files = await readWorld(options, context)
  if (files === undefined) return exitCode.badInput
  const withOthers = sharedStateOf(policy).length > 0
  const located = await findSession(traces, options.session, { strict: options.strict, withOthers }, context)
  if (located === undefined) return exitCode.badInput
  const { session: found, span, others } = located
  const explained = explainCall(found, options.call, {
    evaluator: compilePolicy(policy),
    seed: options.seed,
    ...(await worldOf(files, options, [policy], () => Promise.resolve(span), context)),
    others,
  })
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
