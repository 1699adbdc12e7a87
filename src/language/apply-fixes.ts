import type { Diagnostic } from './diagnostic.ts'
import type { Source } from './source.ts'

/**
 * A text with the fixes of these findings in it, first come first served where two touch the same
 * place. Only fixes that lie wholly in the source are applied; none leaves the text as it is.
 */
export function applyFixes(
  source: Source,
  found: readonly Diagnostic[],
): { readonly text: string; readonly applied: readonly Diagnostic[] } {
  const taken: Edit[] = []
  const applied: Diagnostic[] = []
  for (const finding of found) {
    const edits = editsIn(source, finding)
    if (edits.length === 0 || edits.some((edit) => taken.some((other) => touch(edit, other)))) continue
    taken.push(...edits)
    applied.push(finding)
  }
  const text = taken
    .toSorted((left, right) => right.start - left.start)
    .reduce((now, { start, end, by }) => now.slice(0, start) + by + now.slice(end), source.text)
  return { text, applied }
}

interface Edit {
  readonly start: number
  readonly end: number
  readonly by: string
}

function editsIn(source: Source, { fix }: Diagnostic): readonly Edit[] {
  const edits = (fix?.edits ?? []).map(({ location, replacement }) => ({
    file: location.source.name,
    start: location.span.start,
    end: location.span.end,
    by: replacement,
  }))
  const own = edits.every(({ file, start, end }) => file === source.name && start <= end && end <= source.text.length)
  const apart = edits.every((edit, at) => edits.slice(at + 1).every((other) => !touch(edit, other)))
  return own && apart ? edits : []
}

/** Two insertions at one place touch: their order would be a guess. */
function touch(left: Edit, right: Edit): boolean {
  return left.start === right.start || (left.start < right.end && right.start < left.end)
}
