import type * as syntax from '../../language/syntax.ts'
import type { Source } from '../../language/source.ts'
import type { Outcome, TestCase, TestStep } from '../core.ts'
import { at, nearestTo } from './context.ts'
import type { Context } from './context.ts'
import { elaborateCondition } from './expressions.ts'
import { hostsOf } from './hosts.ts'
import { lookUp, renameTo, reportUnknown } from './names.ts'
import { defined } from './record.ts'
import { errorClass, statusNumber } from './error-classes.ts'
import { elaborateFacts } from './test-facts.ts'
import { argumentsSignature } from './tool-arguments.ts'
import { durationMicros, wholeNumber } from './units.ts'

/** Steps of a test with every `repeat` written out. */
const longestTest = 100_000

/** The tests of every file, titles told apart. */
export function elaborateTests(context: Context, files: readonly syntax.File[]): TestCase[] {
  const titles = new Map<string, { readonly node: syntax.Node; readonly source: Source }>()
  const tests: TestCase[] = []
  for (const { source, declarations } of files) {
    for (const declaration of declarations) {
      if (declaration.kind !== 'test') continue
      const { title } = declaration
      const before = titles.get(title.value)
      if (before !== undefined) {
        context.report('RT0202', at(source, title), `a test titled ${title.raw} is already there`, {
          help: 'the title is the key of the test session: give it another one',
          related: [{ location: at(before.source, before.node), message: 'first written here' }],
        })
      } else titles.set(title.value, { node: title, source })
      if (length(declaration.steps) > longestTest) {
        context.report('RT0213', at(source, title), `the test ${title.raw} is too long`, {
          help: `a test has at most ${longestTest} steps, its repetitions counted`,
        })
        continue
      }
      const ways = elaborateSteps(context, declaration.steps, source)
      if (ways.length > mostRows) {
        context.report('RT0213', at(source, title), `the test ${title.raw} goes more than ${mostRows} ways`, {
          help: 'the rows of one `each` are multiplied by those of the next',
        })
        continue
      }
      tests.push(
        ...ways.map(({ rows, steps }) => ({
          title: [title.value, rows.join(', ')].filter((part) => part !== '').join(': '),
          location: at(source, declaration),
          steps,
        })),
      )
    }
  }
  return tests
}

/** Tests that one `test` may stand for. */
const mostRows = 1_000

/** One way through the rows of a test: the names of the rows, outer ones first. */
interface Way {
  readonly rows: readonly string[]
  readonly steps: readonly TestStep[]
}

function length(steps: readonly syntax.Step[]): number {
  let total = 0
  for (const step of steps) {
    total += 1
    if (step.kind === 'repeat')
      total += Number(step.times.raw.replaceAll('_', '')) * length(step.steps)
    if (step.kind === 'each')
      total += Math.max(0, ...step.rows.map((row) => length(row.kind === 'case' ? row.steps : [row])))
  }
  return total
}

function elaborateSteps(
  context: Context,
  steps: readonly syntax.Step[],
  source: Source,
): readonly Way[] {
  let ways: { readonly rows: string[]; readonly steps: TestStep[] }[] = [{ rows: [], steps: [] }]
  for (const step of steps) {
    const next = elaborateStep(context, step, source)
    const [only] = next
    if (next.length !== 1 || only === undefined) {
      const all = ways.flatMap((way) =>
        next.map((each) => ({ rows: [...way.rows, ...each.rows], steps: [...way.steps, ...each.steps] })),
      )
      ways = all.slice(0, mostRows + 1)
      continue
    }
    for (const way of ways) {
      way.rows.push(...only.rows)
      way.steps.push(...only.steps)
    }
  }
  return ways
}

/** The ways that a step goes: one, but for the rows of an `each`. */
function elaborateStep(context: Context, step: syntax.Step, source: Source): readonly Way[] {
  const location = at(source, step)
  switch (step.kind) {
    case 'each':
      return elaborateRows(context, step, source)
    case 'repeat': {
      const times = wholeNumber(step.times, source, context.report, { from: 1, to: longestTest })
      return elaborateSteps(context, step.steps, source).map(({ rows, steps }) => ({
        rows,
        steps: times === undefined ? [] : [{ kind: 'repeat', location, times, steps }],
      }))
    }
    default:
      return [{ rows: [], steps: defined([elaborateOne(context, step, source)]) }]
  }
}

function elaborateRows(
  context: Context,
  { rows, span }: Extract<syntax.Step, { kind: 'each' }>,
  source: Source,
): readonly Way[] {
  if (rows.length === 0) {
    context.report('RT0213', at(source, { span }), '`each` has no row', {
      help: 'a row is a step, or `case "…" { … }` with several',
    })
    return [{ rows: [], steps: [] }]
  }
  const titles = new Map<string, syntax.Node>()
  return rows.flatMap((row, index) => {
    if (row.kind !== 'case') return named(`row ${index + 1}`, elaborateStep(context, row, source))
    const before = titles.get(row.title.value)
    if (before !== undefined) {
      context.report('RT0202', at(source, row.title), `a case titled ${row.title.raw} is already there`, {
        help: 'the title is part of the key of the test session: give it another one',
        related: [{ location: at(source, before), message: 'first written here' }],
      })
    }
    titles.set(row.title.value, row.title)
    return named(row.title.value, elaborateSteps(context, row.steps, source))
  })
}

function named(row: string, ways: readonly Way[]): readonly Way[] {
  return ways.map((way) => ({ ...way, rows: [row, ...way.rows] }))
}

function elaborateOne(
  context: Context,
  step: Exclude<syntax.Step, { kind: 'each' | 'repeat' }>,
  source: Source,
): TestStep | undefined {
  const { report } = context
  const location = at(source, step)
  switch (step.kind) {
    case 'given':
      return { kind: 'given', location, facts: elaborateFacts(context, step.facts, source) }
    case 'user':
      return {
        kind: 'user',
        location,
        text: step.text.value,
        facts: elaborateFacts(context, step.with ?? [], source),
        outcome: step.outcome && elaborateOutcome(context, step.outcome, source),
      }
    case 'call':
      return {
        kind: 'call',
        location,
        facts: elaborateFacts(context, step.with ?? [], source),
        outcome: step.outcome && elaborateOutcome(context, step.outcome, source),
      }
    case 'assistant':
    case 'thinking':
      return { kind: step.kind, location, text: step.text.value }
    case 'tool':
      return {
        kind: 'tool',
        location,
        name: step.name.value,
        signature: argumentsSignature(context, step.arguments ?? [], source),
        failed: step.failed,
        result: step.result?.value ?? '',
      }
    case 'wait': {
      const micros = durationMicros(step.duration, source, report)
      return micros === undefined ? undefined : { kind: 'wait', location, micros }
    }
    case 'fault':
      return elaborateFault(context, step, source)
    case 'recorded':
      return elaborateRecorded(context, step, source)
    case 'check': {
      const condition = elaborateCondition(
        context,
        { source, place: 'test', it: undefined },
        step.condition,
      )
      return condition && { kind: 'check', location, condition }
    }
  }
}

function elaborateRecorded(
  context: Context,
  { path, session, calls, outcome, span }: Extract<syntax.Step, { kind: 'recorded' }>,
  source: Source,
): TestStep | undefined {
  const { report } = context
  const bounds = { from: 1, to: Number.MAX_SAFE_INTEGER }
  const from = calls && wholeNumber(calls.from, source, report, bounds)
  const to = calls && wholeNumber(calls.to, source, report, bounds)
  if (calls !== undefined && (from === undefined || to === undefined)) return undefined
  if (calls !== undefined && from !== undefined && to !== undefined && from > to) {
    report('RT0213', at(source, calls.to), `calls ${from} to ${to} are none`, {
      help: 'calls count from 1, the first is written before the last',
    })
    return undefined
  }
  return {
    kind: 'recorded',
    location: at(source, { span }),
    path: { text: path.value, location: at(source, path) },
    session: session.value,
    calls: from === undefined || to === undefined ? undefined : { from, to },
    outcome: outcome && elaborateOutcome(context, outcome, source),
    fragment: undefined,
  }
}

function elaborateFault(
  context: Context,
  step: Extract<syntax.Step, { kind: 'fault' }>,
  source: Source,
): TestStep | undefined {
  const { report, names } = context
  const provider = lookUp(names.providers, step.host, source, report)
  const error =
    step.class.kind === 'name'
      ? errorClass(context, step.class, source)
      : statusNumber(context, step.class, source)
  const model = step.model && lookUp(names.models, step.model, source, report)
  const retryAfterMicros = step.retryAfter && durationMicros(step.retryAfter, source, report, true)
  const lasts = ((): Extract<TestStep, { kind: 'fault' }>['lasts'] | undefined => {
    if (step.lasts.kind === 'calls') {
      const calls = wholeNumber(step.lasts.count, source, report, { from: 1, to: 1_000_000 })
      return calls === undefined ? undefined : { kind: 'calls', calls }
    }
    const micros = durationMicros(step.lasts.duration, source, report)
    return micros === undefined ? undefined : { kind: 'micros', micros }
  })()
  if (provider === undefined || error === undefined || lasts === undefined) return undefined
  if (step.model !== undefined && model === undefined) return undefined
  return {
    kind: 'fault',
    location: at(source, step),
    provider: step.host.text,
    error,
    model: step.model?.text,
    retryAfterMicros,
    lasts,
  }
}

const endings = ['stop', 'exhausted', 'denied'] as const

/** `-> M at P by R after [S, T] where G` */
function elaborateOutcome(
  context: Context,
  outcome: syntax.Outcome,
  source: Source,
): Outcome | undefined {
  const { names, report } = context
  const target = elaborateTarget(context, outcome.target, source)
  const host = outcome.at && lookUp(names.providers, outcome.at, source, report)
  const by = outcome.by === undefined || isRule(context, outcome.by, source)
  const after = outcome.after?.map((name) => isRule(context, name, source)) ?? []
  const where =
    outcome.where &&
    elaborateCondition(context, { source, place: 'test', it: undefined }, outcome.where)
  if (target === undefined || !by || after.includes(false)) return undefined
  if (outcome.at !== undefined && host === undefined) return undefined
  if (outcome.where !== undefined && where === undefined) return undefined
  if (
    outcome.at !== undefined &&
    target.kind === 'model' &&
    !hostsOf(context, target.model).has(outcome.at.text)
  ) {
    report(
      'RT0221',
      at(source, outcome.at),
      `\`${outcome.at.text}\` does not serve \`${target.model}\``,
      {
        help: 'add it to `served-by` of the model',
      },
    )
  }
  return {
    location: at(source, outcome),
    target,
    at: outcome.at?.text,
    by: outcome.by?.text,
    after: outcome.after?.map((name) => name.text),
    where,
  }
}

function elaborateTarget(
  context: Context,
  name: syntax.Name,
  source: Source,
): Outcome['target'] | undefined {
  const ending = endings.find((each) => each === name.text)
  if (ending !== undefined) return { kind: ending }
  if (context.names.models.entries.has(name.text)) return { kind: 'model', model: name.text }
  const candidates = [...context.names.models.entries.keys(), ...endings]
  reportUnknown('model', name, candidates, source, context.report)
  return undefined
}

function isRule(context: Context, name: syntax.Name, source: Source): boolean {
  if (name.text === 'otherwise' || context.names.rules.entries.has(name.text)) return true
  const known = [...context.names.rules.entries.keys()]
  const nearest = nearestTo(context.report, name.text, [...known, 'otherwise'])
  context.report('RT0201', at(source, name), `no rule is named \`${name.text}\``, {
    help:
      nearest === undefined
        ? 'the rules are named in the `on` blocks'
        : `did you mean \`${nearest}\`?`,
    fix: nearest === undefined ? undefined : renameTo(nearest, name, source),
  })
  return false
}
