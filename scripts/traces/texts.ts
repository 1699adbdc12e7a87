import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { compilePhrases, phraseListDigest } from '../../src/language/phrases.ts'
import type { Phrase } from '../../src/language/phrases.ts'
import { canonicalJson } from '../../src/trace/canonical.ts'
import type { TextFacts } from '../../src/trace/record.ts'

/** The list `thrash` of the policy `factory-router`; a test holds the two together. */
export const thrash: readonly Phrase[] = [
  'different approach',
  'another approach',
  'try a different',
  'try another',
  'let me reconsider',
  'let me rethink',
  'need to rethink',
  'actually, wait',
  'wait, actually',
  'hmm, wait',
  'on second thought',
  "isn't working",
  "that didn't work",
  "this doesn't work",
  "i'm missing something",
  'must be missing',
  'step back',
].map((text) => ({ text, word: false }))

export const thrashDigest: string = phraseListDigest(thrash)

const countThrash = compilePhrases(thrash)

/** A text as a trace keeps it: its length and its phrase counts, never its words. */
export function countedText(text: string): TextFacts {
  return { ...withheldText(text), hits: { [thrashDigest]: hitsOf(text) } }
}

/** A text of which only the length was kept. */
export function withheldText(text: string): TextFacts {
  return { chars: text.length }
}

function hitsOf(text: string): { [phrase: string]: number } {
  const hits: { [phrase: string]: number } = {}
  countThrash(text).forEach((count, index) => {
    if (count > 0) hits[String(index)] = count
  })
  return hits
}

/** Hash of a tool call's name and arguments. */
export function toolSignature(name: string, input: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson([name, input])))).slice(0, 16)
}
