import type { KeyedHash } from './keyed-hash.ts'

/** What a nickname must tell apart: it equals no literal, and starts with the same prefixes. */
export interface NicknameRule {
  /** Before the number: `team`. */
  readonly stem: string
  /** A value that is one of these stays as it is. */
  readonly literals: ReadonlySet<string>
  readonly prefixes: ReadonlySet<string>
}

/**
 * One nickname a value: equal for equal values, different for different ones, none of them a value
 * of the input. Numbers follow the keyed hash, so that they tell neither order nor frequency.
 */
export function nicknames(
  values: ReadonlySet<string>,
  rule: NicknameRule,
  hash: KeyedHash,
): ReadonlyMap<string, string> {
  const given = new Map<string, string>()
  const taken = new Set<string>([...values, ...rule.literals])
  let number = 0
  for (const value of inHashOrder([...values], rule.stem, hash)) {
    if (rule.literals.has(value)) {
      given.set(value, value)
      continue
    }
    const base = longestPrefix(value, rule.prefixes)
    const stem = freeStem(base, rule)
    let nickname: string
    do {
      number += 1
      nickname = `${base}${stem}-${number}`
    } while (taken.has(nickname))
    taken.add(nickname)
    given.set(value, nickname)
  }
  return given
}

/** The same for whole numbers that are only told apart. */
export function numberNicknames(
  values: ReadonlySet<number>,
  literals: ReadonlySet<number>,
  hash: KeyedHash,
): ReadonlyMap<number, number> {
  const given = new Map<number, number>()
  let number = 0
  for (const text of inHashOrder([...values].map(String), 'number', hash)) {
    const value = Number(text)
    if (literals.has(value)) {
      given.set(value, value)
      continue
    }
    do number += 1
    while (literals.has(number) || values.has(number))
    given.set(value, number)
  }
  return given
}

/** A text with the same answer to every literal and prefix, and nothing else of it. */
export function sameAnswers(value: string, rule: NicknameRule): string {
  if (rule.literals.has(value)) return value
  const base = longestPrefix(value, rule.prefixes)
  const start = `${base}${freeStem(base, rule)}`
  let number = 1
  while (rule.literals.has(`${start}-${number}`)) number += 1
  return `${start}-${number}`
}

function inHashOrder(values: readonly string[], purpose: string, hash: KeyedHash): readonly string[] {
  return values
    .map((value) => ({ value, at: hash(`order of ${purpose}`, value) }))
    .toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    .map(({ value }) => value)
}

/** Prefixes of one value are prefixes of each other, so the longest has the answers of them all. */
function longestPrefix(value: string, prefixes: ReadonlySet<string>): string {
  let longest = ''
  for (const prefix of prefixes) {
    if (prefix.length > longest.length && value.startsWith(prefix)) longest = prefix
  }
  return longest
}

/** A stem with which no longer prefix goes on after `base`. */
function freeStem(base: string, { stem, prefixes }: NicknameRule): string {
  const next = new Set<string>()
  for (const prefix of prefixes) {
    if (prefix.length > base.length && prefix.startsWith(base)) next.add(prefix.charAt(base.length))
  }
  if (!next.has(stem.charAt(0))) return stem
  // Prefixes are finite, so some letter is free.
  for (let code = 0x61; ; code += 1) {
    const letter = String.fromCharCode(code)
    if (!next.has(letter)) return `${letter}${stem}`
  }
}
