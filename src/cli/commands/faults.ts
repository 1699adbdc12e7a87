import { Argument, InvalidArgumentError, type Command } from 'commander'
import { presets, providerOfPreset, sampleFaults } from '../../replay/faults/sample.ts'
import type { FaultSample, Preset } from '../../replay/faults/sample.ts'
import { escapeTerminal } from '../../report/escape.ts'
import { faultLines } from '../../report/faults-report.ts'
import { document } from '../../report/json.ts'
import { plural } from '../../report/number.ts'
import { faultInstantExample, faultInstantOf, type FaultInstant } from '../../trace/faults/fault-time.ts'
import { faultFileText, faultLine } from '../../trace/faults/write-faults.ts'
import type { Context } from '../context.ts'
import { exitCode, type ExitCode } from '../exit-code.ts'
import { badInput, fileFailure, isFileError, usage } from '../failure.ts'
import { openFaultFile, sayProblems } from '../faults.ts'
import { formatOption } from '../options.ts'
import { writeFileWhole } from '../write-file.ts'

export function defineFaults(command: Command, context: Context, done: (code: ExitCode) => void): void {
  command.addHelpText(
    'after',
    `
A fault file says what fails in a replay, where, when and how often: docs/faults.md.

Examples:
  reroute faults check outage.jsonl
  reroute faults sample anthropic-api --from 2026-06-15 --until 2026-06-22 -o week.jsonl
  reroute replay my.route sessions.jsonl --faults week.jsonl`,
  )
  command
    .command('check')
    .description('say what is in fault files, or all that is wrong with them')
    .argument('<files...>', 'fault files')
    .addOption(formatOption('terminal', 'json'))
    .option('--no-color', 'print without colour, as with NO_COLOR')
    .action(async (files: string[], options: CheckOptions) => done(await check(files, options, context)))
  command
    .command('sample')
    .description('draw the incidents of a provider, by published lengths and gaps')
    .addArgument(new Argument('<preset>', 'whose incidents').choices(presets))
    .requiredOption('--from <when>', 'a day, an instant or an offset such as +0d', instant)
    .requiredOption('--until <when>', 'the same, exclusive', instant)
    .option('--provider <name>', 'the provider of the catalogue that they hit (default: the preset’s own)')
    .option('--seed <text>', 'for every draw', '0')
    .option('-o, --output <file>', 'the fault file to write; `-` prints it', '-')
    .option('--no-color', 'print without colour, as with NO_COLOR')
    .addHelpText(
      'after',
      `
The same preset, provider, seed and days give the same faults on every machine. How long incidents
last and how far they lie apart is published; how many requests fail in one is assumed: 5 to 30% in
six of ten, 50% in three, 95% in one.

Example:
  reroute faults sample openai-api --seed 7 --from 2026-06-01 --until 2026-07-01 -o june.jsonl`,
    )
    .action(async (preset: Preset, options: SampleOptions) => done(await sample(preset, options, context)))
}

interface CheckOptions {
  readonly format: 'terminal' | 'json'
}

interface SampleOptions {
  readonly from: FaultInstant
  readonly until: FaultInstant
  readonly provider?: string
  readonly seed: string
  readonly output: string
}

function instant(text: string): FaultInstant {
  const read = faultInstantOf(text)
  if (read === undefined) throw new InvalidArgumentError(`got \`${text}\`, expected ${faultInstantExample}`)
  return read
}

async function check(files: readonly string[], { format }: CheckOptions, context: Context): Promise<ExitCode> {
  let code: ExitCode = exitCode.pass
  const found: object[] = []
  for (const file of files) {
    const read = await openFaultFile(file, context)
    if (read === undefined || !read.ok) code = exitCode.badInput
    if (read === undefined) continue
    if (format === 'json') found.push({ file, faults: read.ok ? read.faults.map(faultLine) : [], problems: read.ok ? [] : read.problems })
    else if (!read.ok) sayProblems(file, read.problems, context)
    else {
      const lines = faultLines(read.faults).map((line) => `  ${line}\n`)
      await context.out(`${escapeTerminal(file)}: ${plural(read.faults.length, 'fault')}\n${lines.join('')}`)
    }
  }
  if (format === 'json') await context.out(document({ schemaVersion: 1, files: found }))
  return code
}

async function sample(preset: Preset, options: SampleOptions, context: Context): Promise<ExitCode> {
  const { from, until, provider = providerOfPreset[preset], seed, output } = options
  if (from.clock !== until.clock || until.micros <= from.micros) {
    return usage(context, {
      message: '`--until` is not after `--from`',
      help: 'write two days, two instants or two offsets, the later one in --until',
    })
  }
  const asked: FaultSample = {
    preset, provider, seed, clock: from.clock, horizon: { fromMicros: from.micros, untilMicros: until.micros },
  }
  const faults = sampleFaults(asked)
  const text = faultFileText(faults, `drawn: ${preset} at ${provider}, seed ${seed}`)
  try {
    if (output === '-') await context.out(text)
    else await writeFileWhole(output, text, context, { overwrite: true })
  } catch (error) {
    if (isFileError(error)) return badInput(context, fileFailure(output, 'write', error))
    throw error
  }
  if (output !== '-') await context.out(`${plural(faults.length, 'fault')}, to ${escapeTerminal(output)}\n`)
  return exitCode.pass
}
