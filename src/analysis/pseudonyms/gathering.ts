import type { NameGroup, Naming } from './naming.ts'
import type { Span } from './shift.ts'

/** The distinct names and numbers of a trace, by group. */
export interface SeenValues {
  readonly names: ReadonlyMap<NameGroup, ReadonlySet<string>>
  readonly numbers: ReadonlyMap<NameGroup, ReadonlySet<number>>
}

export interface Gathering {
  /** Replaces nothing and remembers what it is asked about; ids are not kept. */
  readonly naming: Naming
  readonly values: SeenValues
  span(): Span
  noteFault(): void
  faults(): boolean
}

export function gathering(): Gathering {
  const names = new Map<NameGroup, Set<string>>()
  const numbers = new Map<NameGroup, Set<number>>()
  let span: { first: number; last: number } | undefined
  let faults = false
  return {
    naming: {
      name: (group, value) => seenIn(names, group, value),
      number: (group, value) => seenIn(numbers, group, value),
      text: (_group, value) => value,
      id: (_purpose, value) => value,
      instant: (micros) => {
        span = {
          first: Math.min(span?.first ?? micros, micros),
          last: Math.max(span?.last ?? micros, micros),
        }
        return micros
      },
    },
    values: { names, numbers },
    span: () => span,
    noteFault: () => {
      faults = true
    },
    faults: () => faults,
  }
}

function seenIn<T>(groups: Map<NameGroup, Set<T>>, group: NameGroup, value: T): T {
  const known = groups.get(group)
  if (known === undefined) groups.set(group, new Set([value]))
  else known.add(value)
  return value
}
