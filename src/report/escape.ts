import { visible, visibleCharacter } from '../language/visible.ts'

/**
 * One function a sink. Whatever comes from a policy, a trace or a path goes through the one of the
 * sink it is printed to; text of our own does not need to.
 */

/** Text for a terminal: everything visible and on one line, `\u{1B}` in place of an escape. */
export { visible as escapeTerminal }

/**
 * JSON of `value` that a terminal prints as it stands: what `escapeTerminal` would write out is here
 * one of JSON's own escapes, so that it parses to the same value. `indent` 0 is one line.
 */
export function escapeJson(value: unknown, indent: number = 0): string {
  const text = JSON.stringify(value, undefined, indent)
  // The line feeds of the layout are JSON.stringify's own: those of strings are escaped by it.
  return text.replace(/[^\n -~]/gu, (found) =>
    visibleCharacter(found) === found ? found : unicodeEscapes(found),
  )
}

function unicodeEscapes(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')
}

/** What spreadsheets take for the start of a formula, also in full width and after blanks. */
const formulaStart = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u

/**
 * One cell of user text, before quoting: a leading apostrophe makes a spreadsheet show a formula
 * instead of running it. Numbers of our own are not user text and need none.
 */
export function escapeCsv(text: string): string {
  return formulaStart.test(text) ? `'${text}` : text
}

/** What XML 1.0 cannot hold, not even as a reference. */
const notInXml = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

/** Text between tags or inside a quoted attribute, visible and on one line. */
export function escapeXml(text: string): string {
  const names: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' }
  return visible(text)
    .replace(notInXml, (found) => `\\u{${(found.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`)
    .replace(/[&<>"']/g, (found) => `&${names[found] ?? ''};`)
}

/** A description in the Test Anything Protocol, where `#` begins a directive. */
export function escapeTap(text: string): string {
  return visible(text).replace(/[\\#]/g, (found) => `\\${found}`)
}
