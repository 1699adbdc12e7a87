import type { PriceCard } from '../../policy/core.ts'
import type { PriceMoment } from '../../policy/catalogue-queries.ts'
import { integer } from '../../policy/value.ts'
import { dayVariable, factVariable } from './inputs.ts'
import { none, open } from './leaves.ts'
import { isOpen } from './reading.ts'
import type { Frame } from './reading.ts'
import type { Values } from './space.ts'

const microsPerDay = 86_400_000_000

/** What `read` makes of price cards on every day and for every size of the prompt. */
export function overPrices(
  cards: readonly PriceCard[],
  frame: Frame,
  read: (moment: PriceMoment) => bigint | boolean | null | undefined,
): Values {
  const { policy, space } = frame
  const sorted = (values: readonly number[]): readonly number[] => [...new Set(values)].sort((a, b) => a - b)
  const days = sorted(cards.flatMap(({ fromDay }) => (fromDay === null ? [] : [fromDay])))
  const sizes = sorted(cards.flatMap(({ aboveTokens }) => (aboveTokens > 0 ? [aboveTokens] : [])))

  const at = (day: number | undefined, promptTokens: number | undefined): Values => {
    const nowMicros = day === undefined ? undefined : day * microsPerDay
    const found = read({ nowMicros, promptTokens, serviceTier: undefined })
    if (found === undefined) return space.constant(open)
    if (found === null) return space.constant(none)
    return space.constant(space.leaves.value(typeof found === 'bigint' ? integer(found) : found))
  }
  const bySize = (day: number | undefined): Values => {
    const size = factVariable(space.variables, policy, 'context.length')
    if (sizes.length === 0 || size === undefined) return at(day, 0)
    const known = sizes.reduceRight(
      (above, limit) => space.choose(space.below(size.index, BigInt(limit) + 1n), at(day, limit), above),
      at(day, (sizes.at(-1) ?? 0) + 1),
    )
    return space.choose(isOpen(space, space.read(size)), at(day, undefined), known)
  }
  if (days.length === 0) return bySize(undefined)
  const today = dayVariable(space.variables)
  return days.reduceRight(
    (later, day) => space.choose(space.below(today.index, BigInt(day)), bySize(day - 1), later),
    bySize(undefined),
  )
}
