import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { foldString, foldText, isWordAt } from './fold.ts'
import type { FoldedText } from './fold.ts'
import { unicodeVersion } from './unicode-tables.ts'

/** One entry of a `phrases` list. `word`: only between word boundaries. */
export interface Phrase {
  readonly text: string
  readonly word: boolean
}

/**
 * Compiles a list into a counter: the occurrences of each phrase in a text, by its index in the list.
 *
 * Both sides are folded (`foldText`). Occurrences of one phrase do not overlap and are counted from
 * the left: `aa` occurs once in `aaa`. Different phrases may overlap. With `word`, neither neighbour
 * of an occurrence is a letter, mark, digit or `_`. An empty phrase never occurs. Time is linear in
 * the text, whatever the phrases are, plus the number of places at which phrases end.
 */
export function compilePhrases(list: readonly Phrase[]): (text: string) => number[] {
  const automaton = makeAutomaton(list.map((phrase) => foldText(phrase.text)))
  return (text) => countPhrases(list, automaton, foldText(text))
}

/** SHA-256, in hex, of a list in its canonical form: folded phrases, in order, with their `word`. */
export function phraseListDigest(list: readonly Phrase[]): string {
  const canonical = [
    `phrases 1 unicode ${unicodeVersion}`,
    ...list.map((phrase) => [foldString(phrase.text), phrase.word ? 1 : 0]),
  ]
  // Well-formed JSON escapes lone surrogates, so that different lists differ in UTF-8 as well.
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(canonical))))
}

/** Aho and Corasick's automaton; state 0 is the root. */
interface Automaton {
  readonly next: readonly (ReadonlyMap<number, number> | undefined)[]
  readonly root: Int32Array
  readonly fallback: readonly number[]
  /** The phrases that end in a state, themselves. */
  readonly ends: readonly (readonly number[] | undefined)[]
  /** The nearest state down the fallbacks in which a phrase ends, -1 for none. */
  readonly nextEnd: readonly number[]
  readonly lengths: readonly number[]
}

function makeAutomaton(phrases: readonly FoldedText[]): Automaton {
  const next: (Map<number, number> | undefined)[] = [new Map()]
  const ends: (number[] | undefined)[] = [undefined]
  for (const [index, { units, length }] of phrases.entries()) {
    if (length === 0) continue
    let state = 0
    for (let position = 0; position < length; position += 1) {
      const unit = units[position] ?? 0
      const children = next[state] ?? new Map<number, number>()
      next[state] = children
      let child = children.get(unit)
      if (child === undefined) {
        child = next.length
        children.set(unit, child)
        next.push(undefined)
        ends.push(undefined)
      }
      state = child
    }
    const ending = ends[state] ?? []
    ending.push(index)
    ends[state] = ending
  }
  const root = new Int32Array(0x10000)
  for (const [unit, child] of next[0] ?? []) root[unit] = child
  const lengths = phrases.map((phrase) => phrase.length)
  return { next, root, ends, lengths, ...linkFallbacks(next, ends) }
}

/** Breadth first: the longest proper suffix of each state that is a state itself. */
function linkFallbacks(
  next: readonly (ReadonlyMap<number, number> | undefined)[],
  ends: readonly (readonly number[] | undefined)[],
): { fallback: number[]; nextEnd: number[] } {
  const fallback = next.map(() => 0)
  const nextEnd = next.map(() => -1)
  const queue = [...(next[0]?.values() ?? [])]
  for (const state of queue) {
    const suffix = fallback[state] ?? 0
    nextEnd[state] = ends[suffix] === undefined ? (nextEnd[suffix] ?? -1) : suffix
    for (const [unit, child] of next[state] ?? []) {
      let from = suffix
      while (from !== 0 && next[from]?.get(unit) === undefined) from = fallback[from] ?? 0
      fallback[child] = next[from]?.get(unit) ?? 0
      queue.push(child)
    }
  }
  return { fallback, nextEnd }
}

function countPhrases(list: readonly Phrase[], automaton: Automaton, text: FoldedText): number[] {
  const { next, root, fallback, ends, nextEnd, lengths } = automaton
  const counts = list.map(() => 0)
  const freeFrom = list.map(() => 0)
  let state = 0
  for (let position = 0; position < text.length; position += 1) {
    const unit = text.units[position] ?? 0
    let child: number | undefined
    while (state !== 0) {
      child = next[state]?.get(unit)
      if (child !== undefined) break
      state = fallback[state] ?? 0
    }
    state = child ?? root[unit] ?? 0
    let ending = ends[state] === undefined ? (nextEnd[state] ?? -1) : state
    while (ending > 0) {
      for (const index of ends[ending] ?? []) {
        const start = position + 1 - (lengths[index] ?? 0)
        if (start < (freeFrom[index] ?? 0)) continue
        const isWord = list[index]?.word === true
        if (isWord && (isWordAt(text, start - 1) || isWordAt(text, position + 1))) continue
        counts[index] = (counts[index] ?? 0) + 1
        freeFrom[index] = position + 1
      }
      ending = nextEnd[ending] ?? -1
    }
  }
  return counts
}
