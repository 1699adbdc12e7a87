import type { Facts, FactValue } from '../../trace/record.ts'
import { catalogueNames, flowing } from './naming.ts'
import type { NameGroup, Naming } from './naming.ts'
import { factKey, mapKey } from './reads.ts'
import type { Read, Reads } from './reads.ts'

/** Kept, as numbers, although no policy reads them: few values, good for grouping. */
const groupingSignals = new Set([
  'team', 'repo.name', 'user', 'customer', 'toolchain', 'workflow', 'surface', 'variant',
  'repo.language', 'tags',
])

/** Truths that name nobody. */
const plainSignals = new Set(['plan-mode', 'housekeeping'])

/** Facts of a header or a prompt: what no policy reads goes, but for the signals above. */
export function pseudonymousFacts(facts: Facts, reads: Reads, naming: Naming): Facts {
  const { signals } = facts
  return {
    ...(signals !== undefined && { signals: signalsOf(signals, reads, naming) }),
    ...mapOf('header', facts, reads, naming),
    ...mapOf('param', facts, reads, naming),
    ...mapOf('metadata', facts, reads, naming),
  }
}

type FactMap = NonNullable<Facts['signals']>

function signalsOf(signals: FactMap, reads: Reads, naming: Naming): FactMap {
  return replaced(signals, (name, value) => {
    const key = factKey(name)
    const read = reads.get(key)
    // `order by request` reads it without naming it.
    if (name === 'request.order') return inGroup(value, catalogueNames, naming)
    if (read !== undefined) return readValue(value, key, read, naming)
    if (groupingSignals.has(name)) return inGroup(value, key, naming)
    return plainSignals.has(name) && (typeof value === 'boolean' || value === null) ? value : undefined
  })
}

/** A map of which some key is read stays a known map, so that its other keys stay none. */
function mapOf(
  map: 'header' | 'param' | 'metadata',
  facts: Facts,
  reads: Reads,
  naming: Naming,
): Partial<Facts> {
  const values = facts[map]
  const isRead = [...reads.keys()].some((key) => key.startsWith(mapKey(map, '')))
  if (values === undefined || !isRead) return {}
  return {
    [map]: replaced(values, (name, value) => {
      const key = mapKey(map, name)
      const read = reads.get(key)
      return read === undefined ? undefined : readValue(value, key, read, naming)
    }),
  }
}

/** Entries for which `replace` gives nothing are left out. */
function replaced(
  map: FactMap,
  replace: (name: string, value: FactValue) => FactValue | undefined,
): FactMap {
  return Object.fromEntries(
    Object.entries(map).flatMap(([name, value]): [string, FactValue][] => {
      const kept = replace(name, value)
      return kept === undefined ? [] : [[name, kept]]
    }),
  )
}

/** A number that is calculated with stays. */
function readValue(value: FactValue, key: NameGroup, read: Read, naming: Naming): FactValue {
  if (read.drawn) return value
  if (!read.flows) return inGroup(value, key, naming)
  if (typeof value === 'string') return naming.name(flowing, value)
  if (!isList(value)) return value
  return value.map((item) => (typeof item === 'string' ? naming.name(flowing, item) : item))
}

function inGroup(value: FactValue, group: NameGroup, naming: Naming): FactValue {
  if (typeof value === 'string') return naming.name(group, value)
  if (typeof value === 'number') return naming.number(group, value)
  if (!isList(value)) return value
  return value.map((item) =>
    typeof item === 'string' ? naming.name(group, item) : naming.number(group, item),
  )
}

function isList(value: FactValue): value is readonly (string | number)[] {
  return Array.isArray(value)
}
