import { check } from '../check/index.ts'
import { applyFixes } from '../language/apply-fixes.ts'
import type { Diagnostic } from '../language/diagnostic.ts'
import type { Source } from '../language/source.ts'
import { fileSourceReader } from '../node/read-sources.ts'
import { loadPolicy, type LoadResult } from '../policy/load.ts'
import type { RootOption } from './policy.ts'

export interface FixedFile {
  /** As it was read. */
  readonly before: string
  readonly after: string
  /** Findings that were mended. */
  readonly mended: readonly Diagnostic[]
}

/** A fix may uncover what could not be read before; this many rounds end every chain of them. */
const mostRounds = 20

/**
 * Applies the fixes of what `check` finds in a file, round by round, and keeps only what leaves fewer
 * or lesser findings. `undefined`: the file cannot be read. Nothing is written.
 */
export function fixFile(path: string, options: RootOption): FixedFile | undefined {
  let now = findingsWith(path, options, undefined)
  if (now === undefined) return undefined
  const before = now.source.text
  const mended: Diagnostic[] = []
  for (let round = 0; round < mostRounds; round += 1) {
    const better = improved(path, options, now)
    if (better === undefined) break
    mended.push(...better.applied)
    now = better.found
  }
  return { before, after: now.source.text, mended }
}

interface Found {
  /** The file itself. */
  readonly source: Source
  readonly findings: readonly Diagnostic[]
}

/** All fixes at once, else the first alone that helps; `undefined`: none does. */
function improved(
  path: string,
  options: RootOption,
  now: Found,
): { readonly found: Found; readonly applied: readonly Diagnostic[] } | undefined {
  const fixable = now.findings.filter(({ fix }) => fix !== undefined)
  for (const chosen of [fixable, ...fixable.map((each) => [each])]) {
    const { text, applied } = applyFixes(now.source, chosen)
    if (applied.length === 0 || text === now.source.text) continue
    const found = findingsWith(path, options, text)
    if (found !== undefined && isBetter(found.findings, now.findings)) return { found, applied }
  }
  return undefined
}

/** Fewer errors of reading, then fewer errors, then reading that goes further before them, then fewer findings. */
function isBetter(after: readonly Diagnostic[], before: readonly Diagnostic[]): boolean {
  const [now, then] = [weights(after), weights(before)]
  const at = now.findIndex((count, index) => count !== then[index])
  return at >= 0 && (now[at] ?? 0) < (then[at] ?? 0)
}

function weights(found: readonly Diagnostic[]): readonly number[] {
  const errors = found.filter(({ severity }) => severity === 'error')
  const reading = errors.filter(({ code }) => code.startsWith('RT00') || code.startsWith('RT01'))
  // From the end: what is mended before an error that stays does not move it.
  const unread = reading.reduce((sum, { location: { source, span } }) => sum + source.text.length - span.start, 0)
  return [reading.length, errors.length, unread, found.length]
}

/** What `check` finds in the file, or would if it had this text. */
function findingsWith(path: string, options: RootOption, text: string | undefined): Found | undefined {
  const reader = fileSourceReader({ root: options.root })
  let source: Source | undefined
  const loaded: LoadResult = loadPolicy(path, {
    read: (wanted, from) => {
      const read = reader.read(wanted, from)
      if (from !== undefined || read.kind === 'problem') return read
      source = text === undefined ? read.source : { name: read.source.name, text }
      return { kind: 'source', source }
    },
  })
  if (source === undefined) return undefined
  const { policy, diagnostics, sources } = loaded
  return { source, findings: policy === undefined ? diagnostics : [...diagnostics, ...check(policy, sources)] }
}
