import type { Literal, Type } from '../core.ts'
import { wordSets } from './core-words.ts'
import type { Names } from './names.ts'
import { unitNames } from './units.ts'

/** Whether values of the two types can be compared: the same type, or one of them is `none` alone. */
export function comparable(left: Type, right: Type): boolean {
  if (left.kind === 'any' || right.kind === 'any') return true
  if (left.kind === 'number') return right.kind === 'number' && left.unit === right.unit
  if (left.kind === 'word') return right.kind === 'word' && left.set === right.set
  if (left.kind === 'list') return right.kind === 'list' && comparable(left.of, right.of)
  return left.kind === right.kind
}

/** The type in the author's words. */
export function describeType(type: Type): string {
  switch (type.kind) {
    case 'truth':
      return 'true or false'
    case 'number':
      return unitNames[type.unit]
    case 'word':
      return `a word of \`${type.set}\``
    case 'text':
      return 'text'
    case 'model':
      return 'a model'
    case 'provider':
      return 'a provider'
    case 'endpoint':
      return 'an endpoint'
    case 'list':
      return type.of.kind === 'any' ? 'a list' : `a list of ${describePlural(type.of)}`
    case 'any':
      return '`none`'
  }
}

function describePlural(type: Type): string {
  switch (type.kind) {
    case 'text':
      return 'texts'
    case 'model':
      return 'models'
    case 'provider':
      return 'providers'
    case 'endpoint':
      return 'endpoints'
    case 'word':
      return `words of \`${type.set}\``
    case 'truth':
    case 'number':
    case 'list':
    case 'any':
      return 'values'
  }
}

/** The words of a set; `null` for an open one, `undefined` where no such set is. */
export function wordsOf(set: string, names: Names): readonly string[] | null | undefined {
  const scale = names.scales.entries.get(set)
  if (scale !== undefined) return scale.declaration.words.map((each) => each.text)
  return wordSets.get(set)
}

export function isScale(type: Type, names: Names): boolean {
  return type.kind === 'word' && names.scales.entries.has(type.set)
}

export function numberLiteral(literal: Literal): (Literal & { kind: 'number' }) | undefined {
  return literal !== null && literal.kind === 'number' ? literal : undefined
}
