import type { Explanation } from '../policy/decision.ts'
import { escapeTerminal } from './escape.ts'
import { plainStyle, type Style } from './style.ts'

/** One decision as a tree, one node a line: what was asked, and the value that it had. */
export function explainLines(tree: Explanation, style: Style = plainStyle): string[] {
  return [node(tree, style), ...branches(tree.children, '', style)]
}

function branches(children: readonly Explanation[], indent: string, style: Style): string[] {
  return children.flatMap((child, at) => {
    const last = at === children.length - 1
    return [
      style.dim(`${indent}${last ? '└─ ' : '├─ '}`) + node(child, style),
      ...branches(child.children, `${indent}${last ? '   ' : '│  '}`, style),
    ]
  })
}

function node({ label, value }: Explanation, style: Style): string {
  const name = escapeTerminal(label)
  if (value === undefined) return name
  return `${name}: ${colourOf(value, style)(escapeTerminal(value))}`
}

function colourOf(value: string, style: Style): (text: string) => string {
  switch (value) {
    case 'true':
      return style.good
    case 'false':
      return style.dim
    case 'unknown':
      return style.warn
    default:
      return style.strong
  }
}
