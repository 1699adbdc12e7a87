import { basename, dirname, join } from 'node:path'
import { Argument, InvalidArgumentError, type Command } from 'commander'
import { catalogueText } from '../../analysis/prices/catalogue.ts'
import { document } from '../../report/json.ts'
import { pricesScreen } from '../../report/prices-report.ts'
import { maxFileBytes } from '../../node/read-sources.ts'
import type { Context } from '../context.ts'
import { exitCode, type ExitCode } from '../exit-code.ts'
import { badInput, fileFailure, isFileError, usage } from '../failure.ts'
import { formatOption, repeated } from '../options.ts'
import { priceFormats, readPriceList, type PriceFormat, type ReadList } from '../price-lists.ts'
import { writeFileWhole } from '../write-file.ts'

interface PricesImportOptions {
  readonly output: string
  readonly date?: string
  readonly only?: readonly string[]
  readonly format: 'terminal' | 'json'
}

export function definePrices(
  command: Command,
  context: Context,
  done: (code: ExitCode) => void,
): void {
  command.addHelpText(
    'after',
    '\nExample:\n  reroute prices import litellm prices.2026-07-24.json -o catalogue.route',
  )
  command
    .command('import')
    .description('turn a price list into a catalogue of models and prices')
    .addArgument(new Argument('<format>', 'whose list').choices(priceFormats))
    .argument('<files...>', 'JSON files, or directories of TOML files; several are a history')
    .requiredOption('-o, --output <file>', 'the catalogue to write; `-` prints it')
    .option('--date <day>', 'the day of the list, where its name does not hold one', day)
    .option('--only <model>', "models by the list's name, `*` for anything (repeat)", repeated)
    .addOption(formatOption('terminal', 'json'))
    .option('--no-color', 'print without colour, as with NO_COLOR')
    .addHelpText(
      'after',
      `
Prices are taken digit by digit: tokens of text, sound, pictures and film by size, service tier and
region, caches, pictures, searches. What no log counts is named with its reason in the report and above
each model. With lists of several days a price that changed holds from the day of the list that has it.

Examples:
  reroute prices import litellm prices.2025-10-23.json prices.2026-07-24.json --only 'claude-*' -o claude.route
  reroute prices import models.dev models.dev/ --only 'openai/*' -o openai.route
  reroute audit sessions.jsonl --catalog claude.route`,
    )
    .action(async (format: PriceFormat, files: string[], options: PricesImportOptions) =>
      done(await importPrices(format, files, options, context)),
    )
}

function day(text: string): string {
  const isDay = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/.test(text)
  if (!isDay) throw new InvalidArgumentError(`got \`${text}\`, expected a day such as 2026-07-24`)
  return text
}

async function importPrices(
  format: PriceFormat,
  files: readonly string[],
  options: PricesImportOptions,
  context: Context,
): Promise<ExitCode> {
  if (options.date !== undefined && files.length > 1) {
    return usage(context, {
      message: '`--date` is for one list',
      help: 'put the day of each list into its file name',
    })
  }
  const lists: ReadList[] = []
  for (const file of files) {
    const read = await readPriceList(format, file)
    if (!read.ok) return badInput(context, read.failure)
    lists.push({ ...read.list, day: options.date ?? read.list.day })
    if (files.length > 1 && read.list.day === undefined) {
      return badInput(context, {
        message: `the day of \`${file}\` is not known`,
        help: 'put it into its file name, as in prices.2026-07-24.json',
      })
    }
  }
  lists.sort((a, b) => ((a.day ?? '') < (b.day ?? '') ? -1 : 1))
  const { text, others, report } = catalogueText(
    `Models and prices, imported from ${format}.`,
    lists,
    wanted(options.only),
    options.output === '-' ? undefined : { maxChars: partChars, nameOf: partName(options.output) },
  )
  if (report.models === 0) {
    return badInput(context, {
      message: 'no model with a price per token is selected',
      help: 'widen --only, or check the format',
    })
  }
  const bytes = Buffer.byteLength(text)
  if (bytes > maxFileBytes) {
    return badInput(context, {
      message: `the catalogue of ${report.models} models would have ${bytes} bytes, and no policy file may have more than ${maxFileBytes}`,
      help: "write it to a file, which then imports others beside it, or name models: --only 'claude-*'",
    })
  }
  try {
    if (options.output === '-') await context.out(text)
    else {
      for (const part of others) {
        const path = join(dirname(options.output), part.name)
        await writeFileWhole(path, part.text, context, { overwrite: true })
      }
      await writeFileWhole(options.output, text, context, { overwrite: true })
    }
  } catch (error) {
    if (isFileError(error)) return badInput(context, fileFailure(options.output, 'write', error))
    throw error
  }
  const parts = others.map(({ name }) => name)
  const said =
    options.format === 'json'
      ? document({ schemaVersion: 1, output: options.output, parts, ...report })
      : pricesScreen(report, options.output, parts, { style: context.style, width: context.width })
  if (options.output === '-') context.note(said)
  else await context.out(said)
  return exitCode.pass
}

/** Room below the limit of a file for its head and for what is not ASCII. */
const partChars = 900_000

/** `prices.route` is followed by `prices.2.route`. */
function partName(output: string): (part: number) => string {
  const name = basename(output).replace(/\.route$/, '')
  return (part) => `${name}.${part}.route`
}

function wanted(only: readonly string[] | undefined): (key: string, name: string) => boolean {
  if (only === undefined) return () => true
  const patterns = only.map(
    (text) => new RegExp(`^${text.split('*').map(escaped).join('.*')}$`, 'u'),
  )
  return (key, name) => patterns.some((pattern) => pattern.test(key) || pattern.test(name))
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
