/**
 * One function a sink. Whatever comes from a policy, a trace or a path goes through the one of the
 * sink it is printed to; text of our own does not need to.
 */

/**
 * What a terminal or an editor acts on, or shows as nothing, instead of as itself: control codes (and
 * with them escape sequences and links), bidirectional and other format characters, separators of
 * lines and paragraphs, lone surrogates, blanks that are letters, variation selectors.
 */
const unseen =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Variation_Selector}\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u{e0000}-\u{e0fff}]/gu

/** `text` with everything visible and on one line: `\u{1b}` in place of an escape. */
export function escapeTerminal(text: string): string {
  return text.replace(unseen, (found) => `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`)
}

/**
 * JSON of `value` that a terminal prints as it stands: the same characters as `escapeTerminal`,
 * written as JSON's own escapes, so that it parses to the same value. `indent` 0 is one line.
 */
export function escapeJson(value: unknown, indent: number = 0): string {
  const text = JSON.stringify(value, undefined, indent)
  // The line feeds of the layout are JSON.stringify's own: those of strings are escaped by it.
  return text.replace(unseen, (found) =>
    found === '\n' ? found : Array.from({ length: found.length }, (_, at) => unicodeEscape(found, at)).join(''),
  )
}

function unicodeEscape(text: string, at: number): string {
  return `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`
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
