import type { TraceFile } from '../files.ts'
import type { Line } from '../lines.ts'
import { asObject } from './json.ts'
import type { JsonObject } from './json.ts'
import type { LineTally } from './line-tally.ts'
import { lineBatches } from './log-lines.ts'

/** Characters of one document, which is held whole. */
const documentChars = 256_000_000

/**
 * Every object of a file that holds JSON one a line, laid out over many lines, back to back, or in
 * one list. `take` is handed an object and its first line, and says under what each thing in it
 * counts; a document without any counts as such. The lines after a document's first count as parts
 * of it. What `take` gave may be changed until `end` returns, which is called when all has been read.
 * Of a list that breaks off the objects are taken that are whole.
 */
export async function readDocuments(
  file: TraceFile,
  tally: LineTally,
  take: (object: JsonObject, line: number) => readonly string[],
  end: () => void = () => undefined,
): Promise<void> {
  const taken: (readonly string[])[] = []
  let held: HeldDocument | undefined
  const refuse = (line: number, reason: string): void => {
    tally.unreadable(`unreadable: ${reason}`, { file: file.name, line, reason })
  }
  const takeValue = (value: unknown, line: number): void => {
    const objects = (Array.isArray(value) ? value : [value]).map(asObject)
    if (objects.length === 0) taken.push([])
    else tally.extraObjects(objects.length - 1)
    for (const object of objects) {
      if (object === undefined) refuse(line, 'JSON, but not an object')
      else taken.push(take(object, line))
    }
  }
  const giveUp = (reason: string): void => {
    if (held === undefined) return
    const { line } = held
    const whole = wholePart(held)
    held = undefined
    refuse(line, reason)
    if (whole === undefined) return
    tally.extraObjects(1)
    takeValue(whole.value, line)
  }

  const takeLine = (line: Line): void => {
    tally.line()
    if (!('text' in line)) {
      giveUp('not JSON')
      tally.unreadable(`unreadable: ${line.kind}`, { file: file.name, line: line.line, reason: line.reason })
      return
    }
    if (line.text.trim() === '') {
      tally.blank()
      return
    }
    // A whole document where a value could not stand: the one before it was cut off.
    const alone = held === undefined || startsAnew(held, line.text) ? parse(line.text) : undefined
    if (alone !== undefined) {
      giveUp('not JSON')
      takeValue(alone.value, line.line)
      return
    }
    if (held === undefined) {
      held = beginDocument(line.line)
      if (!/^\s*[[{]/.test(line.text)) {
        giveUp('not JSON')
        return
      }
    } else tally.count('inside a document')
    const values = extend(held, line.text)
    if (values === undefined) {
      giveUp(line.last ? 'cut off' : 'not JSON')
    } else if (values.length > 0) {
      tally.extraObjects(values.length - 1)
      for (const value of values) takeValue(value, held.line)
      held = held.depth === 0 ? undefined : beginAgain(held, tally)
    } else if (held.chars > documentChars) giveUp('too long')
  }
  const batches = lineBatches(file, (reason) => tally.problem({ file: file.name, reason }))
  for await (const batch of batches) batch.forEach(takeLine)
  giveUp('cut off')
  end()
  for (const categories of taken) tally.countAll(categories)
}

function startsAnew(held: HeldDocument, text: string): boolean {
  return /^[[{]/.test(text) && !/[[,:]\s*$/.test(held.parts.at(-1)?.slice(-64) ?? '')
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** Exporters that write a list piece by piece leave a comma after its last one. */
function parseDocument(text: string): { readonly value: unknown } | undefined {
  const document = parse(text)
  const comma = document === undefined ? /,\s{0,100}\]$/.exec(text.slice(-102)) : null
  return comma === null ? document : parse(`${text.slice(0, -comma[0].length)}]`)
}

interface HeldDocument {
  readonly line: number
  parts: string[]
  chars: number
  depth: number
  isList: boolean
  /** Where the last whole element of a list ends: in which part, after how many characters of it. */
  whole: { readonly part: number; readonly chars: number } | undefined
}

function beginDocument(line: number): HeldDocument {
  return { line, parts: [], chars: 0, depth: 0, isList: false, whole: undefined }
}

/** The elements of a list before the one that breaks off. */
function wholePart({ parts, whole }: HeldDocument): { readonly value: unknown } | undefined {
  if (whole === undefined) return undefined
  const last = parts[whole.part]?.slice(0, whole.chars) ?? ''
  return parse(`${[...parts.slice(0, whole.part), last].join('\n')}]`)
}

/** The rest of a line on which a document ended and another began. */
function beginAgain(held: HeldDocument, tally: LineTally): HeldDocument {
  tally.extraObjects(1)
  return held
}

/** The documents that end on this line. Undefined: what is held is no JSON. */
function extend(held: HeldDocument, text: string): unknown[] | undefined {
  const values: unknown[] = []
  let inString = false
  let start = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (inString) {
      if (code === 0x5c) at += 1
      else if (code === 0x22) inString = false
    } else if (code === 0x22) inString = true
    else if (code === 0x7b || code === 0x5b) {
      if (held.depth === 0) {
        start = at
        held.isList = code === 0x5b
      }
      held.depth += 1
    } else if (code === 0x7d || code === 0x5d) {
      held.depth -= 1
      if (held.depth < 0) return undefined
      if (held.depth === 1 && held.isList) held.whole = { part: held.parts.length, chars: at + 1 - start }
      if (held.depth > 0) continue
      held.parts.push(text.slice(start, at + 1))
      const document = parseDocument(held.parts.join('\n'))
      if (document === undefined) return undefined
      values.push(document.value)
      held.parts = []
      held.chars = 0
      held.whole = undefined
      start = at + 1
    }
  }
  if (held.depth > 0) {
    held.parts.push(text.slice(start))
    held.chars += text.length
  }
  // No string goes on over a line break.
  return inString ? undefined : values
}
