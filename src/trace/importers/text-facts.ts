import { compilePhrases, phraseListDigest } from '../../language/phrases.ts'
import type { Phrase } from '../../language/phrases.ts'
import type { TextFacts } from '../record.ts'
import type { ImportOptions, PhraseCounter } from './importer.ts'

/** The counter of one phrase list, under its digest. */
export function phraseCounter(list: readonly Phrase[]): PhraseCounter {
  return { digest: phraseListDigest(list), count: compilePhrases(list) }
}

/** Length and phrase counts of one text. The text itself only where the options say so. */
export function textFacts(text: string, options: ImportOptions): TextFacts {
  const hits = phraseHits(text, options)
  return {
    chars: text.length,
    ...(hits === undefined ? {} : { hits }),
    ...(options.withText === true ? { text } : {}),
  }
}

/** Of what a tool answered, which is long: only where phrases are counted or words are kept. */
export function resultFacts(text: string, options: ImportOptions): TextFacts | undefined {
  const isWanted = options.withText === true || (options.phraseLists?.length ?? 0) > 0
  return isWanted ? textFacts(text, options) : undefined
}

type Hits = NonNullable<TextFacts['hits']>

/** Lists without a hit are left out: the session's header says which lists were counted. */
function phraseHits(text: string, options: ImportOptions): Hits | undefined {
  const byList: Record<string, Record<string, number>> = Object.create(null)
  let any = false
  for (const list of options.phraseLists ?? []) {
    const byPhrase: Record<string, number> = {}
    let hit = false
    list.count(text).forEach((occurrences, phrase) => {
      if (occurrences > 0) {
        byPhrase[String(phrase)] = occurrences
        hit = true
      }
    })
    if (hit) {
      byList[list.digest] = byPhrase
      any = true
    }
  }
  return any ? { ...byList } : undefined
}
