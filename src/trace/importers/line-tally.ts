import type { ImportProblem, ImportReport, Tally } from './importer.ts'

/** Counts what became of the lines while they are read. */
export interface LineTally {
  readonly line: () => void
  readonly blank: () => void
  readonly extraObjects: (objects: number) => void
  readonly count: (category: string) => void
  /** What is in one object; one without anything counts as such. */
  readonly countAll: (categories: readonly string[]) => void
  readonly unknown: (type: unknown) => void
  readonly unreadable: (category: string, problem: ImportProblem) => void
  readonly problem: (problem: ImportProblem) => void
  readonly unnamedModelChange: () => void
  readonly result: () => LineResult
}

export type LineResult = Pick<
  ImportReport,
  'lines' | 'problems' | 'problemCount' | 'unnamedModelChanges'
>

const problemsKept = 100
const typesKept = 20

export function lineTally(): LineTally {
  let read = 0
  let blank = 0
  let extraObjects = 0
  let problemCount = 0
  let unnamedModelChanges = 0
  const categories = new Map<string, number>()
  const unknownTypes = new Set<string>()
  const problems: ImportProblem[] = []
  const count = (category: string): void => {
    categories.set(category, (categories.get(category) ?? 0) + 1)
  }
  const problem = (one: ImportProblem): void => {
    problemCount += 1
    if (problems.length < problemsKept) problems.push(one)
  }
  return {
    line: () => void (read += 1),
    blank: () => void (blank += 1),
    extraObjects: (objects) => void (extraObjects += objects),
    count,
    countAll: (categories) => {
      if (categories.length === 0) count('without a call')
      else extraObjects += categories.length - 1
      categories.forEach(count)
    },
    unknown: (type) => {
      const name = typeof type === 'string' ? type.slice(0, 60) : 'no type'
      if (unknownTypes.size < typesKept) unknownTypes.add(name)
    },
    unreadable: (category, one) => {
      count(category)
      problem(one)
    },
    problem,
    unnamedModelChange: () => void (unnamedModelChanges += 1),
    result: () => ({
      lines: {
        read,
        blank,
        extraObjects,
        categories: tallies(categories),
        unknownTypes: [...unknownTypes].sort(),
      },
      problems,
      problemCount,
      unnamedModelChanges,
    }),
  }
}

/** By name. */
export function tallies(counts: ReadonlyMap<string, number>): readonly Tally[] {
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}
