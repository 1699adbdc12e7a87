import type { Policy } from '../policy/core.ts'
import type { RecordedSession } from '../trace/session.ts'

/**
 * Phrase lists of a policy that an import of this session could have counted and did not. A log that
 * keeps no words at all has nothing to count.
 */
export function uncountedPhrases(policy: Policy, { header }: RecordedSession): readonly string[] {
  const { withheld, phraseLists = [] } = header ?? {}
  if (withheld?.visible === true && withheld.thinking === true) return []
  return policy.phraseLists.filter(({ digest }) => !phraseLists.includes(digest)).map(({ name }) => name)
}
