import type { Retry, ServeLines } from '../../policy/core.ts'
import { printed } from '../../policy/reference/print.ts'
import { integer } from '../../policy/value.ts'
import { mistake, inside, moved, moves } from './changed.ts'
import type { Changed } from './changed.ts'

/** Mistakes in lines that say in which order hosts are tried and for how long. */
export function inOrdering(lines: ServeLines): readonly Changed<ServeLines>[] {
  const { strategy, orderBy, weights } = lines
  const { strategy: _strategy, ...unsorted } = lines
  const { orderBy: _by, ...unordered } = lines
  return [
    ...(orderBy === undefined ? [] : [mistake('drop line', `without \`order by ${orderBy}\``, unordered)]),
    ...(strategy === undefined ? [] : [mistake('drop line', `without \`strategy ${strategy.name}\``, unsorted)]),
    ...inside(lines, 'strategy', strategy, (own) =>
      own.facts.map((fact) =>
        mistake('drop line', `strategy ${own.name} without \`${fact.name}\``, {
          ...own,
          facts: own.facts.filter((each) => each !== fact),
        }),
      ),
    ),
    ...inside(lines, 'weights', weights, changedWeights),
  ]
}

/** One host without its weight, which is then 0, and neighbours that have each other's. */
function changedWeights(weights: NonNullable<ServeLines['weights']>): readonly Changed<ServeLines['weights']>[] {
  return [
    ...weights
      .filter(({ weight }) => weight > 0)
      .map((own) => mistake('drop line', `weights without \`${own.provider} ${own.weight}\``, weights.filter((each) => each !== own))),
    ...weights.slice(1).flatMap((own, index) => {
      const before = weights[index]
      if (before === undefined || before.weight === own.weight) return []
      const by = weights.map((each) =>
        each === own ? { ...own, weight: before.weight } : each === before ? { ...before, weight: own.weight } : each,
      )
      return [mistake('swap weights', `${before.provider} ${own.weight}, ${own.provider} ${before.weight}`, by)]
    }),
  ]
}

/** Mistakes in how long something is waited for or stuck to, and in how much is tried. */
export function inDurations(lines: ServeLines): readonly Changed<ServeLines>[] {
  const { sticky, retry, timeoutMicros, maxFallbacks, maxAttempts, dedicated, error } = lines
  return [
    ...inside(lines, 'sticky', sticky, (own) => {
      const { lifetime } = own
      if (lifetime === undefined) return []
      const to = `sticky ${own.to}`
      return [
        moves(`${to} for half as long`, { ...own, lifetime: { ...lifetime, micros: halved(lifetime.micros) } }),
        mistake('drop line', `${to} for good`, { ...own, lifetime: undefined }),
        ...(lifetime.refreshedOnUse
          ? [mistake('drop line', `${to} not refreshed on use`, { ...own, lifetime: { ...lifetime, refreshedOnUse: false } })]
          : []),
      ]
    }),
    ...inside(lines, 'retry', retry, pauses),
    ...inside(lines, 'timeoutMicros', timeoutMicros, changedTimeouts),
    ...inside(lines, 'maxFallbacks', maxFallbacks, (own) => moved(own, 1).map((by) => moves(`max-fallbacks ${by}`, by))),
    ...inside(lines, 'maxAttempts', maxAttempts, (own) => moved(own, 1).map((by) => moves(`max-attempts ${by}`, by))),
    ...inside(lines, 'error', error, (own) => {
      const by = own === 'first' ? 'last' : 'first'
      return [mistake('drop line', `error ${by}`, by)]
    }),
    ...inside(lines, 'dedicated', dedicated, changedCapacities),
  ]
}

/** Jitter is left alone: tests make every pause without it. */
function pauses(retry: Retry): readonly Changed<Retry>[] {
  const { backoff, retryAfterUpToMicros, waitsAfterLast } = retry
  return [
    ...(backoff === undefined
      ? []
      : [
          moves('retries pause half as long', { ...retry, backoff: { ...backoff, firstMicros: halved(backoff.firstMicros) } }),
          ...(backoff.factor.numerator === backoff.factor.denominator
            ? []
            : [moves('pauses of retries do not grow', { ...retry, backoff: { ...backoff, factor: integer(1) } })]),
          ...(backoff.upToMicros === undefined
            ? []
            : [mistake('drop line', 'pauses of retries without their limit', { ...retry, backoff: { ...backoff, upToMicros: undefined } })]),
        ]),
    ...(retryAfterUpToMicros === undefined
      ? []
      : [
          moves('retry-after up to half as long', { ...retry, retryAfterUpToMicros: halved(retryAfterUpToMicros) }),
          mistake('drop line', 'retry-after is not heeded', { ...retry, retryAfterUpToMicros: undefined }),
        ]),
    ...(waitsAfterLast ? [mistake('drop line', 'without `waits after last`', { ...retry, waitsAfterLast: false })] : []),
  ]
}

function changedTimeouts(timeouts: NonNullable<ServeLines['timeoutMicros']>): readonly Changed<ServeLines['timeoutMicros']>[] {
  return (['total', 'firstToken', 'idle'] as const).flatMap((key) => {
    const micros = timeouts[key]
    if (micros === undefined) return []
    const { [key]: _, ...rest } = timeouts
    const name = `timeout ${key === 'firstToken' ? 'first-token' : key}`
    const text = printed(integer(micros), { kind: 'number', unit: 'duration' })
    return [
      mistake<ServeLines['timeoutMicros']>('drop line', `without \`${name} ${text}\``, rest),
      moves<ServeLines['timeoutMicros']>(`${name} half as long`, { ...timeouts, [key]: halved(micros) }),
    ]
  })
}

/**
 * Capacity that overflows to the same host changes what a call costs, and no test asks for that; so what is left
 * of it are other hosts that overflow goes to.
 */
function changedCapacities(all: NonNullable<ServeLines['dedicated']>): readonly Changed<ServeLines['dedicated']>[] {
  return all.flatMap((own) => {
    const { capacityTokens, provider, overflow } = own
    const put = (by: typeof own): typeof all => all.map((each) => (each === own ? by : each))
    const other = overflow === 'fail' ? 'shared' : 'fail'
    return [
      mistake('drop line', `overflow ${other} at ${provider}`, put({ ...own, overflow: other })),
      ...(overflow === 'shared' || capacityTokens === undefined
        ? []
        : [moves(`a capacity of ${capacityTokens - 1} tokens at ${provider}`, put({ ...own, capacityTokens: capacityTokens - 1 }))]),
    ]
  })
}

function halved(micros: number): number {
  return Math.floor(micros / 2)
}
