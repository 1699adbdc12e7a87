import { factText, factsText, outcomeHead, outcomeText } from './expression.ts'
import { block, bracketed, condition, hasComment, indented, lineWidth } from './layout.ts'
import type { Layout, Lines } from './layout.ts'
import type { Span } from '../source.ts'
import type * as tree from '../syntax.ts'

/** `test "…" { steps }` */
export function testLines(layout: Layout, { title, steps, span }: tree.TestDeclaration): Lines {
  return block(layout, `test ${title.raw}`, steps, span.end - 1, (step) =>
    stepLines(layout, step, lineWidth - 2),
  )
}

function stepLines(layout: Layout, step: tree.Step, room: number): Lines {
  switch (step.kind) {
    case 'given':
      return factsLines(layout, 'given ', step.facts, step.span, room)
    case 'user':
      return askedLines(layout, `user ${step.text.raw}`, step, room)
    case 'call':
      return askedLines(layout, 'call', step, room)
    case 'assistant':
    case 'thinking':
      return [`${step.kind} ${step.text.raw}`]
    case 'tool': {
      const head = `tool ${step.name.raw}`
      const ends = `${step.failed ? ' failed' : ''}${step.result === undefined ? '' : ` result ${step.result.raw}`}`
      if (step.arguments === undefined) return [head + ends]
      const span = factsSpan(layout, step.arguments, step.name.span.end)
      const lines = factsLines(layout, `${head} `, step.arguments, span, room - ends.length)
      return [...lines.slice(0, -1), `${lines.at(-1) ?? ''}${ends}`]
    }
    case 'wait':
      return [`wait ${step.duration.raw}`]
    case 'fault':
      return [faultText(step)]
    case 'repeat':
      return block(
        layout,
        `repeat ${step.times.raw} times`,
        step.steps,
        step.span.end - 1,
        (inner) => stepLines(layout, inner, room - 2),
      )
    case 'each':
      return block(layout, 'each', step.rows, step.span.end - 1, (row) =>
        rowLines(layout, row, room - 2),
      )
    case 'recorded':
      return recordedLines(layout, step, room)
    case 'check':
      return condition(layout, 'check ', step.condition, room)
  }
}

function rowLines(layout: Layout, row: tree.Row, room: number): Lines {
  if (row.kind !== 'case') return stepLines(layout, row, room)
  return block(layout, `case ${row.title.raw}`, row.steps, row.span.end - 1, (step) =>
    stepLines(layout, step, room - 2),
  )
}

function recordedLines(
  layout: Layout,
  { path, session, calls, outcome }: Extract<tree.Step, { kind: 'recorded' }>,
  room: number,
): Lines {
  const range = calls === undefined ? '' : ` calls ${calls.from.raw} to ${calls.to.raw}`
  const head = `recorded ${path.raw} session ${session.raw}${range}`
  if (outcome === undefined) return [head]
  const line = `${head} ${outcomeText(outcome)}`
  if (line.length <= room) return [line]
  return [head, ...indented(outcomeLines(layout, outcome, room - 2))]
}

/** From the opening brace to the one that closes facts; comments behind the last fact included. */
function factsSpan(layout: Layout, facts: readonly tree.Fact[], start: number): Span {
  let end = facts.at(-1)?.span.end ?? start
  for (;;) {
    const comment = layout.comments.find((found) => found.span.start >= end)
    const brace = layout.text.indexOf('}', end)
    if (brace < 0) return { start, end }
    if (comment === undefined || comment.span.start > brace) return { start, end: brace + 1 }
    end = comment.span.end
  }
}

function factsLines(
  layout: Layout,
  head: string,
  facts: readonly tree.Fact[],
  span: Span,
  room: number,
): string[] {
  return bracketed(layout, head, ['{', '}'], facts, span, factText, room, (fact) => {
    const line = factText(fact)
    const value = fact.value
    const whole =
      value.kind !== 'facts' || (line.length <= room - 3 && !hasComment(layout, fact.span))
    if (whole) return [line]
    const name = fact.path.names.map((found) => found.text).join('.')
    return factsLines(layout, `${name} `, value.facts, value.span, room - 3)
  })
}

/** The outcome stays on the line while it fits, moves to its own line next, and facts break last. */
function askedLines(
  layout: Layout,
  head: string,
  step: Extract<tree.Step, { kind: 'user' | 'call' }>,
  room: number,
): Lines {
  const { with: facts, outcome } = step
  const arrow = outcome === undefined ? '' : ` ${outcomeText(outcome)}`
  if (facts === undefined) {
    const line = head + arrow
    if (outcome === undefined || line.length <= room) return [line]
    return [head, ...indented(outcomeLines(layout, outcome, room - 2))]
  }
  const span = factsSpan(layout, facts, step.kind === 'user' ? step.text.span.end : step.span.start)
  const whole = `${head} with ${factsText(facts)}`
  if (!hasComment(layout, span)) {
    if ((whole + arrow).length <= room) return [whole + arrow]
    if (whole.length <= room && outcome !== undefined) {
      return [whole, ...indented(outcomeLines(layout, outcome, room - 2))]
    }
  }
  // Facts that would fit alone are broken by a comment; one too long for a line breaks itself.
  const lines = factsLines(layout, `${head} with `, facts, span, Math.min(room, whole.length - 1))
  if (outcome === undefined) return lines
  const last = `${lines.at(-1) ?? ''}${arrow}`
  if (last.length <= room) return [...lines.slice(0, -1), last]
  return [...lines, ...indented(outcomeLines(layout, outcome, room - 2))]
}

function outcomeLines(layout: Layout, outcome: tree.Outcome, room: number): string[] {
  const line = outcomeText(outcome)
  if (line.length <= room || outcome.where === undefined) return [line]
  return [outcomeHead(outcome), ...indented(condition(layout, 'where ', outcome.where, room - 2))]
}

function faultText(step: Extract<tree.Step, { kind: 'fault' }>): string {
  const failure = step.class.kind === 'name' ? step.class.text : step.class.raw
  let text = `fault ${step.host.text} ${failure}`
  if (step.model !== undefined) text += ` of ${step.model.text}`
  if (step.retryAfter !== undefined) text += ` retry-after ${step.retryAfter.raw}`
  if (step.lasts.kind === 'duration') return `${text} for ${step.lasts.duration.raw}`
  return `${text} for ${step.lasts.count.raw} calls`
}
