import type { CountQuery, Policy } from '../policy/core.ts'

/** The largest value a count can have; `undefined` where nothing bounds it. */
export function largestCount(policy: Policy, { what, window }: CountQuery): number | undefined {
  if (what.kind === 'phrases') {
    const phrases = policy.phraseLists.find((list) => list.name === what.list)?.phrases.length ?? 0
    if (what.how === 'occurrences') return phrases === 0 ? 0 : undefined
    if (what.how === 'distinct') return phrases
    // A call or a turn holds any number of messages.
    if (window.kind === 'this' || !(window.scope === 'tools' || window.scope.endsWith('messages'))) return undefined
    return what.how === 'messages' ? window.count : window.count * phrases
  }
  if (window.kind === 'this') return undefined
  const fits = what.kind === 'errors' ? window.scope === 'calls' : window.scope === 'tools'
  return fits ? window.count : undefined
}
