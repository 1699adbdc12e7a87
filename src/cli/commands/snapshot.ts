import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { snapshotOf } from '../../analysis/snapshot/snapshot.ts'
import { escapeTerminal } from '../../report/escape.ts'
import { diffText } from '../../report/unified-diff.ts'
import type { Context } from '../context.ts'
import { exitCode, type ExitCode } from '../exit-code.ts'
import { badInput, fileFailure, isFileError, usage } from '../failure.ts'
import { requirePolicy, rootOption, type RootOption } from '../policy.ts'
import { writeFileWhole } from '../write-file.ts'

interface SnapshotOptions extends RootOption {
  readonly output?: string
  readonly check?: string
}

export function defineSnapshot(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<policy>', 'a file, or a revision such as main:policies/my.route')
    .option('-o, --output <file>', 'write it to a file instead of printing it')
    .option('--check <file>', 'compare with one that was committed; exit 1 where they differ, and show how')
    .option(...rootOption)
    .addHelpText(
      'after',
      `
One fact a line, conditions in one spelling, imports and prices taken in, nothing of layout, comments
and tests. Committed beside the policy, a review shows a change of meaning as a change of lines, and a
change of layout as none.

Examples:
  reroute snapshot my.route -o my.meaning
  reroute snapshot my.route --check my.meaning`,
    )
    .action(async (policy: string, options: SnapshotOptions) => done(await snapshot(policy, options, context)))
}

async function snapshot(path: string, options: SnapshotOptions, context: Context): Promise<ExitCode> {
  const { output, check } = options
  if (output !== undefined && check !== undefined) {
    return usage(context, { message: '`--check` compares, `--output` writes', help: 'give one of them' })
  }
  const policy = requirePolicy(path, options, context)
  if (policy === undefined) return exitCode.badInput
  const text = snapshotOf(policy)
  if (check !== undefined) return compareWith(check, text, context)
  if (output === undefined) {
    await context.out(`${text.trimEnd().split('\n').map(escapeTerminal).join('\n')}\n`)
    return exitCode.pass
  }
  try {
    await writeFileWhole(output, text, context, { overwrite: true })
    return exitCode.pass
  } catch (error) {
    if (isFileError(error)) return badInput(context, fileFailure(output, 'write', error))
    throw error
  }
}

async function compareWith(path: string, text: string, context: Context): Promise<ExitCode> {
  let committed: string
  try {
    committed = await readFile(path, 'utf8')
  } catch (error) {
    if (isFileError(error)) return badInput(context, fileFailure(path, 'read', error))
    throw error
  }
  if (committed === text) return exitCode.pass
  await context.out(diffText(path, committed, text, 'now'))
  return exitCode.findings
}
