import type { Diagnostic } from '../../language/diagnostic.ts'
import type * as syntax from '../../language/syntax.ts'
import type { Policy } from '../core.ts'
import { elaborateCatalogue } from './catalogue.ts'
import {
  elaborateAssumption,
  elaborateBudget,
  elaborateExpectation,
  elaborateInvariant,
  elaborateSwitching,
} from './claims.ts'
import { at, reporter } from './context.ts'
import type { Context } from './context.ts'
import { oneOf } from './lines.ts'
import { collectNames } from './names.ts'
import type { Declared, Table } from './names.ts'
import { requirePrices } from './price-needs.ts'
import { defined } from './record.ts'
import { elaborateBlocks, elaborateFilter, elaborateHide, isMemory } from './rules.ts'
import { refuseScoreCycles } from './score-cycles.ts'
import { elaborateClassifier, elaborateScorer } from './scores.ts'
import { elaborateProfile, elaborateServing } from './serving.ts'
import { elaborateSetting } from './settings.ts'
import { elaborateSignal } from './signals.ts'
import { elaborateTests } from './tests.ts'
import {
  elaborateHours,
  elaborateLadder,
  elaborateMemory,
  elaboratePhrases,
  elaboratePool,
  elaborateScale,
} from './vocabulary.ts'

export interface ElaborateResult {
  /** `undefined` when there is an error among the diagnostics. */
  readonly policy: Policy | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * From the syntax trees of a policy and its imports, imported files first, to the typed core form.
 * The last file is the one that was asked for: its name is the policy's. Total: whatever the trees
 * hold, it ends with a policy or with errors.
 */
export function elaborate(files: readonly syntax.File[]): ElaborateResult {
  const diagnostics: Diagnostic[] = []
  const report = reporter(diagnostics)
  const names = collectNames(files, report)
  const context: Context = { names, report, signals: new Map(), frames: [] }
  const policy = elaboratePolicy(context, files)
  const broken = diagnostics.some((each) => each.severity === 'error')
  return { policy: broken ? undefined : policy, diagnostics }
}

function elaboratePolicy(context: Context, files: readonly syntax.File[]): Policy {
  const { names } = context
  const each = <D, T>(
    table: Table<D>,
    elaborateOne: (context: Context, declared: Declared<D>) => T | undefined,
  ): T[] => defined([...table.entries.values()].map((declared) => elaborateOne(context, declared)))
  const scales = each(names.scales, elaborateScale)
  const { providers, models } = elaborateCatalogue(context)
  const pools = each(names.pools, elaboratePool)
  const values = [...names.values.entries.values()]
  const settings = defined(
    values.map(({ declaration, source }) =>
      declaration.kind === 'setting' ? elaborateSetting(context, source, declaration) : undefined,
    ),
  )
  for (const { declaration, source } of values) {
    if (declaration.kind === 'signal') elaborateSignal(context, declaration, source)
  }
  const signals = defined(
    values.map(({ declaration, name }) =>
      declaration.kind === 'signal' ? context.signals.get(name.text)?.signal : undefined,
    ),
  )
  const blocks = elaborateBlocks(context, files)
  const last = files.at(-1)
  if (last?.policy !== undefined && blocks.start === undefined && !writesStart(last)) {
    context.report(
      'RT0216',
      at(last.source, last.policy),
      `the policy \`${last.policy.text}\` has no \`on start\``,
      {
        help: 'it makes the first choice of a session: `on start { otherwise use MODEL }`',
      },
    )
  }
  const policy: Policy = {
    name: last?.policy?.text,
    scales,
    providers,
    models,
    pools,
    phraseLists: each(names.phrases, elaboratePhrases),
    settings,
    signals,
    hours: each(names.hours, elaborateHours),
    classifiers: defined(
      values.map(({ declaration, name, source }) =>
        declaration.kind === 'classifier'
          ? elaborateClassifier(context, { declaration, name, source })
          : undefined,
      ),
    ),
    scorers: defined(
      values.map(({ declaration, name, source }) =>
        declaration.kind === 'scorer'
          ? elaborateScorer(context, { declaration, name, source })
          : undefined,
      ),
    ),
    ladders: each(names.ladders, elaborateLadder),
    memories: defined(
      values.map(({ declaration, name, source }) =>
        isMemory(declaration) ? elaborateMemory(context, { declaration, name, source }) : undefined,
      ),
    ),
    filters: each(names.filters, elaborateFilter),
    hides: each(names.hides, elaborateHide),
    unchecked: elaborateUnchecked(context, files),
    blocks,
    serving: each(names.serving, elaborateServing),
    profiles: each(names.profiles, elaborateProfile),
    switching: elaborateSwitching(context, files),
    budgets: each(names.budgets, elaborateBudget),
    assumptions: each(names.assumptions, elaborateAssumption),
    invariants: each(names.invariants, elaborateInvariant),
    expectations: each(names.expectations, elaborateExpectation),
    tests: elaborateTests(context, files),
  }
  requirePrices(context, policy)
  refuseScoreCycles(context, policy)
  return policy
}

function writesStart(file: syntax.File): boolean {
  return file.declarations.some(
    (declaration) =>
      declaration.kind === 'block' && declaration.moments.some(({ moment }) => moment === 'start'),
  )
}

const builtInFilters = ['context-window', 'modality'] as const

function elaborateUnchecked(context: Context, files: readonly syntax.File[]): Policy['unchecked'] {
  const found = new Set<(typeof builtInFilters)[number]>()
  for (const { source, declarations } of files) {
    for (const declaration of declarations) {
      if (declaration.kind !== 'unchecked') continue
      for (const name of declaration.filters) {
        const filter = oneOf(name, builtInFilters, 'built-in filter', source, context.report)
        if (filter !== undefined) found.add(filter)
      }
    }
  }
  return [...found]
}
