import { basename } from 'node:path'
import { escapeTerminal } from '../report/escape.ts'
import { document } from '../report/json.ts'
import { plural } from '../report/number.ts'
import { detectFormats } from '../trace/importers/detect-format.ts'
import type { DetectedFile } from '../trace/importers/detect-format.ts'
import { importers } from '../trace/importers/index.ts'
import type { Context } from './context.ts'
import { exitCode, type ExitCode } from './exit-code.ts'
import { badInput, usage } from './failure.ts'
import { wrongPath } from './import-paths.ts'

/** Names the one format that all files fit; two that fit one file are refused, never guessed. */
export async function detectFormat(
  paths: readonly string[],
  format: 'terminal' | 'json',
  context: Context,
): Promise<ExitCode> {
  if (paths.length === 0) {
    return usage(context, { message: 'no path given', help: 'name files or directories of logs' })
  }
  const wrong = await wrongPath(paths)
  if (wrong !== undefined) return badInput(context, wrong)
  const { files, ignored } = await detectFormats(paths, importers, () => context.stdin)
  const formats = [...new Set(files.flatMap((file) => file.formats))].toSorted()
  const torn = files.find((file) => file.formats.length > 1)
  const [only] = formats
  const one = torn === undefined && formats.length === 1 ? only : undefined
  if (format === 'json') {
    await context.out(document({ schemaVersion: 1, format: one ?? null, files, ignoredFiles: ignored }))
  } else {
    const counts = formats.map((name) => {
      const fitting = files.filter((file) => file.formats.includes(name)).length
      return `${name}: ${plural(fitting, 'file')}\n`
    })
    const unknown = files.filter((file) => file.formats.length === 0)
    if (unknown.length > 0) counts.push(`no known format: ${plural(unknown.length, 'file')}${examplesOf(unknown)}\n`)
    for (const { file, reason } of ignored) counts.push(`not read: ${escapeTerminal(file)}: ${escapeTerminal(reason)}\n`)
    await context.out(counts.join(''))
  }
  if (one !== undefined) {
    const shown = paths.map(escapeTerminal).join(' ')
    context.note(context.noteStyle.dim(`next: reroute import ${one} ${shown} -o sessions.jsonl\n`))
    return exitCode.pass
  }
  if (torn !== undefined) {
    return badInput(context, {
      message: `\`${torn.file}\` fits ${torn.formats.join(' and ')}`,
      help: 'name the format: `reroute import FORMAT PATHS… -o FILE`',
    })
  }
  return badInput(
    context,
    formats.length === 0
      ? {
          message: `no known format in ${plural(files.length, 'file')}`,
          help: `known are ${importers.map((one) => one.format).join(', ')}; \`table\` reads any CSV or Parquet with a mapping`,
        }
      : { message: `several formats: ${formats.join(', ')}`, help: 'import the files of each format on their own' },
  )
}

const examples = 3

function examplesOf(files: readonly DetectedFile[]): string {
  const shown = files.slice(0, examples).map(({ file }) => escapeTerminal(basename(file)))
  return ` (${shown.join(', ')}${files.length > shown.length ? ', …' : ''})`
}
