import type { DiagramSpace } from '../../check/diagram/diagram-space.ts'
import { inputOf } from '../../check/diagram/inputs.ts'
import type { Input } from '../../check/diagram/inputs.ts'
import { yes } from '../../check/diagram/leaves.ts'
import type { Situation } from '../../check/diagram/situation.ts'
import type { Diagram } from '../../check/diagram/store.ts'
import type { Cell, Variable } from '../../check/diagram/variables.ts'
import type { Policy } from '../../policy/core.ts'
import { dayOf } from '../../policy/catalogue-queries.ts'
import { candidatesOf } from '../../policy/reference/candidates.ts'
import { newNotes } from '../../policy/reference/scope.ts'
import type { Reading } from '../../policy/decision.ts'
import { entryOf } from '../../policy/entries.ts'
import {
  calledTool,
  countOf,
  factOf,
  memoryOf,
  requestMapOf,
  sinceOf,
  verdictLabelOf,
  verdictOf,
  verdictScoreOf,
} from '../../policy/facts.ts'

function standingOf(
  { kind, model }: Extract<Input, { readonly kind: 'allowed' | 'candidate' }>,
  policy: Policy,
  { state, input, world }: Situation,
): boolean {
  const scope = {
    policy, state, input, world, it: undefined, eligible: undefined, claims: [], notes: newNotes(), trace: undefined,
  }
  const found = candidatesOf(scope).of(model)
  return kind === 'allowed' ? found.allowed : found.candidate
}

/**
 * Whether a call lies in a region; `undefined`: that rests on what only the policies themselves tell.
 * `policy` knows the words of both, `decides` is one of the two.
 */
export function liesIn(
  space: DiagramSpace,
  region: Diagram,
  policy: Policy,
  decides: Policy,
  call: Situation,
): boolean | undefined {
  const { store, variables } = space
  const known = new Map<Diagram, boolean | undefined>()
  const at = (diagram: Diagram): boolean | undefined => {
    const leaf = store.leafOf(diagram)
    if (leaf !== undefined) return leaf === yes
    if (known.has(diagram)) return known.get(diagram)
    const level = store.levelOf(diagram)
    const variable = variables.all[level]
    const cells = variable === undefined ? [] : variables.cellsOf(variable)
    const cell = variable === undefined ? undefined : cellOf(variable, cells, policy, decides, call)
    const found = cell === undefined
      ? agreed(cells.map((_, index) => at(store.child(diagram, level, index))))
      : at(store.child(diagram, level, cell))
    known.set(diagram, found)
    return found
  }
  return at(region)
}

function agreed(answers: readonly (boolean | undefined)[]): boolean | undefined {
  const [first] = answers
  return answers.every((each) => each === first) ? first : undefined
}

function cellOf(variable: Variable, cells: readonly Cell[], policy: Policy, decides: Policy, call: Situation): number | undefined {
  const read = readingOf(variable, policy, decides, call)
  if (read === undefined) return undefined
  const { reading } = read
  const found = cells.findIndex((cell) => {
    switch (cell.kind) {
      case 'unknown':
        return reading === undefined
      case 'none':
        return reading === null
      case 'value':
        return cell.value === reading
      case 'text':
        return false
      case 'range': {
        if (typeof reading !== 'number' && typeof reading !== 'bigint') return false
        // Cells are cut at whole numbers.
        const floor = typeof reading === 'bigint' ? reading : BigInt(Math.floor(reading))
        return (cell.low === undefined || floor >= cell.low) && (cell.high === undefined || floor < cell.high)
      }
    }
  })
  return found < 0 ? undefined : found
}

/** `undefined`: nothing but the policies tells it. */
function readingOf(variable: Variable, policy: Policy, decides: Policy, { state, input, world }: Situation): { readonly reading: Reading } | undefined {
  const source = inputOf(variable)
  switch (source.kind) {
    case 'current':
      return { reading: state.choice?.model ?? null }
    case 'fact':
      return { reading: factOf(policy, state, input, source.fact) }
    case 'request-map':
      return { reading: requestMapOf(state, source.map, source.key) }
    case 'count':
      return { reading: countOf(policy, state, input, source.query) }
    case 'since':
      return { reading: sinceOf(state, input, source.query) }
    case 'memory':
      return { reading: memoryOf(policy, state, input, source.memory) }
    case 'status':
      return { reading: verdictOf(input, source.classifier)?.status ?? 'missing' }
    case 'label':
      return { reading: verdictLabelOf(input, source.classifier) }
    case 'score':
      return { reading: verdictScoreOf(policy, input, source.classifier, source.model) }
    case 'called':
      return { reading: calledTool(state, source.tool) }
    case 'used':
      return { reading: entryOf(input.given.usedMillionths, source.budget) ?? world.usedMillionths(source.budget) ?? 0 }
    case 'day':
      return { reading: input.nowMicros === undefined ? undefined : dayOf(input.nowMicros) }
    case 'member':
      return source.list === 'org.blocked' || source.list === 'org.ignored'
        ? { reading: state.organisation[source.list === 'org.blocked' ? 'blocked' : 'ignored'].includes(source.item) }
        : undefined
    case 'allowed':
    case 'candidate':
      return { reading: standingOf(source, decides, { state, input, world }) }
    case 'out':
    case 'bucket':
    case 'benefit':
    case 'switch-cost':
    case 'opaque':
      return undefined
  }
}
