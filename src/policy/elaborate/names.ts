import type { Fix } from '../../language/diagnostic.ts'
import type { Source } from '../../language/source.ts'
import type * as syntax from '../../language/syntax.ts'
import { at, listed, nearestTo } from './context.ts'
import type { Report } from './context.ts'
import { coreValueWords, wordSets } from './core-words.ts'

/** A declaration with the file it stands in. */
export interface Declared<D> {
  readonly name: syntax.Name
  readonly declaration: D
  readonly source: Source
}

/** Settings, signals, states, classifiers and scorers are read in expressions and share one namespace. */
export type ValueDeclaration =
  | syntax.SettingDeclaration
  | syntax.SignalDeclaration
  | syntax.ClassifierDeclaration
  | syntax.ScorerDeclaration
  | syntax.Memory

/** A rule, or an `otherwise` with a name of its own. */
export type NamedRule = syntax.Rule | syntax.Otherwise

/** Every name of a policy by kind. Names of different kinds do not collide. */
export interface Names {
  readonly scales: Table<syntax.ScaleDeclaration>
  readonly providers: Table<syntax.ProviderDeclaration>
  readonly models: Table<syntax.ModelDeclaration>
  readonly pools: Table<syntax.PoolDeclaration>
  readonly phrases: Table<syntax.PhrasesDeclaration>
  readonly hours: Table<syntax.HoursDeclaration>
  readonly values: Table<ValueDeclaration>
  readonly ladders: Table<syntax.LadderDeclaration>
  readonly rules: Table<NamedRule>
  readonly filters: Table<syntax.FilterDeclaration>
  readonly hides: Table<syntax.HideDeclaration>
  readonly profiles: Table<syntax.ServeDeclaration>
  readonly serving: Table<syntax.ServeDeclaration>
  readonly budgets: Table<syntax.BudgetDeclaration>
  readonly assumptions: Table<syntax.AssumeDeclaration>
  readonly invariants: Table<syntax.InvariantDeclaration>
  readonly expectations: Table<syntax.ExpectDeclaration>
  /** Overrides of models and providers, in order. */
  readonly overrides: readonly Declared<syntax.ModelDeclaration | syntax.ProviderDeclaration>[]
  /** Bare words of every scale, with the scales they stand in. */
  readonly scaleWords: ReadonlyMap<string, readonly string[]>
}

/** In the order of declaration. `noun` is what messages call one of them. */
export interface Table<D> {
  readonly noun: string
  readonly entries: Map<string, Declared<D>>
}

function table<D>(noun: string): Table<D> {
  return { noun, entries: new Map() }
}

/** Enters every name of the files, in order, and reports names that are taken. */
export function collectNames(files: readonly syntax.File[], report: Report): Names {
  const overrides: Declared<syntax.ModelDeclaration | syntax.ProviderDeclaration>[] = []
  const scaleWords = new Map<string, string[]>()
  const names: Names = {
    scales: table('scale'),
    providers: table('provider'),
    models: table('model'),
    pools: table('pool'),
    phrases: table('list of phrases'),
    hours: table('hours'),
    values: table('name'),
    ladders: table('ladder'),
    rules: table('rule'),
    filters: table('filter'),
    hides: table('hide'),
    profiles: table('profile'),
    serving: table('serve block'),
    budgets: table('budget'),
    assumptions: table('assumption'),
    invariants: table('invariant'),
    expectations: table('expectation'),
    overrides,
    scaleWords,
  }
  for (const { source, declarations } of files) {
    function enter<D>(into: Table<D>, name: syntax.Name, declaration: D): void {
      const first = into.entries.get(name.text)
      if (first === undefined) {
        into.entries.set(name.text, { name, declaration, source })
        return
      }
      report(
        'RT0202',
        at(source, name),
        `a ${into.noun} named \`${name.text}\` is already declared`,
        {
          help: helpForDuplicate(into.noun),
          related: [{ location: at(first.source, first.name), message: 'first declared here' }],
        },
      )
    }
    function enterValue(name: syntax.Name, declaration: ValueDeclaration): void {
      const first = names.values.entries.get(name.text)
      if (first !== undefined) {
        report(
          'RT0202',
          at(source, name),
          `\`${name.text}\` is already the name of a ${first.declaration.kind}`,
          {
            help: 'settings, signals, states, classifiers and scorers share one namespace',
            related: [{ location: at(first.source, first.name), message: 'first declared here' }],
          },
        )
        return
      }
      if (coreValueWords.has(name.text)) {
        report(
          'RT0203',
          at(source, name),
          `\`${name.text}\` is a word of the language, got it as a ${declaration.kind}`,
          {
            help: 'take another name for it',
          },
        )
      }
      enter(names.values, name, declaration)
    }
    for (const declaration of declarations) {
      switch (declaration.kind) {
        case 'scale':
          if (wordSets.has(declaration.name.text)) {
            report(
              'RT0203',
              at(source, declaration.name),
              `\`${declaration.name.text}\` is a set of words of the language, got it as a scale`,
              { help: 'take another name for the scale' },
            )
            break
          }
          if (!names.scales.entries.has(declaration.name.text)) {
            for (const word of new Set(declaration.words.map((each) => each.text))) {
              scaleWords.set(word, [...(scaleWords.get(word) ?? []), declaration.name.text])
            }
          }
          enter(names.scales, declaration.name, declaration)
          break
        case 'provider':
        case 'model': {
          if (declaration.override) overrides.push({ name: declaration.name, declaration, source })
          else if (declaration.kind === 'provider')
            enter(names.providers, declaration.name, declaration)
          else enterTarget(names.models, declaration.name, declaration)
          break
        }
        case 'pool':
          enterTarget(names.pools, declaration.name, declaration)
          break
        case 'phrases':
          enter(names.phrases, declaration.name, declaration)
          break
        case 'hours':
          enter(names.hours, declaration.name, declaration)
          break
        case 'setting':
        case 'signal':
        case 'classifier':
        case 'scorer':
          enterValue(declaration.name, declaration)
          break
        case 'state':
          for (const memory of declaration.memories) enterValue(memory.name, memory)
          break
        case 'ladder':
          enter(names.ladders, declaration.name, declaration)
          break
        case 'filter':
          enter(names.filters, declaration.name, declaration)
          break
        case 'hide':
          enter(names.hides, declaration.name, declaration)
          break
        case 'block':
          for (const rule of declaration.rules) enter(names.rules, rule.name, rule)
          if (declaration.otherwise?.name !== undefined) {
            enter(names.rules, declaration.otherwise.name, declaration.otherwise)
          }
          break
        case 'serve':
          enter(names.serving, declaration.name, declaration)
          break
        case 'profile':
          enter(names.profiles, declaration.name, declaration)
          break
        case 'budget':
          enter(names.budgets, declaration.name, declaration)
          break
        case 'assume':
          enter(names.assumptions, declaration.name, declaration)
          break
        case 'invariant':
          enter(names.invariants, declaration.name, declaration)
          break
        case 'expect':
          enter(names.expectations, declaration.name, declaration)
          break
        case 'unchecked':
        case 'switch':
        case 'test':
          break
      }
    }
    /** Models and pools are both named after `serve`, and both after `in`. */
    function enterTarget<D>(into: Table<D>, name: syntax.Name, declaration: D): void {
      const other =
        into.noun === 'model'
          ? names.pools.entries.get(name.text)
          : names.models.entries.get(name.text)
      const taken = outcomeWords.has(name.text) ? 'a word of the language' : undefined
      if (taken !== undefined) {
        report(
          'RT0203',
          at(source, name),
          `\`${name.text}\` is ${taken}, got it as a ${into.noun}`,
          {
            help: `take another name for the ${into.noun}`,
          },
        )
      } else if (other !== undefined) {
        report('RT0202', at(source, name), `\`${name.text}\` names a model and a pool`, {
          help: 'give one of the two another name',
          related: [{ location: at(other.source, other.name), message: 'first declared here' }],
        })
      }
      enter(into, name, declaration)
    }
  }
  return names
}

/** `serve any`, `-> stop`, `use requested` would be ambiguous with models of these names. */
const outcomeWords: ReadonlySet<string> = new Set([
  'any',
  'stop',
  'exhausted',
  'denied',
  'requested',
  'current',
  'it',
])

function helpForDuplicate(noun: string): string {
  if (noun === 'model' || noun === 'provider')
    return `\`override ${noun}\` replaces lines of one that is there`
  if (noun === 'rule') return 'rules are told apart by their names, over all blocks'
  return `give this ${noun} another name`
}

/**
 * Looks a name up and reports it when it is not declared. `undefined` is an error already reported.
 */
export function lookUp<D>(
  into: Table<D>,
  name: syntax.Name,
  source: Source,
  report: Report,
): Declared<D> | undefined {
  const found = into.entries.get(name.text)
  if (found === undefined) reportUnknown(into.noun, name, into.entries, source, report)
  return found
}

/** "no model is named `x`", with the nearest name and the replacement. */
export function reportUnknown(
  noun: string,
  name: syntax.Node & { readonly text: string },
  candidates: readonly string[] | ReadonlyMap<string, unknown>,
  source: Source,
  report: Report,
): void {
  const all = (): Iterable<string> => (isMap(candidates) ? candidates.keys() : candidates)
  const nearest = nearestTo(report, name.text, all())
  const known: string[] = []
  for (const candidate of all()) if (known.push(candidate) > 12) break
  const help =
    nearest !== undefined
      ? `did you mean \`${nearest}\`?`
      : known.length === 0
        ? `no ${noun} is declared`
        : known.length <= 12
          ? `there ${known.length === 1 ? 'is' : 'are'} ${listed(known, 'and', 12)}`
          : (partOf(name.text, all()) ?? `declare it, or import the file that does`)
  report('RT0201', at(source, name), `no ${noun} is named \`${name.text}\``, {
    help,
    fix: nearest === undefined ? undefined : renameTo(nearest, name, source),
  })
}

const shownNames = 8

/** Names of which the written one is a part: `opus` of `claude-opus-4-7`. */
function partOf(written: string, names: Iterable<string>): string | undefined {
  if (written.length < 3) return undefined
  const found: string[] = []
  for (const name of names) if (name.toLowerCase().includes(written.toLowerCase())) found.push(name)
  if (found.length === 0 || found.length > shownNames) return undefined
  return `there ${found.length === 1 ? 'is' : 'are'} ${listed(found, 'and', shownNames)}`
}

function isMap(
  candidates: readonly string[] | ReadonlyMap<string, unknown>,
): candidates is ReadonlyMap<string, unknown> {
  return candidates instanceof Map
}

export function renameTo(replacement: string, node: syntax.Node, source: Source): Fix {
  return {
    title: `write \`${replacement}\``,
    edits: [{ location: at(source, node), replacement }],
  }
}
