import {
  amountText,
  lifetimeText,
  namesText,
  pathText,
  signedText,
  expressionText,
} from './expression.ts'
import { providerLine, modelLine } from './catalogue.ts'
import {
  block,
  bracketed,
  condition,
  hasChainComment,
  hasComment,
  indented,
  lineWidth,
  listSpan,
  nameList,
  sequence,
  unit,
} from './layout.ts'
import { blockLines } from './rules.ts'
import { serveLines } from './serving.ts'
import { testLines } from './tests.ts'
import type { Layout, Lines } from './layout.ts'
import type * as tree from '../syntax.ts'

/** The lines of one declaration. */
export function declarationLines(layout: Layout, declaration: tree.Declaration): Lines {
  switch (declaration.kind) {
    case 'scale':
      return nameList(
        layout,
        `scale ${declaration.name.text} = `,
        declaration.words,
        declaration.span,
      )
    case 'provider':
      return block(
        layout,
        `${declaration.override ? 'override ' : ''}provider ${declaration.name.text}`,
        declaration.lines,
        declaration.span.end - 1,
        (line) => providerLine(layout, line),
      )
    case 'model':
      return block(
        layout,
        `${declaration.override ? 'override ' : ''}model ${declaration.name.text}`,
        declaration.lines,
        declaration.span.end - 1,
        (line) => modelLine(layout, line),
      )
    case 'pool':
      return bracketed(
        layout,
        `pool ${declaration.name.text} = `,
        ['[', ']'],
        declaration.items,
        listSpan(layout, declaration.span),
        (item) => item.model.text + (item.weight === undefined ? '' : ` weight ${item.weight.raw}`),
        lineWidth,
      )
    case 'phrases':
      return bracketed(
        layout,
        `phrases ${declaration.name.text} = `,
        ['[', ']'],
        declaration.phrases,
        listSpan(layout, declaration.span),
        (phrase) => (phrase.word ? 'word ' : '') + phrase.text.raw,
        lineWidth,
      )
    case 'setting':
      return [settingText(declaration)]
    case 'signal':
      return signalLines(layout, declaration)
    case 'hours':
      return [hoursText(declaration)]
    case 'classifier':
      return block(
        layout,
        `classifier ${declaration.name.text}`,
        declaration.lines,
        declaration.span.end - 1,
        (line) => classifierLine(layout, line),
      )
    case 'scorer':
      return block(
        layout,
        `scorer ${declaration.name.text}`,
        declaration.lines,
        declaration.span.end - 1,
        (line) => scorerLine(layout, line),
      )
    case 'ladder':
      return block(
        layout,
        `ladder ${declaration.name.text}${declaration.mayDescend ? ' may descend' : ''}`,
        declaration.climbs,
        declaration.span.end - 1,
        (climb) => [climbText(climb.steps)],
      )
    case 'state':
      return block(layout, 'state', declaration.memories, declaration.span.end - 1, (memory) => [
        memoryText(memory),
      ])
    case 'filter':
      return filterLines(layout, declaration)
    case 'hide':
      return hideLines(layout, declaration)
    case 'unchecked':
      return nameList(layout, 'unchecked ', declaration.filters, declaration.span)
    case 'block':
      return blockLines(layout, declaration)
    case 'serve':
    case 'profile':
      return serveLines(layout, declaration)
    case 'switch':
      return block(layout, 'switch', declaration.lines, declaration.span.end - 1, (line) => [
        switchText(line),
      ])
    case 'budget':
      return block(
        layout,
        `budget ${declaration.name.text}`,
        declaration.lines,
        declaration.span.end - 1,
        (line) => [budgetText(line)],
      )
    case 'assume':
      return [`assume ${declaration.name.text}: ${assumptionText(declaration.assumption)}`]
    case 'invariant':
      return invariantLines(layout, declaration)
    case 'expect':
      return expectLines(layout, declaration)
    case 'test':
      return testLines(layout, declaration)
  }
}

function settingText({ name, value, range }: tree.SettingDeclaration): string {
  const text = `setting ${name.text} = ${expressionText(value)}`
  if (range === undefined) return text
  return `${text} from ${expressionText(range.from)} to ${expressionText(range.to)}`
}

function signalLines(layout: Layout, { name, value }: tree.SignalDeclaration): Lines {
  const head = `signal ${name.text} =`
  if (value.kind !== 'cases') {
    return claimLines(layout, head, name, value)
  }
  const lines = sequence(layout, value.cases, value.otherwise.span.start, (found) => {
    const line = `when ${expressionText(found.guard)} then ${expressionText(found.value)}`
    if (line.length <= lineWidth - 2 && !hasChainComment(layout, found.guard)) return [line]
    const guard = condition(layout, 'when ', found.guard, lineWidth - 2)
    return [...guard, `  then ${expressionText(found.value)}`]
  })
  const rest = unit(layout, value.otherwise.span, () =>
    condition(layout, 'otherwise ', value.otherwise, lineWidth - 2),
  )
  return [head, ...indented([...lines, ...rest])]
}

/** `head expression`; too long, the expression on lines of its own, one part of a chain a line. */
function expectLines(layout: Layout, { name, condition: claim, assuming, span: whole }: tree.ExpectDeclaration): Lines {
  const lines = claimLines(layout, `expect ${name.text}:`, name, claim)
  const [first] = assuming
  if (first === undefined) return lines
  const tail = `assuming ${assuming.length === 1 ? first.text : namesText(assuming)}`
  // Up to the bracket that closes the names, where there is one.
  const span = { start: claim.span.end, end: whole.end }
  const [only] = lines
  if (only !== undefined && lines.length === 1 && !hasComment(layout, span)) {
    const line = `${only} ${tail}`
    if (line.length <= lineWidth) return [line]
  }
  return [...lines, ...indented(unit(layout, { start: first.span.start, end: whole.end }, () => [tail]))]
}

function claimLines(
  layout: Layout,
  head: string,
  name: tree.Name,
  expression: tree.Expression,
): Lines {
  const line = `${head} ${expressionText(expression)}`
  if (expression.kind !== 'logical') return [line]
  const inside = { start: name.span.end, end: expression.span.end }
  if (line.length <= lineWidth && !hasComment(layout, inside)) return [line]
  const lines = expression.operands.flatMap((operand, index) =>
    unit(layout, operand.span, () => [
      (index === 0 ? '' : `${expression.operator} `) + expressionText(operand),
    ]),
  )
  return [head, ...indented(lines)]
}

function hoursText({ name, days, from, to, zone }: tree.HoursDeclaration): string {
  const listed = days === undefined ? '' : `${namesText(days)} `
  return `hours ${name.text} = ${listed}${from.raw} to ${to.raw} in ${zone.raw}`
}

function classifierLine(layout: Layout, line: tree.ClassifierLine): Lines {
  switch (line.kind) {
    case 'model':
    case 'scores':
    case 'labels':
      return [`${line.kind} ${line.value.text}`]
    case 'timeout':
    case 'typical-latency':
      return [`${line.kind} ${line.duration.raw}`]
    case 'max-output':
    case 'prompt':
    case 'typical-output':
      return [`${line.kind} ${amountText(line.amount)}`]
    case 'window': {
      const text = `window ${amountText(line.amount)}`
      if (line.head === undefined || line.tail === undefined) return [text]
      return [`${text} head ${amountText(line.head)} tail ${amountText(line.tail)}`]
    }
    case 'reads':
      return bracketed(
        layout,
        'reads ',
        ['[', ']'],
        line.readings,
        listSpan(layout, line.span),
        (read) =>
          read.kind === 'path' ? pathText(read) : `last ${read.count.raw} ${read.scope.text}`,
        lineWidth - 2,
      )
    case 'guidance':
      return [`guidance ${line.text.raw}`]
    case 'card':
      return block(layout, `card ${line.model.text}`, line.tasks, line.span.end - 1, (task) => [
        `${task.task.raw} ${task.score.raw}`,
      ])
  }
}

function scorerLine(layout: Layout, line: tree.ScorerLine): Lines {
  switch (line.kind) {
    case 'weight':
      return [`weight ${signedText(line.weight)} ${pathText(line.signal)}`]
    case 'offset':
      return [`offset ${line.model.text} ${signedText(line.value)}`]
    case 'bands':
      return block(layout, `bands ${line.scale.text}`, line.bands, line.span.end - 1, (band) => [
        `${band.word.text} ${band.below === undefined ? 'otherwise' : `below ${signedText(band.below)}`}`,
      ])
  }
}

function climbText(steps: readonly (readonly tree.Name[])[]): string {
  return steps
    .map((step) => (step.length === 1 && step[0] !== undefined ? step[0].text : namesText(step)))
    .join(' -> ')
}

function memoryText(memory: tree.Memory): string {
  const kept = memory.perChoice ? ' per choice' : ''
  const head = `${memory.kind} ${memory.name.text}`
  switch (memory.kind) {
    case 'latch':
      return head + kept
    case 'counter':
    case 'streak':
      return `${head} up to ${memory.upTo.raw}${kept}`
    case 'pin':
      return `${head}${lifetimeText(memory.lifetime)}${kept}`
    case 'level':
      return `${head} on ${memory.scale.text}${lifetimeText(memory.lifetime)}${kept}`
  }
}

function filterLines(layout: Layout, filter: tree.FilterDeclaration): Lines {
  const head = `${filter.effect} ${filter.name.text}: ${filter.subject}`
  const when = filter.when === undefined ? '' : ` when ${expressionText(filter.when)}`
  const line = `${head} where ${expressionText(filter.where)}${when}`
  if (line.length <= lineWidth && !hasComment(layout, filter.span)) return [line]
  const lines = unit(layout, filter.where.span, () =>
    condition(layout, 'where ', filter.where, lineWidth - 2),
  )
  const guard = filter.when
  if (guard !== undefined) {
    lines.push(...unit(layout, guard.span, () => condition(layout, 'when ', guard, lineWidth - 2)))
  }
  return [head, ...indented(lines)]
}

function hideLines(layout: Layout, { name, tool, when, span }: tree.HideDeclaration): Lines {
  const head = `hide ${name.text}: tool ${tool.raw}`
  const line = `${head} when ${expressionText(when)}`
  if (line.length <= lineWidth && !hasComment(layout, span)) return [line]
  return [
    head,
    ...indented(unit(layout, when.span, () => condition(layout, 'when ', when, lineWidth - 2))),
  ]
}

function switchText(line: tree.SwitchLine): string {
  if (line.kind === 'session') return `${line.session} session ${line.change}`
  const change = line.compactTo === undefined ? 'keep context' : `compact to ${line.compactTo.raw}`
  return `${line.which} ${line.of} ${change}`
}

function budgetText(line: tree.BudgetLine): string {
  switch (line.kind) {
    case 'limit':
      return `limit ${line.money.raw} per ${line.per.text}`
    case 'scope':
      return `scope ${line.value.text}`
    case 'window':
      return line.calendarIn === undefined
        ? 'window first-spend'
        : `window calendar in ${line.calendarIn.raw}${line.weeksFrom === undefined ? '' : ` weeks from ${line.weeksFrom.text}`}`
    case 'at':
      return `at ${line.share.raw} then ${budgetActionText(line.action)}`
  }
}

function budgetActionText(action: tree.BudgetAction): string {
  switch (action.kind) {
    case 'alert':
    case 'stop':
      return `${action.kind} ${action.text.raw}`
    case 'deny-upgrades':
      return 'deny upgrades'
    case 'only':
      return `only ${action.pool.text}`
  }
}

function assumptionText(found: tree.Assumption): string {
  switch (found.kind) {
    case 'reminder':
      return `reminder followed within ${found.within.raw} ${found.of}`
    case 'verbosity':
    case 'steps': {
      const range =
        found.range === undefined ? '' : ` (${found.range.from.raw} to ${found.range.to.raw})`
      return `${found.kind} ${found.from.text} -> ${found.to.text} ${found.factor.raw}${range}`
    }
    case 'compaction':
      return `compaction keeps ${found.keeps.raw}`
    case 'classifier':
      return `classifier ${found.classifier.text} wrong in ${found.wrong.raw} of verdicts`
    case 'success':
      return `success worth ${found.worth.raw}`
  }
}

function invariantLines(layout: Layout, declaration: tree.InvariantDeclaration): Lines {
  const { name, when, mode } = declaration
  const head = `invariant ${name.text}:`
  if (when === undefined) return claimLines(layout, `${head} ${mode}`, name, declaration.condition)
  const guard = `when ${expressionText(when)}`
  const claim = `then ${mode} ${expressionText(declaration.condition)}`
  const fits = (line: string): boolean => line.length <= lineWidth
  const plain = !hasComment(layout, declaration.span)
  if (plain && fits(`${head} ${guard} ${claim}`)) return [`${head} ${guard} ${claim}`]
  const short = plain && fits(`${head} ${guard}`)
  const opening = short
    ? [`${head} ${guard}`]
    : [
        head,
        ...indented(unit(layout, when.span, () => condition(layout, 'when ', when, lineWidth - 2))),
      ]
  const claimed = unit(layout, declaration.condition.span, () =>
    condition(layout, `then ${mode} `, declaration.condition, lineWidth - 2),
  )
  return [...opening, ...indented(claimed)]
}
