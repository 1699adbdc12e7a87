import { format } from '../../language/format.ts'
import { parse } from '../../language/parser.ts'
import type { Source } from '../../language/source.ts'
import type { Policy } from '../../policy/core.ts'
import { joinImport } from '../../policy/import-path.ts'
import { loadPolicy } from '../../policy/load.ts'
import { runTest } from '../../replay/scenario.ts'
import { coverageRecorder } from '../coverage/measure.ts'
import type { Coverage } from '../coverage/measure.ts'
import { coveragePoints } from '../coverage/points.ts'
import { testText } from './draft.ts'
import { goalsOf } from './goals.ts'
import type { Goal } from './goals.ts'
import { inputsFor } from './inputs.ts'
import { candidates, seedsOf, trial } from './search.ts'
import type { Attempt } from './search.ts'

/** A test that is missing, ready to be put into the policy: it was run there, passes, and covers what it says. */
export interface Suggestion {
  readonly title: string
  readonly text: string
  /** What it covers that no test did, in words. */
  readonly covers: readonly string[]
}

export interface Suggestions {
  readonly suggestions: readonly Suggestion[]
  /** For which the bounded search came to nothing; they may be out of reach. */
  readonly notFound: readonly string[]
  /** What is proved to be out of reach, and why; nothing was tried for it. */
  readonly unreachable: readonly { readonly what: string; readonly reason: string }[]
  /** Sessions that were tried. */
  readonly tried: number
}

export interface SuggestOptions {
  /** Sessions tried for each thing that is missing. */
  readonly mostTries?: number
}

/**
 * For everything that coverage lacks a test that reaches it, or word that none was found. `sources`
 * are the files of the policy, its own last. Deterministic.
 */
export function suggestTests(
  policy: Policy,
  sources: readonly Source[],
  coverage: Coverage,
  { mostTries = 900 }: SuggestOptions = {},
): Suggestions {
  const goals = goalsOf(coverage, coveragePoints(policy))
  const seeds = seedsOf(policy)
  const runs = trial(policy)
  const open = new Map(goals.map((goal) => [goal.key, goal]))
  const found: Found[] = []
  const unreachable: { what: string; reason: string }[] = []
  for (const goal of goals) {
    if (!open.has(goal.key)) continue
    if (goal.unreachable !== undefined) {
      unreachable.push({ what: goal.title, reason: goal.unreachable })
      open.delete(goal.key)
      continue
    }
    const last = runs.tried() + mostTries
    for (const steps of candidates(seeds, inputsFor(policy, goal.reads))) {
      if (runs.tried() >= last) break
      const attempt = runs.run(steps)
      if (!attempt.reached.has(goal.key)) continue
      const suggestion = verified(policy, sources, goal, attempt, open)
      if (suggestion === undefined) continue
      for (const key of suggestion.keys) open.delete(key)
      found.push(suggestion)
      break
    }
  }
  return {
    suggestions: found.map(({ title, text, covers }) => ({ title, text, covers })),
    notFound: [...open.values()].map(({ title }) => title),
    unreachable,
    tried: runs.tried(),
  }
}

interface Found extends Suggestion {
  readonly keys: readonly string[]
}

/** Written down, read again with the policy, and run: only what then passes and covers is suggested. */
function verified(
  policy: Policy,
  sources: readonly Source[],
  goal: Goal,
  { steps, decision }: Attempt,
  open: ReadonlyMap<string, Goal>,
): Found | undefined {
  if (decision === undefined) return undefined
  const title = freeTitle(policy, goal.title)
  const target = decision.model ?? 'stop'
  const outcomes = [
    `-> ${target} by ${decision.rule}${decision.after.length === 0 ? '' : ` after [${decision.after.join(', ')}]`}`,
    `-> ${target}`,
  ]
  for (const outcome of outcomes) {
    const text = laidOut(testText(title, steps, outcome))
    const keys = text === undefined ? undefined : reachedBy(sources, text, title)
    if (text === undefined || keys?.has(goal.key) !== true) continue
    const covered = [...open.values()].filter(({ key }) => keys.has(key))
    return { title, text, covers: covered.map((each) => each.title), keys: covered.map(({ key }) => key) }
  }
  return undefined
}

function freeTitle({ tests }: Policy, wanted: string): string {
  const taken = new Set(tests.map(({ title }) => title))
  let title = wanted
  for (let number = 2; taken.has(title); number += 1) title = `${wanted} (${number})`
  return title
}

function laidOut(text: string): string | undefined {
  const { file, diagnostics } = parse({ name: 'suggested', text })
  return diagnostics.length > 0 ? undefined : format(file)
}

/** What the test reaches in the policy with it; `undefined`: it does not stand there, or fails. */
function reachedBy(sources: readonly Source[], text: string, title: string): ReadonlySet<string> | undefined {
  const own = sources.at(-1)
  if (own === undefined) return undefined
  const known = new Map(sources.map((source) => [source.name, source]))
  const entry = { name: own.name, text: `${own.text}\n${text}` }
  const { policy } = loadPolicy(own.name, {
    read: (path, from) => {
      const source = from === undefined ? entry : known.get(joinImport(from.name, path))
      return source === undefined
        ? { kind: 'problem', problem: { code: 'RT0001', message: 'there is no such file', help: undefined } }
        : { kind: 'source', source }
    },
  })
  const test = policy?.tests.find((each) => each.title === title)
  if (policy === undefined || test === undefined) return undefined
  const recorder = coverageRecorder(policy)
  const { failure } = runTest(policy, test, recorder.evaluator, recorder.observer)
  return failure === undefined ? recorder.news() : undefined
}
