import type { PlainLine, Policy, ServeLines } from './core.ts'
import { servedBy } from './line-up.ts'

type Word = PlainLine['word']

const isWritten: { readonly [word in Word]: (lines: ServeLines) => boolean } = {
  order: ({ order }) => order !== undefined,
  'order by': ({ orderBy }) => orderBy !== undefined,
  strategy: ({ strategy }) => strategy !== undefined,
  weights: ({ weights }) => weights !== undefined,
  'timeout total': ({ timeoutMicros }) => timeoutMicros?.total !== undefined,
  'timeout first-token': ({ timeoutMicros }) => timeoutMicros?.firstToken !== undefined,
  'timeout idle': ({ timeoutMicros }) => timeoutMicros?.idle !== undefined,
}

const known = new WeakMap<ServeLines, Map<Word, PlainLine>>()

/** The line of `serve` or `profile` under a word, the same object each time; `undefined`: it is not written there. */
export function plainLine(of: ServeLines, word: Word): PlainLine | undefined {
  if (!isWritten[word](of)) return undefined
  const lines = known.get(of) ?? new Map<Word, PlainLine>()
  known.set(of, lines)
  const line = lines.get(word) ?? { of, word }
  lines.set(word, line)
  return line
}

/** Every such line that stands there. */
export function plainLines(of: ServeLines): readonly PlainLine[] {
  return (Object.keys(isWritten) as Word[]).flatMap((word) => plainLine(of, word) ?? [])
}

/** The line that holds for a model: the narrowest. */
export function plainLineFor(policy: Policy, model: string, profile: string | undefined, word: Word): PlainLine | undefined {
  const lines = servedBy(policy, model, profile).findLast(isWritten[word])
  return lines && plainLine(lines, word)
}
