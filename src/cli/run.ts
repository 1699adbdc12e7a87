import { Command, CommanderError } from 'commander'
import { escapeTerminal } from '../report/escape.ts'
import { commands } from './commands.ts'
import type { Context } from './context.ts'
import { exitCode, type ExitCode } from './exit-code.ts'
import { fail, fileFailure, isFileError } from './failure.ts'
import { packageVersion } from './version.ts'

/** Runs one command line to its exit code. Never throws and never ends the process. */
export async function run(words: readonly string[], context: Context): Promise<ExitCode> {
  let code: ExitCode = exitCode.pass
  try {
    const program = await createProgram(words, context, (result) => {
      code = result
    })
    await program.parseAsync(words, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.pass : exitCode.usage
    if (isFileError(error) && error instanceof Error) {
      const path = 'path' in error ? String(error.path) : 'a file'
      return fail(context, exitCode.badInput, fileFailure(path, 'read', error))
    }
    return reportBug(words, context, error)
  }
}

/** Only the command that is asked for is loaded, so that `--help` has nothing to wait for. */
async function createProgram(
  words: readonly string[],
  context: Context,
  done: (code: ExitCode) => void,
): Promise<Command> {
  const asked = words.find((word) => !word.startsWith('-'))
  const wanted = asked === 'help' ? words[words.indexOf('help') + 1] : asked
  const program = new Command('reroute')
    .description('Write LLM routing policies, and replay recorded sessions under them.')
    .version(await packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .option('--no-color', 'print without colour, as with NO_COLOR')
    .showHelpAfterError('(add --help for what there is)')
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.out(text),
      writeErr: (text) => context.note(text),
      outputError: (text, write) => write(oneLine(text)),
      getOutHelpWidth: () => context.width,
      getErrHelpWidth: () => context.width,
    })
    .addHelpText('after', `\n${guide}`)
  for (const { name, summary, load } of commands) {
    const command = program.command(name).summary(summary).description(summary)
    command.option('--no-color', 'print without colour, as with NO_COLOR')
    if (name === wanted) (await load())(command, context, done)
    else command.allowUnknownOption().argument('[words...]')
  }
  return program
}

const guide = `A first look:
  reroute new my.route                       a policy with a test that passes
  reroute check my.route && reroute test my.route
  reroute import claude-code ~/.claude/projects -o sessions.jsonl
  reroute replay my.route sessions.jsonl --group-by model

Exit codes: 0 pass, 1 findings or a gate, 2 usage, 3 bad input, 4 undecided, 5 internal, 130 interrupted.`

/** commander quotes what was typed; what was typed may hold anything. */
function oneLine(text: string): string {
  return `${text.trimEnd().split('\n').map(escapeTerminal).join('\n')}\n`
}

/** A bug carries what is needed to show it again, and no stack trace unless it is asked for. */
function reportBug(words: readonly string[], context: Context, error: unknown): ExitCode {
  const what = error instanceof Error ? error.message : String(error)
  const line = words.map((word) => (/^[\w./:=,-]+$/.test(word) ? word : JSON.stringify(word))).join(' ')
  fail(context, exitCode.internal, {
    message: `internal error: ${what.split('\n')[0] ?? ''}`,
    help: 'this is a bug in reroute; report it with the line below and the files that it names, or set REROUTE_DEBUG=1 to see where it happened',
  })
  context.note(`  ${escapeTerminal(`reroute ${line}`)}\n  node ${process.version} on ${process.platform}\n`)
  if (process.env['REROUTE_DEBUG'] && error instanceof Error) context.note(`${error.stack ?? ''}\n`)
  return exitCode.internal
}
