import { readdirSync, readFileSync } from 'node:fs'
import type { Source } from '../../src/language/source.ts'

/** Every `.route` file that is shipped, with paths relative to `policies/`. */
export function shippedRouteFiles(): Source[] {
  const directory = new URL('../../policies/', import.meta.url)
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.route'))
    .toSorted()
    .map((name) => ({ name, text: readFileSync(new URL(name, directory), 'utf8') }))
}
