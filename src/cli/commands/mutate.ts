import type { Command } from 'commander'
import { mutationScore, type MutationScore } from '../../analysis/mutation/score.ts'
import { escapeTerminal } from '../../report/escape.ts'
import { document } from '../../report/json.ts'
import { mutationData, mutationText } from '../../report/mutation-report.ts'
import { plural } from '../../report/number.ts'
import type { Context } from '../context.ts'
import { exitCode, type ExitCode } from '../exit-code.ts'
import { badInput } from '../failure.ts'
import { formatOption, percentage } from '../options.ts'
import { requireTests, rootOption, type RootOption } from '../policy.ts'
import { startProgress } from '../progress.ts'

interface MutateOptions extends RootOption {
  readonly minScore?: number
  readonly format: 'terminal' | 'json'
}

export function defineMutate(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command
    .argument('<policies...>', 'policies with `test` blocks')
    .option('--min-score <percent>', 'exit 1 when the tests notice fewer mistakes', percentage)
    .addOption(formatOption('terminal', 'json'))
    .option(...rootOption)
    .addHelpText(
      'after',
      `
Makes one small mistake at a time: neighbouring rules swapped, a condition dropped or negated, a
threshold moved by one, another target, an effect or a filter dropped. A mistake that no test notices
survives: a test is missing, or the mistake changes nothing.

Examples:
  reroute mutate my.route
  reroute mutate --min-score 80 policies/*.route`,
    )
    .action(async (files: string[], options: MutateOptions) => done(await mutate(files, options, context)))
}

async function mutate(files: readonly string[], options: MutateOptions, context: Context): Promise<ExitCode> {
  const scored: { readonly file: string; readonly score: MutationScore }[] = []
  for (const file of files) {
    const { policy } = await requireTests(file, options, context)
    if (policy === undefined) return exitCode.badInput
    if (policy.tests.length === 0) {
      return badInput(context, { message: `no test in \`${file}\``, help: 'mistakes are noticed by tests: write one first' })
    }
    const progress = startProgress(context, 'mutants', 'mutants')
    const score = mutationScore(policy, { onProgress: progress.update })
    progress.stop()
    scored.push({ file, score })
    if (options.format === 'terminal') await context.out(mutationText(file, score, context.style))
  }
  if (options.format === 'json') {
    const data = scored.map(({ file, score }) => mutationData(file, score))
    await context.out(document({ schemaVersion: 1, files: data }))
  }
  const low = scored.filter(({ score }) => isBelow(score, options.minScore))
  for (const { file, score } of low) {
    const { killed, survived } = score
    context.note(
      `${context.noteStyle.bad('score')}: ${escapeTerminal(file)}: ${killed} of ${plural(killed + survived, 'mutant')} killed, at least ${options.minScore}% are asked for\n`,
    )
  }
  return low.length > 0 ? exitCode.findings : exitCode.pass
}

function isBelow({ killed, survived }: MutationScore, least: number | undefined): boolean {
  return least !== undefined && killed * 100 < least * (killed + survived)
}
