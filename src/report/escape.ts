import { visible, visibleCharacter } from '../language/visible.ts'

/**
 * One function a sink. Whatever comes from a policy, a trace or a path goes through the one of the
 * sink it is printed to; text of our own does not need to.
 */

/**
 * Text for a terminal, or for the log of a build: everything visible and on one line, `\u{1B}` in
 * place of an escape. GitHub runs a line of a log that begins with `::`, blanks aside, and whatever
 * follows `##[`; as lines are broken at blanks, no word may begin so.
 */
export function escapeTerminal(text: string): string {
  return visible(text)
    .replace(/(?<!\S)::/gu, '\\u{3A}:')
    .replace(/##\[/g, '\\u{23}#[')
}

/**
 * JSON of `value` that a terminal prints as it stands: what `escapeTerminal` would write out is here
 * one of JSON's own escapes, so that it parses to the same value. `indent` 0 is one line.
 */
export function escapeJson(value: unknown, indent: number = 0): string {
  const text = JSON.stringify(value, undefined, indent)
  // The line feeds of the layout are JSON.stringify's own: those of strings are escaped by it.
  return text
    .replace(/[^\n -~]/gu, (found) => (visibleCharacter(found) === found ? found : unicodeEscapes(found)))
    .replace(/##\[/g, '\\u0023#[')
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
  return escapeTerminal(text)
    .replace(notInXml, (found) => `\\u{${(found.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`)
    .replace(/[&<>"']/g, (found) => `&${names[found] ?? ''};`)
}

/** A description in the Test Anything Protocol, where `#` begins a directive. */
export function escapeTap(text: string): string {
  return escapeTerminal(text).replace(/[\\#]/g, (found) => `\\${found}`)
}

/** Longer texts of a user are cut in Markdown, where a comment has a limit and a table few columns. */
const longestInMarkdown = 200

/**
 * Text in Markdown, also in a cell of a table: a code span on one line. Nothing in one acts, neither
 * a mention nor a link, a reference, a comment or a tag. What would end it or the cell is no such
 * character any more: an apostrophe, and `\u{7C}` for a bar.
 */
export function escapeMarkdown(text: string): string {
  const cut = text.length > longestInMarkdown ? `${text.slice(0, longestInMarkdown)}…` : text
  const shown = escapeTerminal(cut).replaceAll('`', "'").replaceAll('|', '\\u{7C}')
  return shown === '' ? '(empty)' : `\`${shown}\``
}

/** The message of a workflow command, `::error::MESSAGE`. */
export function escapeCommandMessage(text: string): string {
  return escapeTerminal(text).replaceAll('%', '%25')
}

/** A value of a workflow command, `::error title=VALUE::`. */
export function escapeCommandValue(text: string): string {
  return escapeCommandMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

/**
 * The name of a file as a relative reference (RFC 3986): each part percent-encoded, `_` for one that
 * leads upwards, and no scheme, host or drive at its beginning.
 */
export function escapeFileName(path: string): string {
  const parts = path
    .replace(/\p{Cs}/gu, '\ufffd')
    .split(/[/\\]/)
    .filter((part) => part !== '' && part !== '.')
  return parts.map((part) => (part === '..' ? '_' : encodeURIComponent(part).replace(/'/g, '%27'))).join('/')
}

/** A message in SARIF, where `[text](target)` would be a link. */
export function escapeSarif(text: string): string {
  return escapeTerminal(text).replaceAll('](', ']\\u{28}')
}
