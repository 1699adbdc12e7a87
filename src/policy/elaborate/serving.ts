import type * as syntax from '../../language/syntax.ts'
import type { Source } from '../../language/source.ts'
import type { Dedicated, Profile, ServeLines, Serving } from '../core.ts'
import { rateLimit } from './catalogue.ts'
import { at, listed } from './context.ts'
import type { Context } from './context.ts'
import { elaborateCondition } from './expressions.ts'
import { elaborateGuard } from './guards.ts'
import { elaborateErrors } from './error-classes.ts'
import { hostsOf } from './hosts.ts'
import { elaborateRetry } from './retries.ts'
import { distinct, lineOf, oneOf, onceEach } from './lines.ts'
import { lookUp, reportUnknown } from './names.ts'
import type { Declared } from './names.ts'
import { defined } from './record.ts'
import { elaborateStrategy } from './strategies.ts'
import { durationMicros, picoUsd, sizeOf, wholeNumber } from './units.ts'
import { elaborateLifetime } from './vocabulary.ts'

export function elaborateServing(
  context: Context,
  { declaration, name, source }: Declared<syntax.ServeDeclaration>,
): Serving | undefined {
  const { names, report } = context
  const lines = elaborateServeLines(context, declaration, source)
  const location = at(source, declaration)
  if (name.text === 'any') return { location, scope: { kind: 'any' }, lines }
  if (names.pools.entries.has(name.text)) {
    return { location, scope: { kind: 'pool', pool: name.text }, lines }
  }
  if (names.models.entries.has(name.text)) {
    warnOfStrangers(context, declaration, name.text, source)
    return { location, scope: { kind: 'model', model: name.text }, lines }
  }
  const candidates = [...names.models.entries.keys(), ...names.pools.entries.keys(), 'any']
  reportUnknown('model or pool', name, candidates, source, report)
  return undefined
}

/** Hosts that `order` or `weights` name for a model that they do not serve. */
function warnOfStrangers(
  context: Context,
  declaration: syntax.ServeDeclaration,
  model: string,
  source: Source,
): void {
  const hosts = hostsOf(context, model)
  const named = declaration.lines.flatMap((line) =>
    line.kind === 'order'
      ? line.groups.flat()
      : line.kind === 'weights'
        ? line.weights.map((each) => each.name)
        : [],
  )
  for (const name of named) {
    if (hosts.has(name.text) || !context.names.providers.entries.has(name.text)) continue
    context.report('RT0221', at(source, name), `\`${name.text}\` does not serve \`${model}\``, {
      help: `its hosts are ${listed([...hosts], 'and')}`,
      severity: 'warning',
    })
  }
}

export function elaborateProfile(
  context: Context,
  { declaration, name, source }: Declared<syntax.ServeDeclaration>,
): Profile {
  return {
    name: name.text,
    location: at(source, declaration),
    lines: elaborateServeLines(context, declaration, source),
  }
}

function providers(context: Context, list: readonly syntax.Name[], source: Source): string[] {
  return distinct(list, 'provider', source, context.report)
    .filter((name) => lookUp(context.names.providers, name, source, context.report) !== undefined)
    .map((name) => name.text)
}

function elaborateServeLines(
  context: Context,
  declaration: syntax.ServeDeclaration,
  source: Source,
): ServeLines {
  const { report, names } = context
  const { lines } = declaration
  onceEach(
    lines,
    ['prefer', 'require', 'timeout', 'fallback', 'dedicated', 'limit'],
    source,
    report,
  )
  const order = lineOf(lines, 'order')
  const orderBy = lineOf(lines, 'order-by')
  if (order !== undefined && orderBy !== undefined) {
    report('RT0211', at(source, orderBy), '`order` is written twice', {
      help: 'order the hosts by name or by a measure',
      related: [{ location: at(source, order), message: 'first written here' }],
    })
  }
  if (order !== undefined) distinct(order.groups.flat(), 'provider', source, report)
  const by =
    orderBy &&
    oneOf(
      orderBy.by,
      ['price', 'throughput', 'latency', 'request'] as const,
      'order of hosts',
      source,
      report,
    )
  const strategyLine = lineOf(lines, 'strategy')
  const strategy = strategyLine && elaborateStrategy(context, strategyLine, source)
  const weights = lineOf(lines, 'weights')
  const tier = lineOf(lines, 'service-tier')
  const sticky = lineOf(lines, 'sticky')
  const retry = lineOf(lines, 'retry')
  const failover = lineOf(lines, 'failover')
  const maxFallbacks = lineOf(lines, 'max-fallbacks')
  const maxAttempts = lineOf(lines, 'max-attempts')
  const error = lineOf(lines, 'error')
  const cooldown = lineOf(lines, 'cooldown')
  const breaker = lineOf(lines, 'breaker')
  const conditions = (kind: 'prefer' | 'require'): ServeLines['prefer'] =>
    nonEmpty(
      defined(
        lines.map((line) =>
          line.kind === kind
            ? elaborateCondition(
                context,
                { source, place: 'serve', it: 'endpoint' },
                line.condition,
              )
            : undefined,
        ),
      ),
    )
  const fallbacks = lines.flatMap((line) =>
    line.kind === 'fallback'
      ? [
          {
            on: line.on && elaborateErrors(context, line.on, source),
            to: distinct(line.to, 'model', source, report)
              .filter((name) => lookUp(names.models, name, source, report) !== undefined)
              .map((name) => name.text),
            sticks: line.sticks,
          },
        ]
      : [],
  )
  return withoutUndefined({
    order: order?.groups.map((group) => providers(context, dedupe(group), source)),
    orderBy: by,
    strategy,
    weights: weights && hostWeights(context, weights.weights, source),
    prefer: conditions('prefer'),
    require: conditions('require'),
    serviceTier: tier?.value.text,
    sticky: sticky && {
      to: sticky.to,
      lifetime: sticky.lifetime && elaborateLifetime(context, sticky.lifetime, source),
    },
    retry: retry && elaborateRetry(context, retry, source),
    timeoutMicros: elaborateTimeouts(context, lines, source),
    failover: failover && {
      on: elaborateErrors(context, failover.on, source),
      sticks: failover.sticks,
    },
    fallbacks: nonEmpty(fallbacks),
    maxFallbacks:
      maxFallbacks && wholeNumber(maxFallbacks.count, source, report, { from: 0, to: 1_000 }),
    maxAttempts:
      maxAttempts && wholeNumber(maxAttempts.count, source, report, { from: 1, to: 1_000 }),
    error: error?.which,
    cooldown: cooldown && elaborateGuard(context, cooldown, source),
    breaker: breaker && elaborateGuard(context, breaker, source),
    dedicated: nonEmpty(
      defined(
        lines.map((line) =>
          line.kind === 'dedicated' ? elaborateDedicated(context, line, source) : undefined,
        ),
      ),
    ),
    limits: nonEmpty(
      defined(
        lines.map((line) => (line.kind === 'limit' ? rateLimit(context, line, source) : undefined)),
      ),
    ),
  })
}

function dedupe(names: readonly syntax.Name[]): readonly syntax.Name[] {
  return names.filter(
    (name, index) => names.findIndex((other) => other.text === name.text) === index,
  )
}

function nonEmpty<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items
}

/** A line that was not written has no property at all: the wider block's is inherited. */
function withoutUndefined(lines: {
  readonly [key in keyof ServeLines]-?: ServeLines[key] | undefined
}): ServeLines {
  return Object.fromEntries(Object.entries(lines).filter(([, value]) => value !== undefined))
}

function hostWeights(
  context: Context,
  weights: readonly { readonly name: syntax.Name; readonly weight: syntax.Quantity }[],
  source: Source,
): ServeLines['weights'] {
  distinct(
    weights.map((each) => each.name),
    'provider',
    source,
    context.report,
  )
  return weights.flatMap(({ name, weight }) => {
    const declared = lookUp(context.names.providers, name, source, context.report)
    const value = wholeNumber(weight, source, context.report, { from: 0, to: 1_000_000 })
    return declared === undefined || value === undefined
      ? []
      : [{ provider: name.text, weight: value }]
  })
}

function elaborateTimeouts(
  context: Context,
  lines: readonly syntax.ServeLine[],
  source: Source,
): ServeLines['timeoutMicros'] {
  const timeouts: { total?: number; firstToken?: number; idle?: number } = {}
  const seen = new Set<string>()
  for (const line of lines) {
    if (line.kind !== 'timeout') continue
    if (seen.has(line.of)) {
      context.report('RT0211', at(source, line), `\`timeout ${line.of}\` is written twice`, {
        help: 'keep one of the two lines',
      })
    }
    seen.add(line.of)
    const micros = durationMicros(line.duration, source, context.report)
    if (micros !== undefined) timeouts[line.of === 'first-token' ? 'firstToken' : line.of] = micros
  }
  return seen.size === 0 ? undefined : timeouts
}

const capacityPeriods = ['minute', 'hour', 'day', 'month'] as const

function elaborateDedicated(
  context: Context,
  line: Extract<syntax.ServeLine, { kind: 'dedicated' }>,
  source: Source,
): Dedicated | undefined {
  const { report, names } = context
  onceEach(line.lines, [], source, report)
  const provider = lookUp(names.providers, line.provider, source, report)
  const capacity = lineOf(line.lines, 'capacity')
  const cost = lineOf(line.lines, 'cost')
  const costPicoUsd = cost && picoUsd(cost.money, source, report)
  const costPer = cost && oneOf(cost.per, capacityPeriods, 'period of a cost', source, report)
  const capacityTokens = capacity && sizeOf(capacity.amount, 'tokens', source, report)
  const perMicros = capacity && durationMicros(capacity.per, source, report)
  if (provider === undefined) return undefined
  return {
    provider: line.provider.text,
    capacityTokens,
    perMicros,
    costPicoUsd,
    costPer,
    overflow: lineOf(line.lines, 'overflow')?.value ?? 'shared',
  }
}
