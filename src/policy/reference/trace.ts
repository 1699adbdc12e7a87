import type { Explanation } from '../decision.ts'

/** Writes down what the evaluator does while it does it, as the tree that `explain` shows. */
export interface Trace {
  open(label: string): void
  /** Closes the innermost open node; `undefined`: it has no value of its own. */
  close(value?: string): void
  leaf(label: string, value?: string): void
}

interface Node {
  readonly label: string
  value: string | undefined
  readonly children: Node[]
}

/** A trace and the tree that it has grown. */
export function tracing(label: string): { readonly trace: Trace; readonly tree: () => Explanation } {
  const root: Node = { label, value: undefined, children: [] }
  const open: Node[] = [root]
  const add = (child: Node): Node => {
    open.at(-1)?.children.push(child)
    return child
  }
  return {
    trace: {
      open: (name) => {
        open.push(add({ label: name, value: undefined, children: [] }))
      },
      close: (value) => {
        const node = open.length > 1 ? open.pop() : undefined
        if (node !== undefined) node.value = value
      },
      leaf: (name, value) => {
        add({ label: name, value, children: [] })
      },
    },
    tree: () => root,
  }
}

/** Runs `act` inside a node that takes its value from what comes out. */
export function traced<T>(
  trace: Trace | undefined,
  label: () => string,
  show: (result: T) => string | undefined,
  act: () => T,
): T {
  if (trace === undefined) return act()
  trace.open(label())
  const result = act()
  trace.close(show(result))
  return result
}
