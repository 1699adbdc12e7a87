import type { Source } from '../../language/source.ts'
import type { Place } from './core-words.ts'

/** Where an expression stands, and what `it` is there. */
export interface Scope {
  readonly source: Source
  readonly place: Place
  readonly it: 'model' | 'endpoint' | undefined
}
