import type { Policy } from '../../policy/core.ts'
import { referenceEvaluator } from '../../policy/reference/decide.ts'
import { runTest } from '../../replay/scenario.ts'
import { isProvedAlike, isProvedEquivalent } from './equivalence.ts'
import { idleTests } from './idle-tests.ts'
import type { IdleTest } from './idle-tests.ts'
import { mutantsOf } from './mutants.ts'
import type { Mutant } from './mutants.ts'

export type Verdict =
  | { readonly kind: 'killed'; readonly by: string }
  | { readonly kind: 'survived' }
  /** Proved to choose at every call as the policy does; counts in no score. */
  | { readonly kind: 'equivalent' }

export interface JudgedMutant {
  readonly mutant: Mutant
  readonly verdict: Verdict
}

export interface MutationScore {
  /** In the order in which they were made. */
  readonly mutants: readonly JudgedMutant[]
  readonly killed: number
  readonly survived: number
  readonly equivalent: number
  /** Tests that are green without what their title names. */
  readonly idleTests: readonly IdleTest[]
}

export interface MutationOptions {
  readonly onProgress?: (done: number, total: number) => void
}

/** Runs the tests of a policy on every mutant of it. A test that fails on the policy itself tells nothing. */
export function mutationScore(policy: Policy, options: MutationOptions = {}): MutationScore {
  const tests = policy.tests.filter((test) => runTest(policy, test).failure === undefined)
  const sound = { ...policy, tests }
  const all = mutantsOf(sound)
  const mutants = all.map((mutant, index): JudgedMutant => {
    options.onProgress?.(index, all.length)
    return { mutant, verdict: judged(sound, mutant) }
  })
  const count = (kind: Verdict['kind']): number => mutants.filter(({ verdict }) => verdict.kind === kind).length
  return { mutants, killed: count('killed'), survived: count('survived'), equivalent: count('equivalent'), idleTests: idleTests(sound) }
}

function judged(policy: Policy, { policy: changed, comparable }: Mutant): Verdict {
  const evaluator = referenceEvaluator(changed)
  const killer = policy.tests.find((test) => runTest(changed, test, evaluator).failure !== undefined)
  if (killer !== undefined) return { kind: 'killed', by: killer.title }
  const same = (comparable !== undefined && isProvedEquivalent(policy, comparable)) || isProvedAlike(policy, changed)
  return same ? { kind: 'equivalent' } : { kind: 'survived' }
}
