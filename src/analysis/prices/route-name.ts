import { reservedWords } from '../../language/words.ts'

const reserved: ReadonlySet<string> = new Set(reservedWords)

/**
 * A name that the language takes, as near to `text` as it can be: lower case, a hyphen for what no
 * name may hold, and a prefix where no name may begin so.
 */
export function routeName(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/\.(?![0-9])/g, '-')
    .replace(/-(?=_)|-+(?=-)/g, '')
    .replace(/^[^a-z0-9]+|[-.]+$/g, '')
  if (/^[a-z]/.test(name)) return reserved.has(name) ? `${name}-model` : name
  return name === '' ? 'model' : `model-${name}`
}
