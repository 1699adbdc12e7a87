import type { CountQuery, Expression, Policy } from '../policy/core.ts'
import { eachPart, expressionsOf } from '../policy/walk.ts'
import type { Check } from './accept.ts'

/** `count … in last 5 tools >= 6`: more than the window can hold. */
export const checkUnreachableCounts: Check = (policy, accept) => {
  for (const expression of expressionsOf({ ...policy, tests: [] })) {
    eachPart(expression, (part) => {
      const compared = comparedCount(policy, part)
      if (compared === undefined) return
      const most = largest(policy, compared.query)
      if (most === undefined || compared.least <= BigInt(most)) return
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

/** The largest value a count can have; `undefined` where nothing bounds it. */
function largest(policy: Policy, { what, window }: CountQuery): number | undefined {
  if (what.kind === 'phrases') {
    const phrases = policy.phraseLists.find((list) => list.name === what.list)?.phrases.length ?? 0
    if (what.how === 'occurrences') return phrases === 0 ? 0 : undefined
    if (what.how === 'distinct') return phrases
    if (window.kind === 'this' || window.scope === 'turns') return undefined
    return what.how === 'messages' ? window.count : window.count * phrases
  }
  if (window.kind === 'this') return undefined
  const fits = what.kind === 'errors' ? window.scope === 'calls' : window.scope === 'tools'
  return fits ? window.count : undefined
}
