import type { ServeLines } from '../../policy/core.ts'
import type { MutationKind } from './mutants.ts'

/** Something changed into `by`. */
export interface Changed<T> {
  readonly kind: MutationKind
  readonly change: string
  readonly by: T
}

/** What is changed in one line, put back among the others. */
export function inside<K extends keyof ServeLines>(
  lines: ServeLines,
  key: K,
  value: ServeLines[K],
  change: (value: NonNullable<ServeLines[K]>) => readonly Changed<ServeLines[K]>[],
): readonly Changed<ServeLines>[] {
  if (value === undefined) return []
  return change(value).map(({ by, ...what }) => ({ ...what, by: { ...lines, [key]: by } }))
}

export function moves<T>(change: string, by: T): Changed<T> {
  return { kind: 'move threshold', change, by }
}

export function mistake<T>(kind: MutationKind, change: string, by: T): Changed<T> {
  return { kind, change, by }
}

/** One more and one less, as far as there is one less. */
export function moved(count: number, least: number): readonly number[] {
  return [count + 1, count - 1].filter((each) => each >= least)
}
