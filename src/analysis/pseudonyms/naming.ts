/** What replaces each thing that could name someone. The first pass only gathers, the second replaces. */
export interface Naming {
  /** Names of one group are told apart from each other only. */
  name(group: NameGroup, value: string): string
  number(group: NameGroup, value: number): number
  /** A text that is compared with literals and never shown. */
  text(group: NameGroup, value: string): string
  /** Ids: `session`, `call`, `account`, `signature`. */
  id(purpose: string, value: string): string
  /** Microseconds since the Unix epoch. */
  instant(micros: number): number
}

/** A fact (`factKey`, `mapKey`) or one of the kinds below. */
export type NameGroup = string

/** Facts that the rules do more with than compare them with literals share their names. */
export const flowing: NameGroup = 'flowing'

export const catalogueNames: NameGroup = 'catalogue'
