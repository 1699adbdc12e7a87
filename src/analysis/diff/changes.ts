import type { Policy } from '../../policy/core.ts'
import type { NamedChange } from './meaning.ts'

export function namedChanges(older: Policy, newer: Policy): readonly NamedChange[] {
  void older
  void newer
  return []
}
