import type { Budget, ErrorMatch, Guard, Policy, RateLimit, ServeLines } from '../../policy/core.ts'
import { conditionText } from '../coverage/condition-text.ts'
import { actionText, onText, ownerOfServing, shareText } from '../coverage/lines.ts'
import { mistake, inside, moved, moves } from './changed.ts'
import type { Changed } from './changed.ts'
import type { Mutant } from './mutants.ts'
import { inDurations, inOrdering } from './steady-mutants.ts'

/** One mistake in a line of serving, a limit or a budget, in the order of the policy. */
export function servingMutants(policy: Policy): readonly Mutant[] {
  return [
    ...limitMutants(policy),
    ...policy.serving.flatMap((serving) =>
      inLines(serving.lines).map(({ by, ...what }) => ({
        ...what,
        place: `serve ${ownerOfServing(serving.scope)}`,
        location: serving.location,
        policy: { ...policy, serving: policy.serving.map((each) => (each === serving ? { ...each, lines: by } : each)) },
      })),
    ),
    ...policy.profiles.flatMap((profile) =>
      inLines(profile.lines).map(({ by, ...what }) => ({
        ...what,
        place: `profile ${profile.name}`,
        location: profile.location,
        policy: { ...policy, profiles: policy.profiles.map((each) => (each === profile ? { ...each, lines: by } : each)) },
      })),
    ),
    ...policy.budgets.flatMap((budget) =>
      inBudget(budget).map(({ by, ...what }) => ({
        ...what,
        place: `budget ${budget.name}`,
        location: budget.location,
        policy: { ...policy, budgets: policy.budgets.map((each) => (each === budget ? by : each)) },
      })),
    ),
  ]
}

// --- lines of `serve` and `profile`

function inLines(lines: ServeLines): readonly Changed<ServeLines>[] {
  const { sticky, ...unstuck } = lines
  const { order, prefer, require, retry, failover, fallbacks, cooldown, breaker, limits } = lines
  return [
    ...inside(lines, 'order', order, swappedGroups),
    ...inOrdering(lines),
    ...inside(lines, 'prefer', prefer, (all) => without(all, (each) => `prefer ${conditionText(each)}`)),
    ...inside(lines, 'require', require, (all) => without(all, (each) => `require ${conditionText(each)}`)),
    ...(sticky === undefined ? [] : [{ kind: 'drop line', change: `without \`sticky ${sticky.to}\``, by: unstuck } as const]),
    ...inside(lines, 'retry', retry, (own) => [
      ...moved(own.times, 0).map((times) => moves(`retry ${times} times`, { ...own, times })),
      ...droppedClasses(own.on).map(({ on, name }) => dropsClass('retry', name, { ...own, on })),
    ]),
    ...inside(lines, 'failover', failover, (own) =>
      droppedClasses(own.on).map(({ on, name }) => dropsClass('failover', name, { ...own, on })),
    ),
    ...inside(lines, 'fallbacks', fallbacks, (all) =>
      without(all, ({ on, to }) => `fallback ${onText(on)}to [${to.join(', ')}]`),
    ),
    ...inside(lines, 'cooldown', cooldown, (own) => inGuard('cooldown', own)),
    ...inside(lines, 'breaker', breaker, (own) => inGuard('breaker', own)),
    ...inside(lines, 'limits', limits, (all) => all.flatMap((limit) => withLess(limit, all))),
    ...inDurations(lines),
  ]
}

function dropsClass<T>(line: string, name: string, by: T): Changed<T> {
  return mistake('drop class', `${line} without \`${name}\``, by)
}

function without<T>(all: readonly T[], text: (item: T) => string): readonly Changed<readonly T[]>[] {
  return all.map((item) => ({
    kind: 'drop line',
    change: `without \`${text(item)}\``,
    by: all.filter((each) => each !== item),
  }))
}

function swappedGroups(order: NonNullable<ServeLines['order']>): readonly Changed<ServeLines['order']>[] {
  return order.slice(1).flatMap((group, index) => {
    const before = order[index]
    if (before === undefined) return []
    return [{
      kind: 'swap groups',
      change: `[${group.join(', ')}] stands before [${before.join(', ')}]`,
      by: order.map((each) => (each === group ? before : each === before ? group : each)),
    }]
  })
}

/** Where every error is meant without being named there is none to leave out. */
function droppedClasses(on: ErrorMatch | undefined): readonly { readonly on: ErrorMatch; readonly name: string }[] {
  return (on ?? []).map((entry) => ({ on: (on ?? []).filter((each) => each !== entry), name: String(entry) }))
}

/** A hundredth of a share, in millionths. */
const hundredth = 10_000

function inGuard(line: 'cooldown' | 'breaker', guard: Guard): readonly Changed<Guard>[] {
  const { lastsMicros } = guard
  return [
    ...guard.trips.flatMap((trip, index) => {
      const by = (trigger: Guard['trips'][number]['trigger']): Guard => ({
        ...guard,
        trips: guard.trips.map((each) => (each === trip ? { ...each, trigger } : each)),
      })
      const { trigger } = trip
      const name = `trip ${index + 1} of the ${line}`
      switch (trigger.kind) {
        case 'at-once':
          return []
        case 'failures':
          return moved(trigger.count, 1).map((count) => moves(`${name}: ${count} failures`, by({ ...trigger, count })))
        case 'share':
          return [
            ...[trigger.millionths + hundredth, trigger.millionths - hundredth]
              .filter((millionths) => millionths >= 0 && millionths <= 1_000_000)
              .map((millionths) => moves(`${name}: ${shareText(millionths)}`, by({ ...trigger, millionths }))),
            ...moved(trigger.atLeast, 1).map((atLeast) => moves(`${name}: at least ${atLeast} calls`, by({ ...trigger, atLeast }))),
          ]
      }
    }),
    ...(guard.trips.length < 2
      ? []
      : guard.trips.map((trip, index): Changed<Guard> => ({
          kind: 'drop line',
          change: `without trip ${index + 1} of the ${line}`,
          by: { ...guard, trips: guard.trips.filter((each) => each !== trip) },
        }))),
    ...guard.trips.filter(({ unlessAlone }) => unlessAlone).map((trip): Changed<Guard> =>
      mistake('drop line', `trip ${guard.trips.indexOf(trip) + 1} of the ${line} also where the host is alone`, {
        ...guard,
        trips: guard.trips.map((each) => (each === trip ? { ...trip, unlessAlone: false } : each)),
      }),
    ),
    ...(guard.honoursRetryAfter ? [mistake('drop line', `the ${line} does not honour retry-after`, { ...guard, honoursRetryAfter: false })] : []),
    ...(guard.allDown === 'bypass' ? [mistake<Guard>('drop line', `the ${line} is never passed by`, { ...guard, allDown: 'fail' })] : []),
    ...(lastsMicros === undefined || lastsMicros < 2
      ? []
      : [moves(`the ${line} lasts half as long`, { ...guard, lastsMicros: Math.floor(lastsMicros / 2) })]),
  ]
}

// --- limits

function limitMutants(policy: Policy): readonly Mutant[] {
  return [
    ...policy.providers.flatMap((provider) =>
      provider.limits.flatMap((limit) => withLess(limit, provider.limits)).map(({ by, ...what }) => ({
        ...what,
        place: `provider ${provider.name}`,
        location: provider.location,
        policy: { ...policy, providers: policy.providers.map((each) => (each === provider ? { ...each, limits: by } : each)) },
      })),
    ),
    ...policy.models.flatMap((model) =>
      model.endpoints.flatMap((host) =>
        host.limits.flatMap((limit) => withLess(limit, host.limits)).map(({ by, ...what }) => {
          const endpoints = model.endpoints.map((each) => (each === host ? { ...each, limits: by } : each))
          return {
            ...what,
            place: `host ${model.name} at ${host.provider}`,
            location: model.location,
            policy: { ...policy, models: policy.models.map((each) => (each === model ? { ...each, endpoints } : each)) },
          }
        }),
      ),
    ),
  ]
}

function withLess(limit: RateLimit, all: readonly RateLimit[]): readonly Changed<readonly RateLimit[]>[] {
  return moved(limit.count, 1)
    .filter((count) => count < limit.count)
    .map((count) => moves(`a limit of ${count} ${limit.of}`, all.map((each) => (each === limit ? { ...each, count } : each))))
}

// --- budgets

/** Alerts are left alone: no test can see one. */
function inBudget(budget: Budget): readonly Changed<Budget>[] {
  const deciding = budget.actions.filter(({ action }) => action.kind !== 'alert')
  return [
    ...(deciding.length === 0 ? [] : [moves('half the limit', { ...budget, limitPicoUsd: budget.limitPicoUsd / 2n })]),
    ...deciding.flatMap((own) => {
      const changed = (atMillionths: number): Budget => ({
        ...budget,
        actions: budget.actions.map((each) => (each === own ? { ...own, atMillionths } : each)),
      })
      return [own.atMillionths + hundredth, own.atMillionths - hundredth]
        .filter((at) => at > 0)
        .map((at) => moves(`at ${shareText(at)} then ${actionText(own)}`, changed(at)))
    }),
    ...deciding.map((own): Changed<Budget> => ({
      kind: 'drop line',
      change: `without \`at ${shareText(own.atMillionths)} then ${actionText(own)}\``,
      by: { ...budget, actions: budget.actions.filter((each) => each !== own) },
    })),
  ]
}
