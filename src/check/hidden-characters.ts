import type { Source } from '../language/source.ts'
import { visibleCharacter } from '../language/visible.ts'
import type { Accept } from './accept.ts'

/**
 * Characters that a reader does not see, that turn the text around them, or that look like others:
 * they make a policy read differently from what it does.
 */
export function checkHiddenCharacters(source: Source, accept: Accept): void {
  const at = (
    start: number,
    end: number,
  ): { source: Source; span: { start: number; end: number } } => ({
    source,
    span: { start, end },
  })
  let offset = 0
  for (const character of source.text) {
    const start = offset
    offset += character.length
    if (character === '\n' || character === '\r' || character === '\t') continue
    if (start === 0 && character === '\ufeff') continue
    const shown = visibleCharacter(character)
    if (shown === character) continue
    accept(
      'RT0320',
      at(start, offset),
      `there is an invisible character \`${shown.replaceAll('\\', '')}\` here`,
      {
        help: `remove it, or write \`${shown}\` in the text so that it is seen`,
      },
    )
  }
  for (const found of source.text.matchAll(mixedWord)) {
    accept(
      'RT0320',
      at(found.index, found.index + found[0].length),
      'this word mixes letters of two alphabets that look alike',
      {
        help: 'type it again in one alphabet',
      },
    )
  }
}

/** A word with Latin letters beside Greek, Cyrillic or full-width ones. */
const mixedWord =
  /[A-Za-z\u0370-\u052f\uff21-\uff5a]*(?:[A-Za-z][\u0370-\u052f\uff21-\uff5a]|[\u0370-\u052f\uff21-\uff5a][A-Za-z])[A-Za-z\u0370-\u052f\uff21-\uff5a]*/g
