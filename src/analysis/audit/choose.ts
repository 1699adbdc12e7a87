import type { Explanation } from './cause.ts'

/** Fewer calls than one in so many may fit a cause by chance, unless it is a list of the model itself. */
const chanceShare = 200

/**
 * Of the ways to explain each call of a group the one that explains most with least: a call is
 * explained by what many others share, and a number that had to be solved for counts for less than
 * a card as it stands. `undefined`: nothing that holds explains it. `support` counts the calls by
 * what explains them; these calls are added to those before. Calls with the same tokens are one
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
    const keys = new Set(explanations.map(explanationKey))
    for (const key of keys) support.set(key, (support.get(key) ?? 0) + 1)
  }
  return calls.map(({ explanations }) => {
    let best: { explanation: Explanation; score: number } | undefined
    for (const explanation of explanations) {
      const count = support.get(explanationKey(explanation)) ?? 0
      const least = explanation.assumed > 0 ? Math.ceil(heard.size / chanceShare) : 0
      if (count < explanation.needs || count < least) continue
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
  return explanationKey(left) < explanationKey(right) ? -1 : 1
}

/** Two causes at once are another explanation than either of them. */
export function explanationKey({ parts }: Explanation): string {
  return parts.map(({ key }) => key).join('\n')
}
