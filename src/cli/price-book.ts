import { fileURLToPath } from 'node:url'
import { createPriceBook, type PriceBook, type PriceLayer } from '../analysis/audit/price-book.ts'
import type { Diagnostic } from '../language/diagnostic.ts'
import { parse } from '../language/parser.ts'
import type { File } from '../language/syntax.ts'
import { elaborate } from '../policy/elaborate/index.ts'
import { loadPolicy } from '../policy/load.ts'
import { fileSourceReader } from '../node/read-sources.ts'
import type { Context } from './context.ts'
import { diagnosticsText, hasErrors } from './diagnostics.ts'
import { badInput } from './failure.ts'
import { mostErrors } from './policy.ts'
import { readFailure } from './read-text.ts'

/** The shipped catalogue. */
export const shippedCatalogue: string = fileURLToPath(
  new URL('../../policies/catalog/2026-06.route', import.meta.url),
)

/**
 * The catalogue with files of prices laid over it, each over those before it. A file may import the
 * catalogue or leave it out. `undefined`: one of them cannot be used, which has been said.
 */
export function openPriceBook(
  catalogue: string,
  overrides: readonly string[],
  context: Context,
): PriceBook | undefined {
  const files: File[] = []
  const layers: PriceLayer[] = []
  for (const path of [catalogue, ...overrides]) {
    const read = filesOf(path, context)
    if (read === undefined) return undefined
    files.push(
      ...read.filter(({ source }) => !files.some((known) => known.source.text === source.text)),
    )
    const { policy, diagnostics } = elaborate(files)
    if (policy === undefined) {
      sayErrors(diagnostics, context)
      return undefined
    }
    layers.push({ name: path === shippedCatalogue ? 'the shipped catalogue' : path, policy })
  }
  const [first, ...others] = layers
  return first === undefined ? undefined : createPriceBook([first, ...others])
}

/** The syntax trees of a file and of all that it imports. */
function filesOf(path: string, context: Context): readonly File[] | undefined {
  const reader = fileSourceReader()
  const entry = reader.read(path, undefined)
  if (entry.kind === 'problem') {
    badInput(context, readFailure(path, entry.problem))
    return undefined
  }
  const own = parse(entry.source)
  // Without imports of its own a file of overrides names models that only the catalogue below has.
  const sources = own.file.imports.length === 0 ? [entry.source] : loadPolicy(path, reader).sources
  const parsed = sources.map((source) => parse(source))
  const diagnostics = parsed.flatMap((each) => each.diagnostics)
  if (hasErrors(diagnostics)) {
    sayErrors(diagnostics, context)
    return undefined
  }
  return parsed.map(({ file }) => file)
}

function sayErrors(diagnostics: readonly Diagnostic[], context: Context): void {
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  context.note(diagnosticsText(errors, context.noteStyle, mostErrors))
}
