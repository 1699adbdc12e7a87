import { asCount } from './json.ts'
import type { JsonObject } from './json.ts'

/** A field that is a count; absent and null are none. */
export type Count = (object: JsonObject | undefined, name: string) => number | undefined

/** Reads counts, and keeps the name of the first field that holds something else. */
export function countReader(): { readonly count: Count; readonly firstBad: () => string | undefined } {
  let bad: string | undefined
  return {
    count: (object, name) => {
      const given = object?.[name] ?? undefined
      if (given === undefined) return undefined
      const read = asCount(given)
      if (read === undefined) bad ??= name
      return read
    },
    firstBad: () => bad,
  }
}
