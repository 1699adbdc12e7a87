import { basename } from 'node:path'
import type { Command } from 'commander'
import { policyTemplate } from '../../policy/template.ts'
import { escapeTerminal } from '../../report/escape.ts'
import type { Context } from '../context.ts'
import { exitCode, type ExitCode } from '../exit-code.ts'
import { badInput, fileFailure, isFileError, usage } from '../failure.ts'
import { writeFileWhole } from '../write-file.ts'

interface NewOptions {
  readonly force: boolean
}

export function defineNew(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<file>', 'where to write it; its name, without `.route`, becomes the name of the policy')
    .option('--force', 'replace a file that is there', false)
    .addHelpText(
      'after',
      `
The policy stands alone, checks without a finding, and its tests pass.

Examples:
  reroute new my.route
  reroute new my.route && reroute check my.route && reroute test my.route`,
    )
    .action(async (file: string, options: NewOptions) => done(await writeNew(file, options, context)))
}

async function writeNew(file: string, options: NewOptions, context: Context): Promise<ExitCode> {
  const name = basename(file, '.route')
  if (!file.endsWith('.route')) {
    return usage(context, { message: `got \`${file}\`, expected a name that ends in \`.route\``, help: 'policies are `.route` files' })
  }
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    return usage(context, {
      message: `\`${name}\` is no name of a policy`,
      help: 'use small letters, digits and `-`, beginning with a letter',
    })
  }
  try {
    await writeFileWhole(file, policyTemplate(name), context, { overwrite: options.force })
  } catch (error) {
    if (isFileError(error)) return badInput(context, fileFailure(file, 'write', error))
    throw error
  }
  const shown = escapeTerminal(file)
  await context.out(`${shown} is written\n${context.style.dim(`next: reroute check ${shown} && reroute test ${shown}`)}\n`)
  return exitCode.pass
}
