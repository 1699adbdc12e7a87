import { asObject } from './json.ts'
import type { JsonObject } from './json.ts'

export type JsonLine =
  | { readonly ok: true; readonly objects: readonly JsonObject[] }
  | { readonly ok: false; readonly reason: string }

/**
 * The objects of one line. Normally one; a writer that lost a line break leaves several back to
 * back, and then all of them count or none.
 */
export function parseJsonLine(text: string): JsonLine {
  const whole = parse(text)
  if (whole.ok) return objectsOf([whole.value])
  const pieces = topLevelObjects(text)
  if (pieces === undefined || pieces.length < 2) return { ok: false, reason: 'not JSON' }
  const values: unknown[] = []
  for (const piece of pieces) {
    const parsed = parse(piece)
    if (!parsed.ok) return { ok: false, reason: 'not JSON' }
    values.push(parsed.value)
  }
  return objectsOf(values)
}

function parse(text: string): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) }
  } catch {
    return { ok: false }
  }
}

function objectsOf(values: readonly unknown[]): JsonLine {
  const objects: JsonObject[] = []
  for (const value of values) {
    const object = asObject(value)
    if (object === undefined) return { ok: false, reason: 'JSON, but not an object' }
    objects.push(object)
  }
  return { ok: true, objects }
}

/** Slices at balanced braces outside strings; undefined where anything but space stands between. */
function topLevelObjects(text: string): string[] | undefined {
  const pieces: string[] = []
  let depth = 0
  let start = 0
  let inString = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (inString) {
      if (character === '\\') at += 1
      else if (character === '"') inString = false
    } else if (depth === 0 && character !== '{') {
      if (character !== ' ' && character !== '\t') return undefined
    } else if (character === '"') inString = true
    else if (character === '{') {
      if (depth === 0) start = at
      depth += 1
    } else if (character === '}') {
      depth -= 1
      if (depth === 0) pieces.push(text.slice(start, at + 1))
    }
  }
  return depth === 0 && !inString ? pieces : undefined
}
