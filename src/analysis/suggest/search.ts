import type { Decision, Evaluator } from '../../policy/decision.ts'
import type { Policy, TestStep } from '../../policy/core.ts'
import { runTest } from '../../replay/scenario.ts'
import { coverageRecorder } from '../coverage/measure.ts'
import { callStep, draftTest, plainMessage } from './draft.ts'
import type { DraftFact, DraftStep } from './draft.ts'
import type { Inputs } from './inputs.ts'

export interface Attempt {
  readonly steps: readonly DraftStep[]
  /** What its decisions reached, by the keys of coverage. */
  readonly reached: ReadonlySet<string>
  /** `undefined`: no call was decided. */
  readonly decision: Decision | undefined
}

export interface Trial {
  readonly run: (steps: readonly DraftStep[]) => Attempt
  readonly tried: () => number
}

/** Runs drafts over one recorder. */
export function trial(policy: Policy): Trial {
  const recorder = coverageRecorder(policy)
  let last: Decision | undefined
  const evaluator: Evaluator = {
    policy,
    decide: (...given) => {
      const result = recorder.evaluator.decide(...given)
      last = result[1]
      return result
    },
  }
  let tried = 0
  return {
    run: (steps) => {
      tried += 1
      last = undefined
      recorder.news()
      runTest(policy, draftTest('a draft', steps), evaluator, recorder.observer)
      return { steps, reached: recorder.news(), decision: last }
    },
    tried: () => tried,
  }
}

const longestSeed = 9
const mostSeeds = 40

/** Sessions to go on from: none, then how the policy's own tests begin, shortest first. */
export function seedsOf(policy: Policy): readonly (readonly DraftStep[])[] {
  const seeds = new Map<string, readonly DraftStep[]>()
  for (const { steps } of policy.tests) {
    const drafts = steps.map((step): DraftStep => ({ step, text: sourceText(step) }))
    for (let length = 1; length <= Math.min(drafts.length, longestSeed); length += 1) {
      const last = steps[length - 1]
      if (last?.kind !== 'user' && last?.kind !== 'call' && last?.kind !== 'repeat') continue
      const seed = drafts.slice(0, length)
      seeds.set(seed.map(({ text }) => text).join('\n'), seed)
    }
  }
  const sorted = [...seeds].toSorted(([a, one], [b, two]) => one.length - two.length || a.length - b.length || (a < b ? -1 : 1))
  return [[], ...sorted.map(([, seed]) => seed)].slice(0, mostSeeds)
}

/** As it was written; what a step says is its whole text. */
function sourceText({ location: { source, span } }: TestStep): string {
  return source.text.slice(span.start, span.end)
}

const mostPairSeeds = 6

/**
 * Sessions worth a try, simple ones and longer ones in turn; the same inputs give the same order. What
 * an expression reads directly comes first, after every seed.
 */
export function* candidates(seeds: Seeds, inputs: Inputs): Sessions {
  const simple = oneChange(seeds, inputs)
  const kinds = [simple, twoChanges(seeds, inputs), simple, factPairs(seeds, inputs), simple, twoCalls(seeds, inputs)]
  const ended = new Set<Sessions>()
  while (ended.size < new Set(kinds).size) {
    for (const kind of kinds) {
      const next = kind.next()
      if (next.done === true) ended.add(kind)
      else yield next.value
    }
  }
}

type Seeds = readonly (readonly DraftStep[])[]
type Sessions = Generator<readonly DraftStep[], undefined>

function* oneChange(seeds: Seeds, { facts, replies, messages }: Inputs): Sessions {
  for (const fact of facts.flat()) {
    for (const seed of seeds) {
      yield [...seed, callStep(plainMessage, [fact])]
      if (seed.length > 0) yield [...seed, callStep(undefined, [fact])]
    }
  }
  for (const message of messages) for (const seed of seeds) yield [...seed, callStep(message, [])]
  for (const reply of [[], ...replies]) {
    for (const seed of seeds.slice(1)) yield [...seed, ...reply, callStep(undefined, [])]
  }
}

function* twoChanges([none = [], ...seeds]: Seeds, { facts, replies, messages }: Inputs): Sessions {
  const single = facts.flat()
  for (const fact of single) {
    for (const message of messages) yield [...none, callStep(message, [fact])]
    for (const reply of replies) for (const seed of seeds) yield [...seed, ...reply, callStep(undefined, [fact])]
  }
  for (const first of replies) {
    for (const then of replies) for (const seed of seeds) yield [...seed, ...first, ...then, callStep(undefined, [])]
  }
}

function* factPairs(seeds: Seeds, { facts }: Inputs): Sessions {
  for (const [one, other] of pairs(facts)) {
    for (const seed of seeds.slice(0, mostPairSeeds)) yield [...seed, callStep(plainMessage, [one, other])]
  }
}

/** What holds at the one call need not hold at the next. */
function* twoCalls([, ...seeds]: Seeds, { facts, replies }: Inputs): Sessions {
  for (const fact of [undefined, ...facts.flat()]) {
    const between = callStep(undefined, fact === undefined ? [] : [fact])
    for (const first of replies) {
      for (const then of replies) {
        for (const seed of seeds) yield [...seed, ...first, between, ...then, callStep(undefined, [])]
      }
    }
  }
}

/** Two facts of different names. */
export function* pairs(facts: Inputs['facts']): Generator<readonly [DraftFact, DraftFact]> {
  for (const [at, options] of facts.entries()) {
    for (const others of facts.slice(at + 1)) {
      for (const one of options) for (const other of others) yield [one, other]
    }
  }
}
