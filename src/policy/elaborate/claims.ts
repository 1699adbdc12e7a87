import type * as syntax from '../../language/syntax.ts'
import type { Source } from '../../language/source.ts'
import type { Assumption, Budget, CompactTo, Expectation, Invariant, Switching } from '../core.ts'
import { replayAssumptions } from '../assumption-names.ts'
import { at } from './context.ts'
import type { Context } from './context.ts'
import { elaborateCondition } from './expressions.ts'
import { lineOf, oneOf, onceEach } from './lines.ts'
import { lookUp, reportUnknown } from './names.ts'
import type { Declared } from './names.ts'
import { defined } from './record.ts'
import { daysOfWeek, isZoneName } from './calendar.ts'
import { factor, picoUsd, shareMillionths, wholeNumber } from './units.ts'

// --- what a change of model does

/** The one `switch` block; soft, and the context kept, where nothing is written. */
export function elaborateSwitching(context: Context, files: readonly syntax.File[]): Switching {
  const crossings = new Map<string, CompactTo | undefined>()
  const sessions = new Map<'router' | 'concrete', 'soft' | 'hard'>()
  let before: { readonly node: syntax.Node; readonly source: Source } | undefined
  for (const { source, declarations } of files) {
    for (const declaration of declarations) {
      if (declaration.kind !== 'switch') continue
      if (before !== undefined) {
        context.report('RT0225', at(source, declaration), '`switch` is written twice', {
          help: 'put its lines into one block',
          related: [{ location: at(before.source, before.node), message: 'first written here' }],
        })
        continue
      }
      before = { node: declaration, source }
      for (const line of declaration.lines)
        elaborateSwitchLine(context, line, source, crossings, sessions)
    }
  }
  return {
    sameProvider: crossings.get('same provider'),
    otherProvider: crossings.get('other provider'),
    sameFamily: crossings.get('same family'),
    otherFamily: crossings.get('other family'),
    router: sessions.get('router') ?? 'soft',
    concrete: sessions.get('concrete') ?? 'soft',
  }
}

function elaborateSwitchLine(
  context: Context,
  line: syntax.SwitchLine,
  source: Source,
  crossings: Map<string, CompactTo | undefined>,
  sessions: Map<'router' | 'concrete', 'soft' | 'hard'>,
): void {
  const head = line.kind === 'session' ? `${line.session} session` : `${line.which} ${line.of}`
  if (line.kind === 'session' ? sessions.has(line.session) : crossings.has(head)) {
    context.report('RT0211', at(source, line), `\`${head}\` is written twice`, {
      help: 'keep one of the two lines',
    })
    return
  }
  if (line.kind === 'session') {
    sessions.set(line.session, line.change)
    return
  }
  if (line.compactTo === undefined) {
    crossings.set(head, null)
    return
  }
  const millionths = shareMillionths(line.compactTo, source, context.report)
  crossings.set(head, millionths === undefined ? undefined : { millionths })
}

// --- budgets

const budgetPeriods = ['session', 'turn', 'hour', 'day', 'week', 'month', 'year'] as const
const budgetScopes = [
  'session',
  'user',
  'team',
  'customer',
  'repo',
  'key',
  'account',
  'provider',
  'model',
  'organisation',
] as const

export function elaborateBudget(
  context: Context,
  { declaration, name, source }: Declared<syntax.BudgetDeclaration>,
): Budget | undefined {
  const { report } = context
  const { lines } = declaration
  onceEach(lines, ['at'], source, report)
  const limit = lineOf(lines, 'limit')
  const scope = lineOf(lines, 'scope')
  const window = lineOf(lines, 'window')
  if (limit === undefined) {
    report('RT0212', at(source, name), `the budget \`${name.text}\` has no \`limit\``, {
      help: 'write one, as in `limit $5 per session`',
    })
  }
  if (window?.calendarIn !== undefined && !isZoneName(window.calendarIn.value)) {
    report('RT0227', at(source, window.calendarIn), `${window.calendarIn.raw} is no time zone`, {
      help: 'write `"UTC"` or a zone such as `"Europe/Berlin"`',
    })
  }
  const actions = defined(
    lines.map((line) => (line.kind === 'at' ? budgetAction(context, line, source) : undefined)),
  )
  const limitPicoUsd = limit && picoUsd(limit.money, source, report)
  const per = limit && oneOf(limit.per, budgetPeriods, 'period of a budget', source, report)
  const scopeWord = scope && oneOf(scope.value, budgetScopes, 'scope of a budget', source, report)
  if (limitPicoUsd === undefined || per === undefined) return undefined
  return {
    name: name.text,
    location: at(source, declaration),
    limitPicoUsd,
    per,
    scope: scopeWord,
    window: budgetWindow(context, window, per, source),
    actions,
  }
}

function budgetWindow(
  { report }: Context,
  window: Extract<syntax.BudgetLine, { kind: 'window' }> | undefined,
  per: string,
  source: Source,
): Budget['window'] {
  if (window?.calendarIn === undefined) return { kind: 'first-spend' }
  const { calendarIn, weeksFrom } = window
  if (weeksFrom !== undefined && per !== 'week') {
    report('RT0213', at(source, weeksFrom), `got the first day of a week, and a budget per ${per}`, {
      help: 'leave `weeks from` out, or write `per week` in the line `limit`',
    })
  }
  const day = weeksFrom && oneOf(weeksFrom, daysOfWeek, 'day of the week', source, report)
  const first = day === undefined ? 0 : daysOfWeek.indexOf(day)
  return { kind: 'calendar', zone: calendarIn.value, ...(first > 0 && { weeksFrom: first }) }
}

function budgetAction(
  context: Context,
  line: Extract<syntax.BudgetLine, { kind: 'at' }>,
  source: Source,
): Budget['actions'][number] | undefined {
  const atMillionths = shareMillionths(line.share, source, context.report, 10_000_000n)
  if (atMillionths === undefined) return undefined
  const { action } = line
  switch (action.kind) {
    case 'alert':
    case 'stop':
      return { atMillionths, action: { kind: action.kind, text: action.text.value } }
    case 'deny-upgrades':
      return { atMillionths, action: { kind: 'deny-upgrades' } }
    case 'only':
      return (
        lookUp(context.names.pools, action.pool, source, context.report) && {
          atMillionths,
          action: { kind: 'only', pool: action.pool.text },
        }
      )
  }
}

// --- assumptions, invariants, expectations

export function elaborateAssumption(
  context: Context,
  { declaration, name, source }: Declared<syntax.AssumeDeclaration>,
): Assumption | undefined {
  const { report, names } = context
  const { assumption } = declaration
  const shared = { name: name.text, location: at(source, declaration) }
  switch (assumption.kind) {
    case 'reminder': {
      const within = wholeNumber(assumption.within, source, report, { from: 1, to: 1_000 })
      return within === undefined
        ? undefined
        : { ...shared, kind: 'reminder', within, of: assumption.of }
    }
    case 'verbosity':
    case 'steps': {
      const from = lookUp(names.models, assumption.from, source, report)
      const to = lookUp(names.models, assumption.to, source, report)
      const value = factor(assumption.factor, source, report)
      const low = assumption.range && factor(assumption.range.from, source, report)
      const high = assumption.range && factor(assumption.range.to, source, report)
      if (
        low !== undefined &&
        high !== undefined &&
        value !== undefined &&
        assumption.range !== undefined
      ) {
        const above = (left: typeof low, right: typeof low): boolean =>
          left.numerator * right.denominator > right.numerator * left.denominator
        if (above(low, value) || above(value, high)) {
          report(
            'RT0213',
            at(source, assumption.factor),
            `\`${assumption.factor.raw}\` lies outside its range`,
            {
              help: `the range is ${assumption.range.from.raw} to ${assumption.range.to.raw}`,
            },
          )
        }
      }
      if (from === undefined || to === undefined || value === undefined) return undefined
      const range = low === undefined || high === undefined ? undefined : { from: low, to: high }
      return {
        ...shared,
        kind: assumption.kind,
        from: assumption.from.text,
        to: assumption.to.text,
        factor: value,
        range,
      }
    }
    case 'compaction': {
      const keepsMillionths = shareMillionths(assumption.keeps, source, report)
      return keepsMillionths === undefined
        ? undefined
        : { ...shared, kind: 'compaction', keepsMillionths }
    }
    case 'classifier': {
      const classifiers = new Map(
        [...names.values.entries].filter(([, each]) => each.declaration.kind === 'classifier'),
      )
      const found = lookUp(
        { noun: 'classifier', entries: classifiers },
        assumption.classifier,
        source,
        report,
      )
      const wrongMillionths = shareMillionths(assumption.wrong, source, report)
      if (found === undefined || wrongMillionths === undefined) return undefined
      return {
        ...shared,
        kind: 'classifier',
        classifier: assumption.classifier.text,
        wrongMillionths,
      }
    }
    case 'success': {
      const worthPicoUsd = picoUsd(assumption.worth, source, report)
      return worthPicoUsd === undefined ? undefined : { ...shared, kind: 'success', worthPicoUsd }
    }
  }
}

export function elaborateInvariant(
  context: Context,
  { declaration, name, source }: Declared<syntax.InvariantDeclaration>,
): Invariant | undefined {
  const scope = { source, place: 'invariant', it: undefined } as const
  const when = declaration.when && elaborateCondition(context, scope, declaration.when)
  const condition = elaborateCondition(context, scope, declaration.condition)
  if (condition === undefined || (declaration.when !== undefined && when === undefined))
    return undefined
  return {
    name: name.text,
    location: at(source, declaration),
    when,
    mode: declaration.mode,
    condition,
  }
}

export function elaborateExpectation(
  context: Context,
  { declaration, name, source }: Declared<syntax.ExpectDeclaration>,
): Expectation | undefined {
  const scope = { source, place: 'expect', it: undefined } as const
  const condition = elaborateCondition(context, scope, declaration.condition)
  const known = [...replayAssumptions, ...context.names.assumptions.entries.keys()]
  for (const each of declaration.assuming) {
    if (!known.includes(each.text)) reportUnknown('assumption', each, known, source, context.report)
  }
  const assuming = declaration.assuming.map((each) => each.text).toSorted()
  return (
    condition && {
      name: name.text,
      location: at(source, declaration),
      condition,
      ...(assuming.length > 0 && { assuming }),
    }
  )
}
