import type { Check } from './accept.ts'

/** A model that falls back to itself: the same error is waited for again. */
export const checkSelfFallbacks: Check = (policy, accept) => {
  for (const { scope, lines, location } of policy.serving) {
    if (scope.kind !== 'model') continue
    const { model } = scope
    if (lines.fallbacks?.some((fallback) => fallback.to.includes(model)) !== true) continue
    accept('RT0322', location, `\`${model}\` falls back to itself`, {
      help: 'another host of the same model is `failover`; `fallback` names other models',
    })
  }
}
