import { leafOfCell } from './variables.ts'
import { no, open, yes } from './leaves.ts'
import type { Space, Values } from './space.ts'
import { TooLarge } from './store.ts'
import type { Cell, Variable, Variables } from './variables.ts'

const mostLeaves = 4_096

/** Values are sets of leaves: what an expression may come to, whatever the inputs. */
export function surveySpace(variables: Variables): Space {
  const { leaves } = variables
  const sets: (readonly number[])[] = []
  const numbers = new Map<string, Values>()
  const setOf = (members: Iterable<number>): Values => {
    const sorted = [...new Set(members)].sort((left, right) => left - right)
    if (sorted.length > mostLeaves) throw new TooLarge(`a value of more than ${mostLeaves} cases`)
    const key = sorted.join()
    const found = numbers.get(key)
    if (found !== undefined) return found
    numbers.set(key, sets.length)
    return sets.push(sorted) - 1
  }
  const members = (values: Values): readonly number[] => sets[values] ?? []
  const pairs = (left: Values, right: Values, each: (a: number, b: number) => number): Values => {
    const found = new Set<number>()
    for (const a of members(left)) for (const b of members(right)) found.add(each(a, b))
    return setOf(found)
  }
  return {
    variables,
    leaves,
    constant: (leaf) => setOf([leaf]),
    read: (variable) =>
      setOf(surveyCells(variable).map((cell) => leafOfCell(leaves, variable, cell))),
    below: (variable, cut) => {
      variables.cut(variable, cut)
      return setOf([no, yes])
    },
    told: (variable, _sample, text, how) => {
      variables.tell(variable, text, how)
      return setOf([no, yes])
    },
    and: (left, right) => pairs(left, right, conjunction),
    or: (left, right) => pairs(left, right, disjunction),
    plus: (left, right) => pairs(left, right, leaves.plus),
    choose: (condition, then, otherwise) => {
      const when = members(condition)
      return setOf([
        ...(when.includes(yes) ? members(then) : []),
        ...(when.some((leaf) => leaf !== yes) ? members(otherwise) : []),
      ])
    },
    bind: (values, each) => setOf(members(values).flatMap((leaf) => members(each(leaf)))),
  }
}

/** Cells before they are cut. */
function surveyCells({ domain }: Variable): readonly Cell[] {
  const known: readonly Cell[] =
    domain.kind === 'values'
      ? domain.values.map((value) => ({ kind: 'value', value }))
      : domain.kind === 'number'
        ? [{ kind: 'range', low: domain.low, high: domain.high }]
        : [{ kind: 'text', sample: '' }]
  return [
    ...known,
    ...(domain.none ? [{ kind: 'none' } as const] : []),
    ...(domain.unknown ? [{ kind: 'unknown' } as const] : []),
  ]
}

/** A guard that is none does not hold. */
export function truth(leaf: number): number {
  return leaf === yes || leaf === open ? leaf : no
}

export function conjunction(left: number, right: number): number {
  const [a, b] = [truth(left), truth(right)]
  if (a === no || b === no) return no
  return a === open || b === open ? open : yes
}

export function disjunction(left: number, right: number): number {
  const [a, b] = [truth(left), truth(right)]
  if (a === yes || b === yes) return yes
  return a === open || b === open ? open : no
}

export function opposite(leaf: number): number {
  const known = truth(leaf)
  return known === open ? open : known === yes ? no : yes
}

