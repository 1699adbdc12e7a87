import type { Policy } from '../policy/core.ts'
import { drawMillionths } from '../policy/draw.ts'
import type { CallRecord, PromptFacts, VerdictRecord } from '../trace/record.ts'

/** Of the verdicts of a classifier, by its name, how many of a million are replaced by wrong ones. */
export type WrongVerdicts = ReadonlyMap<string, number>

const million = 1_000_000

/**
 * The prompt as a classifier that is wrong so much more often would have judged it. A wrong label is another
 * word of the scale; wrong scores are mirrored, so that who was said to succeed is said to fail. Draws are
 * keyed by seed, classifier, session and call, so they depend on nothing else. A verdict that failed stays.
 */
export function withWrongVerdicts(policy: Policy, wrong: WrongVerdicts, seed: string, { session, call, prompt }: CallRecord): PromptFacts {
  const { classifiers } = prompt
  if (classifiers === undefined || wrong.size === 0) return prompt
  const judged = Object.entries(classifiers).map(([name, verdict]): readonly [string, VerdictRecord] => {
    const key = [name, session, call]
    const isWrong = drawMillionths([seed, 'wrong-verdict', ...key]) < (wrong.get(name) ?? 0)
    return [name, isWrong ? mistaken(policy, name, verdict, drawMillionths([seed, 'wrong-label', ...key])) : verdict]
  })
  return { ...prompt, classifiers: Object.fromEntries(judged) }
}

function mistaken(policy: Policy, classifier: string, verdict: VerdictRecord, draw: number): VerdictRecord {
  const { label, scoresMillionths } = verdict
  return {
    ...verdict,
    ...(label === undefined ? {} : { label: otherWord(policy, classifier, label, draw) }),
    ...(scoresMillionths === undefined
      ? {}
      : { scoresMillionths: Object.fromEntries(Object.entries(scoresMillionths).map(([model, score]) => [model, million - score])) }),
  }
}

/** Each of the other words is as likely. */
function otherWord(policy: Policy, classifier: string, label: string, draw: number): string {
  const verdict = policy.classifiers.find(({ name }) => name === classifier)?.verdict
  const words = verdict?.kind === 'labels' ? (policy.scales.find(({ name }) => name === verdict.scale)?.words ?? []) : []
  const others = words.filter((word) => word !== label)
  return others[Math.floor((draw * others.length) / million)] ?? label
}
