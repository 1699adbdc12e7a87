import type { Policy } from '../policy/core.ts'
import type { Check } from './accept.ts'

/** Models whose own lines fall back to each other in a circle: A to B, B to A. */
export const checkFallbackCircles: Check = (policy, accept) => {
  const reported = new Set<string>()
  for (const { scope, location } of policy.serving) {
    if (scope.kind !== 'model' || reported.has(scope.model)) continue
    const circle = circleFrom(policy, scope.model)
    if (circle === undefined) continue
    for (const model of circle) reported.add(model)
    const way = [...circle, scope.model].map((model) => `\`${model}\``).join(' to ')
    accept('RT0327', location, `the fallbacks go in a circle: ${way}`, {
      help: 'a call tries the fallbacks of the model that was chosen, and no fallback of theirs; name all that it may try',
    })
  }
}

/** The shortest way back to a model; a model that names itself is reported as that. */
function circleFrom(policy: Policy, start: string): readonly string[] | undefined {
  const ways: (readonly string[])[] = [[start]]
  const seen = new Set<string>()
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    for (const next of ownFallbacks(policy, way.at(-1) ?? start)) {
      if (next === start && way.length > 1) return way
      if (next === start || seen.has(next)) continue
      seen.add(next)
      ways.push([...way, next])
    }
  }
  return undefined
}

function ownFallbacks({ serving }: Policy, model: string): readonly string[] {
  return serving.flatMap(({ scope, lines }) =>
    scope.kind === 'model' && scope.model === model ? (lines.fallbacks ?? []).flatMap(({ to }) => to) : [],
  )
}
