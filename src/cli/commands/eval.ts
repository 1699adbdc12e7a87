import { InvalidArgumentError, type Command } from 'commander'
import type { Diagnostic } from '../../language/diagnostic.ts'
import type { Location } from '../../language/source.ts'
import { fileSourceReader } from '../../node/read-sources.ts'
import type { Policy, TestFact } from '../../policy/core.ts'
import { loadPolicy, type SourceReader } from '../../policy/load.ts'
import { decideOnce } from '../../replay/decide-once.ts'
import { escapeTerminal } from '../../report/escape.ts'
import { explainLines } from '../../report/explain.ts'
import { document } from '../../report/json.ts'
import type { Context } from '../context.ts'
import { diagnosticsText } from '../diagnostics.ts'
import { exitCode, type ExitCode } from '../exit-code.ts'
import { formatOption } from '../options.ts'
import { requirePolicy, rootOption, type RootOption } from '../policy.ts'

interface EvalOptions extends RootOption {
  readonly input?: readonly string[]
  readonly message: string
  readonly session: string
  readonly seed: string
  readonly format: 'terminal' | 'json'
}

export function defineEval(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<policy>', 'the policy that decides')
    .option('--input <fact=value...>', 'facts of the call, as in `with { … }` of a test', facts)
    .option('--message <text>', 'what the person says', '')
    .option('--session <key>', 'the key of the session, for splits', 'eval')
    .option('--seed <text>', 'for every draw', '0')
    .addOption(formatOption('terminal', 'json'))
    .option(...rootOption)
    .addHelpText(
      'after',
      `
Decides the first call of a session and shows how. A value is written as in a policy: a text needs
its quotes, and \`unknown\` is what a trace would not carry. Exit 4 when the decision is undetermined.

Examples:
  reroute eval my.route --input images=1
  reroute eval my.route --message "fix the typo" --input context.length="30k tokens" surface=ci
  reroute eval my.route --input 'triage={ minimax-m2.7 0.85 }' 'team="payments"'`,
    )
    .action(async (path: string, options: EvalOptions) => done(await evaluateOnce(path, options, context)))
}

/** `--input a=1 b=2 --input c=3`. */
function facts(text: string, before: readonly string[] = []): readonly string[] {
  if (!/^[^=\s]+=/.test(text)) throw new InvalidArgumentError(`got \`${text}\`, expected FACT=VALUE such as images=1`)
  return [...before, text]
}

async function evaluateOnce(path: string, options: EvalOptions, context: Context): Promise<ExitCode> {
  if (requirePolicy(path, options, context) === undefined) return exitCode.badInput
  const stated = statedFacts(path, options, context)
  if (stated === undefined) return exitCode.badInput
  const { decision, explanation, providers } = decideOnce(stated.policy, {
    session: options.session,
    seed: options.seed,
    message: options.message,
    facts: stated.facts,
  })
  if (options.format === 'json') {
    await context.out(document({ schemaVersion: 1, decision, providers, explanation }))
  } else {
    const tried = providers.length === 0 ? [] : [`at ${providers.map(escapeTerminal).join(', then ')}`]
    await context.out(`${[...explainLines(explanation, context.style), ...tried].join('\n')}\n`)
  }
  return decision.undetermined ? exitCode.undecided : exitCode.pass
}

/**
 * The facts as the language reads them: the policy is loaded once more with one test after its last
 * line that states them, so that names, units and messages are those of tests.
 */
function statedFacts(
  path: string,
  options: EvalOptions,
  context: Context,
): { readonly policy: Policy; readonly facts: readonly TestFact[] } | undefined {
  const written = (options.input ?? []).map((fact) => fact.replace('=', ' '))
  const added = `test "--input" {\n  user "" with {\n${written.map((fact) => `    ${fact},\n`).join('')}  }\n}\n`
  const own = options.input === undefined ? '' : `\n${added}`
  let end = 0
  const reader = fileSourceReader({ root: options.root })
  const extended: SourceReader = {
    read: (wanted, from) => {
      const read = reader.read(wanted, from)
      if (from !== undefined || read.kind === 'problem') return read
      end = read.source.text.length
      return extendedSource(read.source.name, read.source.text + own)
    },
  }
  // Imports are resolved from the source that was read, whose name the extended one keeps.
  const { policy, diagnostics } = loadPolicy(path, extended)
  if (policy === undefined) {
    const input = { name: '--input', text: added }
    context.note(diagnosticsText(diagnostics.map((found) => moved(found, path, end + 1, input)), context.noteStyle))
    return undefined
  }
  const step = options.input === undefined ? undefined : policy.tests.at(-1)?.steps[0]
  return { policy, facts: step?.kind === 'user' ? step.facts : [] }
}

function extendedSource(name: string, text: string): ReturnType<SourceReader['read']> {
  return { kind: 'source', source: { name, text } }
}

/** A finding in what was added points at what was typed. */
function moved(found: Diagnostic, path: string, from: number, input: Location['source']): Diagnostic {
  const { source, span } = found.location
  if (source.name !== path || span.start < from) return found
  return { ...found, location: { source: input, span: { start: span.start - from, end: span.end - from } } }
}
