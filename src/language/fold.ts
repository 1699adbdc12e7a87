import { foldingTable, wordTable } from './unicode-tables.ts'

/** Text as phrases see it: UTF-16 code units, the first `length` of `units`. */
export interface FoldedText {
  readonly units: Uint16Array
  readonly length: number
}

interface Tables {
  /** What each code unit of the basic plane folds to; white space to a space. */
  readonly basic: Uint16Array
  readonly beyond: ReadonlyMap<number, number>
  readonly isWord: Uint8Array
  readonly wordRangesBeyond: readonly (readonly [number, number])[]
}

const space = 0x20
const apostrophe = 0x27

/** The `White_Space` property: fixed since Unicode 6.3. */
const whiteSpace: readonly (readonly [number, number])[] = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0x85, 0x85],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
]

let made: Tables | undefined

function tables(): Tables {
  made ??= makeTables()
  return made
}

function unpack(table: string): number[][] {
  let previous = 0
  return table.split(',').map((row) => {
    const [difference = 0, ...rest] = row.split(' ').map((digits) => Number.parseInt(digits, 36))
    previous += difference
    return [previous, ...rest]
  })
}

function makeTables(): Tables {
  const basic = Uint16Array.from({ length: 0x10000 }, (_, unit) => unit)
  const beyond = new Map<number, number>()
  for (const [first = 0, count = 0, step = 1, distance = 0] of unpack(foldingTable)) {
    for (let point = first; point < first + count * step; point += step) {
      if (point > 0xffff) beyond.set(point, point + distance)
      else basic[point] = point + distance
    }
  }
  for (const [first, last] of whiteSpace) basic.fill(space, first, last + 1)
  basic[0x2018] = apostrophe
  basic[0x2019] = apostrophe
  const isWord = new Uint8Array(0x10000)
  const wordRangesBeyond: [number, number][] = []
  for (const [first = 0, more = 0] of unpack(wordTable)) {
    if (first > 0xffff) wordRangesBeyond.push([first, first + more])
    else isWord.fill(1, first, first + more + 1)
  }
  return { basic, beyond, isWord, wordRangesBeyond }
}

/**
 * Simple case folding (Unicode 16.0.0), curly apostrophes as straight ones, every run of white space
 * as one space. Never longer than the text; one pass.
 */
export function foldText(text: string): FoldedText {
  const { basic, beyond } = tables()
  const units = new Uint16Array(text.length)
  let length = 0
  let afterSpace = false
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    if (unit >= 0xd800 && unit <= 0xdbff && index + 1 < text.length) {
      const point = text.codePointAt(index) ?? unit
      if (point > 0xffff) {
        const folded = (beyond.get(point) ?? point) - 0x10000
        units[length] = 0xd800 + (folded >> 10)
        units[length + 1] = 0xdc00 + (folded & 0x3ff)
        length += 2
        index += 1
        afterSpace = false
        continue
      }
    }
    const folded = basic[unit] ?? unit
    if (folded === space && afterSpace) continue
    afterSpace = folded === space
    units[length] = folded
    length += 1
  }
  return { units, length }
}

/** `foldText` as a string; for short texts. */
export function foldString(text: string): string {
  const { units, length } = foldText(text)
  let folded = ''
  for (let start = 0; start < length; start += 8192) {
    folded += String.fromCharCode(...units.subarray(start, Math.min(start + 8192, length)))
  }
  return folded
}

/** Whether a letter, mark, digit or connector stands at `index`, or ends there when looking back. */
export function isWordAt({ units, length }: FoldedText, index: number): boolean {
  if (index < 0 || index >= length) return false
  const unit = units[index] ?? 0
  const { isWord, wordRangesBeyond } = tables()
  if (unit < 0xd800 || unit > 0xdfff) return isWord[unit] === 1
  const high = unit < 0xdc00 ? unit : (units[index - 1] ?? 0)
  const low = unit < 0xdc00 ? (units[index + 1] ?? 0) : unit
  const point = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)
  return wordRangesBeyond.some(([first, last]) => point >= first && point <= last)
}
