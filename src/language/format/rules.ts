import { expressionText, pathText } from './expression.ts'
import { block, condition, endsInComment, hasComment, indented, lineWidth, unit } from './layout.ts'
import type { Layout, Lines } from './layout.ts'
import type * as tree from '../syntax.ts'

const ruleRoom = lineWidth - 4

/** `on start, turn { … }`: a blank line between rules. */
export function blockLines(
  layout: Layout,
  { moments, rules, otherwise, span }: tree.BlockDeclaration,
): Lines {
  const head = `on ${moments.map((found) => found.moment).join(', ')}`
  const all: (tree.Rule | tree.Otherwise)[] =
    otherwise === undefined ? [...rules] : [...rules, otherwise]
  return block(
    layout,
    head,
    all,
    span.end - 1,
    (line) => (line.kind === 'rule' ? ruleLines(layout, line) : otherwiseLines(layout, line)),
    { apart: () => true },
  )
}

function ruleLines(layout: Layout, { name, guard, actions }: tree.Rule): Lines {
  const lines = [`rule ${name.text}:`]
  if (guard !== undefined) {
    lines.push(
      ...indented(unit(layout, guard.span, () => condition(layout, 'when ', guard, ruleRoom))),
    )
  }
  const span = { start: actions[0]?.span.start ?? 0, end: actions.at(-1)?.span.end ?? 0 }
  const head = guard === undefined ? '' : 'then '
  lines.push(...indented(unit(layout, span, () => actionLines(layout, head, actions, ruleRoom))))
  return lines
}

/** One line when it fits, except that a `choose` and what follows it always stands on its own lines. */
function otherwiseLines(layout: Layout, { name, actions, span }: tree.Otherwise): Lines {
  const head = name === undefined ? 'otherwise' : `otherwise ${name.text}:`
  const line = `${head} ${actions.map(actionText).join(', ')}`
  const single = actions.length === 1 ? actions[0] : undefined
  const isLadder = single?.kind === 'choose' && single.else !== undefined
  if (!isLadder && line.length <= lineWidth - 2 && !hasComment(layout, span)) return [line]
  const inner = { start: actions[0]?.span.start ?? 0, end: span.end }
  return [
    head,
    ...indented(
      unit(layout, inner, () => {
        if (single === undefined || !isChoice(single))
          return actionLines(layout, '', actions, ruleRoom)
        return choiceLines(layout, forCall(single), single, ruleRoom, '', true)
      }),
    ),
  ]
}

function actionLines(
  layout: Layout,
  head: string,
  actions: readonly tree.Action[],
  room: number,
): string[] {
  const line = head + actions.map(actionText).join(', ')
  if (line.length <= room) return [line]
  const lines: string[] = []
  for (const [index, action] of actions.entries()) {
    const start = index === 0 ? head : '  '
    const last = index === actions.length - 1
    if (!last || !isChoice(action)) {
      lines.push(start + actionText(action) + (last ? '' : ','))
      continue
    }
    lines.push(...choiceLines(layout, start + forCall(action), action, room, '  ', false))
  }
  return lines
}

function forCall(action: tree.Action): string {
  return isChoice(action) && action.forThisCall === true ? 'for this call ' : ''
}

function isChoice(action: tree.Action): action is tree.Choice & { readonly forThisCall?: boolean } {
  switch (action.kind) {
    case 'use':
    case 'choose':
    case 'upgrade':
    case 'downgrade':
    case 'keep':
    case 'restart':
    case 'stop':
      return true
    default:
      return false
  }
}

/**
 * A choice that does not fit on one line. Each `else` of a `choose` begins a line; that of another
 * choice stays on its line while it fits, unless `ladder`. `indent` is that of the `else` lines.
 */
function choiceLines(
  layout: Layout,
  head: string,
  choice: tree.Choice,
  room: number,
  indent: string,
  ladder: boolean,
): string[] {
  const lines: string[] = []
  let current = head
  let next: tree.Choice | undefined = choice
  while (next !== undefined) {
    const own = choiceText(next)
    if (next.kind === 'choose' && (current + own).length > room && next.where !== undefined) {
      lines.push(...chooseLines(layout, current, next, room, indent))
    } else lines.push(current + own)
    const rest: tree.Choice | undefined = elseOf(next)
    const last = lines.at(-1) ?? ''
    if (rest !== undefined && next.kind !== 'choose' && !ladder) {
      const joined = `${last} else ${choiceText(rest)}`
      if (joined.length <= room) {
        lines.pop()
        current = `${last} else `
        next = rest
        continue
      }
    }
    current = `${indent}else `
    next = rest
  }
  return lines
}

/** `choose … from POOL`, its `where` below it. */
function chooseLines(
  layout: Layout,
  head: string,
  choose: tree.ChooseChoice,
  room: number,
  indent: string,
): string[] {
  const inner = `${indent}  `
  const where = choose.where
  const filter = where === undefined ? [] : condition(layout, 'where ', where, room - inner.length)
  const lines = [`${head}choose ${rankingText(choose.ranking)} from ${choose.pool.text}`]
  lines.push(...indented(filter, inner))
  if (choose.with === undefined) return lines
  const profile = `with ${choose.with.text}`
  // Behind a comment it would be part of it.
  return endsInComment(layout, filter)
    ? [...lines, inner + profile]
    : [...lines.slice(0, -1), `${lines.at(-1) ?? ''} ${profile}`]
}

function elseOf(choice: tree.Choice): tree.Choice | undefined {
  return 'else' in choice ? choice.else : undefined
}

/** A choice without its `else`. */
function choiceText(choice: tree.Choice): string {
  switch (choice.kind) {
    case 'use': {
      let text = `use ${pathText(choice.model)}`
      if (choice.at !== undefined) text += ` at ${choice.at.text}`
      if (choice.with !== undefined) text += ` with ${choice.with.text}`
      return text
    }
    case 'choose': {
      let text = `choose ${rankingText(choice.ranking)} from ${choice.pool.text}`
      if (choice.where !== undefined) text += ` where ${expressionText(choice.where)}`
      if (choice.with !== undefined) text += ` with ${choice.with.text}`
      return text
    }
    case 'upgrade':
      return `upgrade ${choice.to.kind === 'model' ? 'to' : 'via'} ${choice.to.name.text}`
    case 'downgrade':
      return `downgrade to ${choice.to.text}`
    case 'keep':
    case 'restart':
      return choice.kind
    case 'stop':
      return `stop ${choice.reason.raw}`
  }
}

function rankingText(ranking: tree.Ranking): string {
  switch (ranking.kind) {
    case 'cheapest':
      return ranking.by === undefined ? 'cheapest' : `cheapest by ${ranking.by}`
    case 'first':
      return 'first'
    case 'weighted':
      return `weighted per ${ranking.per}`
    case 'highest':
    case 'lowest':
      return `${ranking.kind} ${expressionText(ranking.value)}`
  }
}

/** An action on one line, every `else` included. */
function actionText(action: tree.Action): string {
  if (isChoice(action)) {
    let text = forCall(action) + choiceText(action)
    for (let rest = elseOf(action); rest !== undefined; rest = elseOf(rest)) {
      text += ` else ${choiceText(rest)}`
    }
    return text
  }
  switch (action.kind) {
    case 'remind':
    case 'alert':
      return `${action.kind} ${action.text.raw}`
    case 'set':
    case 'reset':
    case 'pin':
    case 'release':
      return `${action.kind} ${action.name.text}`
    case 'add':
      return `add ${action.count.raw} to ${action.name.text}`
    case 'raise':
      return `raise ${action.name.text} to ${expressionText(action.value)}`
  }
}
