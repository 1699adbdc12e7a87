/** A field about money that no row of the language takes, and why. */
export interface Unsaid {
  readonly field: string
  readonly reason: string
}

const reasons: readonly (readonly [RegExp, string])[] = [
  [/dbu?_cost/, 'the same price in another unit'],
  [/per_second/, 'of a second; no log of calls counts seconds of sound or film'],
  [/per_character/, 'of a character; calls are charged by tokens'],
  [/per_pixel/, 'of a pixel; no log counts pixels'],
  [/per_page|per_credit/, 'of a page that was read; no log counts pages'],
  [/per_session/, 'of a sandbox; no log of calls counts its sessions'],
  [/cache_creation_input_audio/, 'of sound written to a cache; no log counts that'],
  [/citation/, 'of tokens of citations; no log counts them'],
  [/modes/, 'of a mode that no request asks for by a name'],
  [/without a size|tiered_pricing$/, 'of a size that is not said'],
]

export function unsaidField(field: string): Unsaid {
  const found = reasons.find(([pattern]) => pattern.test(field))
  return { field, reason: found?.[1] ?? 'of something that the language has no row for' }
}
