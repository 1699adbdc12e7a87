import { compacts } from '../policy/compacts.ts'
import type { Policy, Serving, ServeLines } from '../policy/core.ts'
import type { Location } from '../language/source.ts'
import type { Accept, Check } from './accept.ts'
import { neverHolds, takesNobodyOut } from './diagram/idle-filters.ts'

/** Lines without which every decision and every attempt is the same. */
export const checkIdleLines: Check = (policy, accept) => {
  for (const filter of policy.filters) {
    if (!takesNobodyOut(policy, filter)) continue
    accept('RT0305', filter.location, `the filter \`${filter.name}\` never takes anybody out`, {
      help: 'the organisation\'s own lists hold without a filter; mend its condition, or take it out',
    })
  }
  for (const { name, when, location } of policy.hides) {
    if (!neverHolds(policy, when)) continue
    accept('RT0305', location, `\`${name}\` never hides its tool: its condition is never true`, {
      help: 'mend the condition, or take it out',
    })
  }
  for (const { scope, lines, location } of policy.serving) {
    inLines(lines, location, accept)
    if (scope.kind === 'model') atOneHost(policy, scope.model, lines, location, accept)
  }
  for (const { lines, location } of policy.profiles) inLines(lines, location, accept)
  withoutFallback(policy, accept)
  withoutCompaction(policy, accept)
}

function inLines({ orderBy, strategy, weights }: ServeLines, location: Location, accept: Accept): void {
  if (orderBy === undefined || (strategy === undefined && weights === undefined)) return
  accept('RT0305', location, `\`${strategy === undefined ? 'weights' : 'strategy'}\` has nothing to draw: \`order by ${orderBy}\` makes every host a group of its own`, {
    help: 'keep one of the two',
  })
}

function atOneHost(policy: Policy, model: string, lines: ServeLines, location: Location, accept: Accept): void {
  const hosts = policy.models.find(({ name }) => name === model)?.endpoints ?? []
  if (hosts.length !== 1) return
  const idle = (['failover', 'order', 'orderBy', 'strategy', 'weights', 'sticky'] as const).find((line) => lines[line] !== undefined)
  if (idle === undefined) return
  const word = idle === 'orderBy' ? 'order by' : idle
  accept('RT0305', location, `\`${word}\` does nothing for \`${model}\`, which one host serves`, {
    help: 'name more hosts with `served-by`, or take the line out',
  })
}

/** `assume … compaction keeps` where no switch compacts. */
function withoutCompaction(policy: Policy, accept: Accept): void {
  if (compacts(policy)) return
  for (const { kind, name, location } of policy.assumptions) {
    if (kind !== 'compaction') continue
    accept('RT0305', location, `\`${name}\` has no effect: no switch of the policy compacts`, {
      help: 'write `compact to` in `switch`, or take the line out',
    })
  }
}

/** `max-fallbacks` where no line of the policy names a fallback. */
function withoutFallback({ serving, profiles }: Policy, accept: Accept): void {
  const all: readonly (Pick<Serving, 'lines'> & { readonly location: Location })[] = [...serving, ...profiles]
  if (all.some(({ lines }) => (lines.fallbacks ?? []).length > 0)) return
  for (const { lines, location } of all) {
    if (lines.maxFallbacks === undefined) continue
    accept('RT0305', location, '`max-fallbacks` does nothing: no line names a fallback', {
      help: 'write `fallback to [model]`, or take the line out',
    })
  }
}
