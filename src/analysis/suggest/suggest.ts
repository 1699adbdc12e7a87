import { format } from '../../language/format.ts'
import { parse } from '../../language/parser.ts'
import type { Source } from '../../language/source.ts'
import type { Policy, TestCase } from '../../policy/core.ts'
import type { Decision } from '../../policy/decision.ts'
import { joinImport } from '../../policy/import-path.ts'
import { loadPolicy } from '../../policy/load.ts'
import { runTest } from '../../replay/scenario.ts'
import { coverageRecorder } from '../coverage/measure.ts'
import type { Coverage } from '../coverage/measure.ts'
import { coveragePoints } from '../coverage/points.ts'
import { callStep, plainMessage, testText, unasserted } from './draft.ts'
import type { DraftStep } from './draft.ts'
import { goalsOf } from './goals.ts'
import type { Goal } from './goals.ts'
import { inputsFor } from './inputs.ts'
import { candidates, pairs, seedsOf, trial } from './search.ts'
import { servingSessions } from './serving-sessions.ts'
import type { Route } from './serving-sessions.ts'
import type { Attempt, Trial } from './search.ts'

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
  const routes = onceAsked(() => routesOf(policy, seeds, runs))
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
    const sessions =
      goal.serving === undefined
        ? candidates(seeds, inputsFor(policy, goal.reads))
        : servingSessions(policy, goal.serving, routes())
    for (const steps of sessions) {
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

/** Tried in search of routes, and kept of those that lead to one model with one profile. */
const [mostRoutesTried, routesKept] = [600, 3]

/** Sessions that lead to a call: a first call on each side of what rules ask, and how tests begin. */
function routesOf(policy: Policy, seeds: ReturnType<typeof seedsOf>, runs: Trial): readonly Route[] {
  const asked = coveragePoints(policy).rules.flatMap(({ rule: { guard, choice } }) => [
    ...(guard === undefined ? [] : [guard]),
    ...(choice?.kind === 'use' ? [choice.model] : []),
  ])
  const { facts } = inputsFor(policy, asked)
  const first = [[], ...facts.flat().map((fact) => [fact]), ...pairs(facts)].map((given) => [callStep(plainMessage, given)])
  const begun = seeds.filter((seed) => seed.length > 0).map((seed) => seed.map(unasserted))
  const kept = new Map<string, Route[]>()
  for (const steps of [...first.slice(0, 1), ...begun, ...first.slice(1)].slice(0, mostRoutesTried)) {
    const { decision } = runs.run(steps)
    if (decision?.model === undefined) continue
    const key = JSON.stringify([decision.model, decision.profile])
    const alike = kept.get(key) ?? []
    kept.set(key, alike)
    if (alike.length < routesKept) alike.push({ steps, model: decision.model, profile: decision.profile })
  }
  return [...kept.values()].flat()
}

function onceAsked<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
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
  const outcomes = goal.serving === undefined ? ruleOutcomes(decision) : servedOutcomes(sources, title, steps)
  for (const outcome of outcomes) {
    const text = laidOut(testText(title, steps, outcome))
    const keys = text === undefined ? undefined : reachedBy(sources, text, title)
    if (text === undefined || keys?.has(goal.key) !== true) continue
    const covered = [...open.values()].filter(({ key }) => keys.has(key))
    return { title, text, covers: covered.map((each) => each.title), keys: covered.map(({ key }) => key) }
  }
  return undefined
}

function ruleOutcomes({ model = 'stop', rule, after }: Decision): readonly string[] {
  return [`-> ${model} by ${rule}${after.length === 0 ? '' : ` after [${after.join(', ')}]`}`, `-> ${model}`]
}

/** Who answered, by which rule and after how many attempts, as a test that expects neither is told. */
function servedOutcomes(sources: readonly Source[], title: string, steps: readonly DraftStep[]): readonly string[] {
  const got = (outcome: string): string | undefined => gotBy(sources, testText(title, steps, outcome), title)
  // No call answers with both: one of the two is told what came instead.
  const answered = got('-> stop') ?? got('-> exhausted')
  const outcome = /^-> (?:stop|exhausted|denied|[^ ]+ at [^ ]+)/.exec(answered ?? '')?.[0]
  if (outcome === undefined) return []
  const by = / by [^ :]+(?: after \[[^\]]*\])?/.exec(answered ?? '')?.[0] ?? ''
  const attempts = /^attempts (\d+)$/.exec(got(`${outcome} where attempts is 1_000_000`) ?? '')?.[1]
  const where = attempts === undefined ? '' : ` where attempts is ${attempts}`
  return [`${outcome}${by}${where}`, `${outcome}${where}`, outcome]
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
  const { policy, test } = withTest(sources, text, title)
  if (policy === undefined || test === undefined) return undefined
  const recorder = coverageRecorder(policy)
  const { failure } = runTest(policy, test, recorder.evaluator, recorder.observer)
  return failure === undefined ? recorder.news() : undefined
}

/** What a test got that fails there; `undefined`: it passes, or does not stand there. */
function gotBy(sources: readonly Source[], text: string, title: string): string | undefined {
  const { policy, test } = withTest(sources, text, title)
  return policy === undefined || test === undefined ? undefined : runTest(policy, test).failure?.got
}

function withTest(
  sources: readonly Source[],
  text: string,
  title: string,
): { readonly policy: Policy | undefined; readonly test: TestCase | undefined } {
  const own = sources.at(-1)
  const known = new Map(sources.map((source) => [source.name, source]))
  const entry = own && { name: own.name, text: `${own.text}\n${text}` }
  const { policy } = loadPolicy(own?.name ?? '', {
    read: (path, from) => {
      const source = from === undefined ? entry : known.get(joinImport(from.name, path))
      return source === undefined
        ? { kind: 'problem', problem: { code: 'RT0001', message: 'there is no such file', help: undefined } }
        : { kind: 'source', source }
    },
  })
  return { policy, test: policy?.tests.find((each) => each.title === title) }
}
