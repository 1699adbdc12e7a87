import type { Policy } from '../../policy/core.ts'
import { canonicalText } from '../../policy/digest.ts'

/**
 * Whether two policies are written alike, name by name in order of declaration. A word that happens
 * to be spelt like a name may hide a difference: say it only of what is known to decide alike.
 */
export function isSameButForNames(one: Policy, other: Policy): boolean {
  return nameless(one) === nameless(other)
}

function nameless(policy: Policy): string {
  const { name: _, tests: _tests, ...rest } = policy
  const names = new Map<string, string>()
  for (const [kind, all] of Object.entries(declarations(policy))) {
    for (const [index, name] of all.entries()) if (!names.has(name)) names.set(name, `§ ${kind} ${index}`)
  }
  const without = (value: unknown): unknown => {
    if (typeof value === 'string') return names.get(value) ?? value
    if (Array.isArray(value)) return value.map(without)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'location').map(([key, each]) => [key, without(each)]))
  }
  return canonicalText(without(rest))
}

/** What an author may call as they like, in order. */
function declarations(policy: Policy): { readonly [kind: string]: readonly string[] } {
  const { start, turn, call } = policy.blocks
  const of = (all: readonly { readonly name: string }[]): readonly string[] => all.map(({ name }) => name)
  const rules = [...new Set([start, turn, call])].flatMap((block) =>
    block === undefined ? [] : [...of(block.rules), block.otherwise.name],
  )
  return {
    signal: of(policy.signals),
    setting: of(policy.settings),
    rule: rules.filter((name) => name !== 'otherwise'),
    state: of(policy.memories),
    filter: of(policy.filters),
    hide: of(policy.hides),
    pool: of(policy.pools),
    phrases: of(policy.phraseLists),
    hours: of(policy.hours),
    scorer: of(policy.scorers),
    ladder: of(policy.ladders),
    profile: of(policy.profiles),
    assumption: of(policy.assumptions),
    claim: [...of(policy.invariants), ...of(policy.expectations)],
  }
}
