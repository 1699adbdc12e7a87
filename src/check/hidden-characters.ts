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
  const mixed = new Set([...source.text.matchAll(mixedWord)].map((found) => found.index))
  for (const { start, end } of lookAlikes(source.text)) {
    if (mixed.has(start)) continue
    accept('RT0320', at(start, end), 'this word looks like a Latin one and is written in other letters', {
      help: 'type it again, if it is meant to be Latin',
    })
  }
}

/**
 * Words that look like Latin ones and hold no Latin letter: of letters made to look so, or wholly of
 * look-alikes where no other word of the file is in their alphabet.
 */
function lookAlikes(text: string): readonly { readonly start: number; readonly end: number }[] {
  const styled = [...text.matchAll(/[\uff21-\uff3a\uff41-\uff5a\u{1d400}-\u{1d7ff}]+/gu)]
  const foreign = [...text.matchAll(/[\u0370-\u052f]+/g)].filter(
    ({ index }) => !/[A-Za-z]/.test(`${text[index - 1] ?? ''}`),
  )
  const alike = foreign.filter(([word]) => /^[асеорхуіјѕԁԛԝһӏАВЕЅІЈКМНОРСТХαονρΑΒΕΖΗΙΚΜΝΟΡΤΥΧ]+$/.test(word))
  const whole = alike.length === foreign.length ? alike.filter(([word]) => word.length > 1) : []
  return [...styled, ...whole].map((found) => ({ start: found.index, end: found.index + found[0].length }))
}

/** A word with Latin letters beside Greek, Cyrillic or full-width ones. */
const mixedWord =
  /[A-Za-z\u0370-\u052f\uff21-\uff5a]*(?:[A-Za-z][\u0370-\u052f\uff21-\uff5a]|[\u0370-\u052f\uff21-\uff5a][A-Za-z])[A-Za-z\u0370-\u052f\uff21-\uff5a]*/g
