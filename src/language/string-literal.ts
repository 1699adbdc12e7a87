import type { Span } from './source.ts'

export interface DecodedString {
  readonly value: string
  /** Escapes that mean nothing, with their place inside `raw`. */
  readonly problems: readonly { readonly span: Span; readonly message: string }[]
}

/** Resolves the escapes of a text as written, quotes included. What cannot be resolved stays as it is. */
export function decodeString(raw: string): DecodedString {
  const end = raw.length > 1 && raw.endsWith('"') ? raw.length - 1 : raw.length
  const problems: { span: Span; message: string }[] = []
  let value = ''
  let position = 1
  while (position < end) {
    const next = raw.indexOf('\\', position)
    if (next < 0 || next >= end) return { value: value + raw.slice(position, end), problems }
    value += raw.slice(position, next)
    const escape = readEscape(raw, next, end)
    value += escape.value
    if (escape.message !== undefined) {
      problems.push({ span: { start: next, end: escape.end }, message: escape.message })
    }
    position = escape.end
  }
  return { value, problems }
}

const simple: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['n', '\n'],
  ['t', '\t'],
])

function readEscape(
  raw: string,
  start: number,
  limit: number,
): { value: string; end: number; message?: string } {
  const letter = raw.slice(start + 1, Math.min(start + 2, limit))
  const plain = simple.get(letter)
  if (plain !== undefined) return { value: plain, end: start + 2 }
  if (letter === 'u') {
    const match = /^\\u\{([0-9A-Fa-f]{1,6})\}/.exec(raw.slice(start, Math.min(start + 10, limit)))
    if (match === null) {
      return {
        value: '\\u',
        end: start + 2,
        message: 'expected `\\u{…}` with one to six hex digits',
      }
    }
    const point = Number.parseInt(match[1] ?? '', 16)
    const end = start + match[0].length
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) {
      return { value: '\ufffd', end, message: `\`${match[0]}\` is no Unicode character` }
    }
    return { value: String.fromCodePoint(point), end }
  }
  return {
    value: `\\${letter}`,
    end: start + 1 + letter.length,
    message: `\`\\${letter}\` is no escape`,
  }
}

/** Writes a value as a text of the language: the inverse of `decodeString`. */
export function encodeString(value: string): string {
  let text = '"'
  for (const character of value) {
    const point = character.codePointAt(0) ?? 0
    if (character === '"' || character === '\\') text += `\\${character}`
    else if (character === '\n') text += '\\n'
    else if (character === '\t') text += '\\t'
    else if (point < 0x20 || (point >= 0x7f && point <= 0x9f) || isFormatting(point)) {
      text += `\\u{${point.toString(16).toUpperCase()}}`
    } else text += character
  }
  return `${text}"`
}

/** Line separators and the marks that change the direction or visibility of the text around them. */
function isFormatting(point: number): boolean {
  return (
    (point >= 0x200b && point <= 0x200f) ||
    (point >= 0x2028 && point <= 0x202e) ||
    (point >= 0x2060 && point <= 0x2069) ||
    point === 0x61c ||
    point === 0xfeff ||
    (point >= 0xd800 && point <= 0xdfff)
  )
}
