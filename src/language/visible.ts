/**
 * Text from outside, safe for a terminal: control characters, escape sequences, direction marks,
 * invisible characters, line separators and lone surrogates are written out as `\u{1B}`.
 */
export function visible(text: string): string {
  let shown = ''
  for (const character of text) shown += visibleCharacter(character)
  return shown
}

/** One character as `visible` shows it. */
export function visibleCharacter(character: string): string {
  const point = character.codePointAt(0) ?? 0
  return isHidden(point) ? `\\u{${point.toString(16).toUpperCase()}}` : character
}

function isHidden(point: number): boolean {
  if (point < 0x7f) return point < 0x20
  return (
    point <= 0x9f ||
    point === 0xad ||
    point === 0x34f ||
    point === 0x61c ||
    point === 0x115f ||
    point === 0x1160 ||
    point === 0x17b4 ||
    point === 0x17b5 ||
    point === 0x180e ||
    (point >= 0x200b && point <= 0x200f) ||
    (point >= 0x2028 && point <= 0x202e) ||
    (point >= 0x2060 && point <= 0x206f) ||
    (point >= 0xd800 && point <= 0xdfff) ||
    point === 0x3164 ||
    point === 0xfeff ||
    point === 0xffa0 ||
    (point >= 0xfff9 && point <= 0xfffb) ||
    (point >= 0xe0000 && point <= 0xe0fff)
  )
}

/** Terminal cells that a visible character takes, near enough to put a mark below it. */
export function cellsOf(character: string): number {
  const point = character.codePointAt(0) ?? 0
  if (point < 0x300) return 1
  if (point <= 0x36f || (point >= 0xfe00 && point <= 0xfe0f)) return 0
  const wide =
    (point >= 0x1100 && point <= 0x115f) ||
    (point >= 0x2e80 && point <= 0xa4cf) ||
    (point >= 0xac00 && point <= 0xd7a3) ||
    (point >= 0xf900 && point <= 0xfaff) ||
    (point >= 0xfe30 && point <= 0xfe6f) ||
    (point >= 0xff00 && point <= 0xff60) ||
    (point >= 0xffe0 && point <= 0xffe6) ||
    (point >= 0x1f300 && point <= 0x1faff) ||
    (point >= 0x20000 && point <= 0x3fffd)
  return wide ? 2 : 1
}

/** Text of the author between back-ticks, as messages quote it; the end of a long one is left out. */
export function quoted(text: string): string {
  return `\`${text.length > 40 ? `${text.slice(0, 40)}…` : text}\``
}
