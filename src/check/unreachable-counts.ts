import type { CountQuery, Expression, Policy } from '../policy/core.ts'
import { eachPart, expressionsOf } from '../policy/walk.ts'
import type { Check } from './accept.ts'
import { largestCount } from './largest-count.ts'

/** `count … in last 5 tools >= 6`: more than the window can hold. */
export const checkUnreachableCounts: Check = (policy, accept) => {
  for (const expression of expressionsOf({ ...policy, tests: [] })) {
    eachPart(expression, (part) => {
      const compared = comparedCount(policy, part)
      const most = compared && largestCount(policy, compared.query)
      if (compared === undefined || most === undefined || compared.least <= BigInt(most)) return
      accept(
        'RT0321',
        part.location,
        `the count never reaches \`${compared.least}\`: its window holds at most \`${most}\``,
        {
          help: 'widen the window or lower the number',
        },
      )
    })
  }
}

/** Whether a guard asks, through signals too, for more than a window can hold. */
export function asksTooMuch(policy: Policy, guard: Expression, seen: Set<string> = new Set()): boolean {
  let found = false
  eachPart(guard, (part) => {
    const compared = comparedCount(policy, part)
    const most = compared && largestCount(policy, compared.query)
    if (compared !== undefined && most !== undefined && compared.least > BigInt(most)) found = true
    if (part.kind !== 'signal' || seen.has(part.signal)) return
    seen.add(part.signal)
    const signal = policy.signals.find((each) => each.name === part.signal)
    if (signal !== undefined && asksTooMuch(policy, signal.value, seen)) found = true
  })
  return found
}

/** A count and the least value that makes the comparison true. */
function comparedCount(
  policy: Policy,
  part: Expression,
): { readonly query: CountQuery; readonly least: bigint } | undefined {
  if (part.kind === 'order') {
    const forward = part.operator === '>' || part.operator === '>='
    const [counted, bound] = forward ? [part.left, part.right] : [part.right, part.left]
    const query = queryOf(policy, counted)
    const value = numberOf(bound)
    if (query === undefined || value === undefined) return undefined
    return { query, least: part.operator.endsWith('=') ? value : value + 1n }
  }
  if (part.kind !== 'equal' || part.negated) return undefined
  const query = queryOf(policy, part.left)
  const value = numberOf(part.right)
  return query === undefined || value === undefined ? undefined : { query, least: value }
}

function queryOf(policy: Policy, expression: Expression): CountQuery | undefined {
  if (expression.kind === 'count') return expression.query
  if (expression.kind !== 'signal') return undefined
  const value = policy.signals.find((signal) => signal.name === expression.signal)?.value
  return value?.kind === 'count' ? value.query : undefined
}

function numberOf(expression: Expression): bigint | undefined {
  if (expression.kind !== 'literal' || expression.value?.kind !== 'number') return undefined
  const { numerator, denominator } = expression.value.value
  return denominator === 1n ? numerator : undefined
}
