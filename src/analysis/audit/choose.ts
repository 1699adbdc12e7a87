import type { Explanation } from './cause.ts'

/**
 * Of the ways to explain each call of a group the one that explains most with least: a call is
 * explained by what many others share, and a number that had to be solved for counts for less than
 * a card as it stands. `undefined`: nothing that holds explains it. `support` counts the calls by
 * the key of a part; these calls are added to those before. Calls with the same tokens are one
 * witness: `witness` tells them apart.
 */
export function chooseExplanations(
  calls: readonly { readonly explanations: readonly Explanation[]; readonly witness: string }[],
  support: Map<string, number>,
): readonly (Explanation | undefined)[] {
  const heard = new Set<string>()
  for (const { explanations, witness } of calls) {
    if (heard.has(witness)) continue
    heard.add(witness)
    const keys = new Set(explanations.flatMap(({ parts }) => parts.map(({ key }) => key)))
    for (const key of keys) support.set(key, (support.get(key) ?? 0) + 1)
  }
  const supportOf = ({ parts }: Explanation): number =>
    Math.min(...parts.map(({ key }) => support.get(key) ?? 0))
  return calls.map(({ explanations }) => {
    let best: { explanation: Explanation; score: number } | undefined
    for (const explanation of explanations) {
      const count = supportOf(explanation)
      if (count < explanation.needs) continue
      // Half for each thing assumed, compared as integers.
      const score = count * 2 ** (12 - Math.min(12, explanation.assumed))
      const isBetter =
        best === undefined ||
        score > best.score ||
        (score === best.score && compareKeys(explanation, best.explanation) < 0)
      if (isBetter) best = { explanation, score }
    }
    return best?.explanation
  })
}

function compareKeys(left: Explanation, right: Explanation): number {
  if (left.assumed !== right.assumed) return left.assumed - right.assumed
  const [a, b] = [left, right].map(({ parts }) => parts.map(({ key }) => key).join('\n'))
  return (a ?? '') < (b ?? '') ? -1 : 1
}
