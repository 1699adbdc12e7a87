import type { Assumption, Policy } from './core.ts'

/** The sizes to which the policy's switches compact, in millionths of the prompt; empty: they never do. */
export function compactionsOf({ switching }: Policy): readonly number[] {
  const { sameProvider, otherProvider, sameFamily, otherFamily } = switching
  return [sameProvider, otherProvider, sameFamily, otherFamily].flatMap((to) => to?.millionths ?? [])
}

export function compacts(policy: Policy): boolean {
  return compactionsOf(policy).length > 0
}

/** Lines `assume NAME: compaction keeps N%` that say otherwise than some switch asks for. */
export function openSummaries(policy: Policy): readonly (Assumption & { readonly kind: 'compaction' })[] {
  const asked = compactionsOf(policy)
  return policy.assumptions.flatMap((each) =>
    each.kind === 'compaction' && asked.some((share) => share !== each.keepsMillionths) ? [each] : [],
  )
}
