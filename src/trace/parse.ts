import type { TraceRecord } from './record.ts'
import type { QuarantineKind } from './problem.ts'
import { checkRecord } from './validate.ts'
import type { UnknownField } from './validate.ts'

export type ParsedLine =
  | { readonly ok: true; readonly record: TraceRecord }
  | {
      readonly ok: false
      readonly kind: QuarantineKind
      readonly reason: string
      readonly field?: string
    }

/** One line of text as a checked record. `last`: no line break followed, so it may be half a line. */
export function parseLine(
  text: string,
  last: boolean,
  depthLimit: number,
  onUnknownField: UnknownField,
): ParsedLine {
  const depth = nestingDepth(text, depthLimit)
  if (depth > depthLimit) {
    const reason = `more than ${depthLimit} objects or lists inside each other`
    return { ok: false, kind: 'too-deep', reason }
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    if (last && depth > 0) {
      return { ok: false, kind: 'cut-off', reason: 'the last line is cut off: the record does not end' }
    }
    return { ok: false, kind: 'not-json', reason: 'not a JSON object: a trace has one record a line' }
  }
  const unknown: string[] = []
  const check = checkRecord(value, (field) => unknown.push(field))
  if (!check.ok) return { ok: false, kind: 'schema', ...check.problem }
  unknown.forEach(onUnknownField)
  return { ok: true, record: check.record }
}

const quote = 0x22
const backslash = 0x5c

/**
 * How deep objects and lists nest, told without parsing: past `limit` the count stops there. At the
 * end of a whole record every bracket is closed; otherwise the depth that is still open is returned.
 */
function nestingDepth(text: string, limit: number): number {
  let depth = 0
  let inText = false
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (inText) {
      if (code === backslash) at += 1
      else if (code === quote) inText = false
    } else if (code === quote) inText = true
    else if (code === 0x7b || code === 0x5b) {
      depth += 1
      if (depth > limit) return depth
    } else if (code === 0x7d || code === 0x5d) depth -= 1
  }
  return depth
}
