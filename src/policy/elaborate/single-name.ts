import type * as syntax from '../../language/syntax.ts'

/** The name that an expression is, when it is nothing but one name. */
export function singleName(node: syntax.Expression): syntax.Name | undefined {
  if (node.kind === 'group') return singleName(node.inner)
  if (node.kind !== 'reference' || node.arguments !== undefined) return undefined
  return node.path.names.length === 1 ? node.path.names[0] : undefined
}
