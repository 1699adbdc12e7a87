import type * as syntax from '../../language/syntax.ts'
import type { Source } from '../../language/source.ts'
import type { Block, Choice, Effect, Filter, Hide, Moment, Policy, Rule } from '../core.ts'
import { elaborateChoice } from './choices.ts'
import { at, listed } from './context.ts'
import type { Context } from './context.ts'
import { elaborateCondition, elaborateExpression, snippet } from './expressions.ts'
import { word } from './core-words.ts'
import { reportUnknown } from './names.ts'
import type { Declared } from './names.ts'
import { describeType, comparable } from './types.ts'
import { wholeNumber } from './units.ts'

/** The `on …` blocks, each moment at most once. */
export function elaborateBlocks(context: Context, files: readonly syntax.File[]): Policy['blocks'] {
  const blocks: { start?: Block; turn?: Block; call?: Block } = {}
  const written = new Map<Moment, { readonly node: syntax.Node; readonly source: Source }>()
  for (const { source, declarations } of files) {
    for (const declaration of declarations) {
      if (declaration.kind !== 'block') continue
      const block = elaborateBlock(context, declaration, source)
      for (const node of declaration.moments) {
        const before = written.get(node.moment)
        if (before !== undefined) {
          context.report('RT0225', at(source, node), `\`on ${node.moment}\` is written twice`, {
            help: 'put the rules of one moment into one block',
            related: [{ location: at(before.source, before.node), message: 'first written here' }],
          })
          continue
        }
        written.set(node.moment, { node, source })
        if (block !== undefined) blocks[node.moment] = block
      }
    }
  }
  return blocks
}

function elaborateBlock(
  context: Context,
  declaration: syntax.BlockDeclaration,
  source: Source,
): Block | undefined {
  const start = declaration.moments.some(({ moment }) => moment === 'start')
  const rules = declaration.rules.map((rule) => elaborateRule(context, rule, source, start))
  const otherwise =
    declaration.otherwise && elaborateOtherwise(context, declaration.otherwise, source, start)
  if (otherwise === undefined || rules.some((rule) => rule === undefined)) return undefined
  return {
    location: at(source, declaration),
    rules: rules.filter((rule) => rule !== undefined),
    otherwise,
  }
}

function elaborateRule(
  context: Context,
  rule: syntax.Rule,
  source: Source,
  start: boolean,
): Rule | undefined {
  const scope = { source, place: 'rule', it: undefined } as const
  const guard = rule.guard && elaborateCondition(context, scope, rule.guard)
  if (rule.name.text === 'otherwise') return undefined
  const actions = elaborateActions(context, rule.actions, source, start)
  const choice = rule.actions.find(isChoice)
  if (rule.guard === undefined && choice !== undefined) {
    context.report(
      'RT0215',
      at(source, rule.name),
      `the rule \`${rule.name.text}\` chooses without a guard`,
      {
        help: `what always holds stands last: \`otherwise ${rule.name.text}: …\`; a rule has \`when … then …\``,
      },
    )
    return undefined
  }
  if (actions === undefined || (rule.guard !== undefined && guard === undefined)) return undefined
  return { name: rule.name.text, location: at(source, rule), guard, ...actions }
}

function elaborateOtherwise(
  context: Context,
  otherwise: syntax.Otherwise,
  source: Source,
  start: boolean,
): Rule | undefined {
  const actions = elaborateActions(context, otherwise.actions, source, start)
  if (actions === undefined) return undefined
  if (actions.choice === undefined) {
    context.report('RT0212', at(source, otherwise), '`otherwise` chooses nothing', {
      help: start
        ? 'it ends with a choice such as `use MODEL`'
        : 'it ends with a choice such as `keep`',
    })
    return undefined
  }
  return {
    name: otherwise.name?.text ?? 'otherwise',
    location: at(source, otherwise),
    guard: undefined,
    ...actions,
  }
}

function isChoice(action: syntax.Action): action is Exclude<syntax.Action, syntax.Effect> {
  switch (action.kind) {
    case 'use':
    case 'choose':
    case 'upgrade':
    case 'downgrade':
    case 'keep':
    case 'restart':
    case 'stop':
      return true
    case 'remind':
    case 'alert':
    case 'set':
    case 'reset':
    case 'pin':
    case 'release':
    case 'add':
    case 'raise':
      return false
  }
}

/** Any effects, then at most one choice. */
function elaborateActions(
  context: Context,
  actions: readonly syntax.Action[],
  source: Source,
  start: boolean,
): Pick<Rule, 'effects' | 'choice' | 'forThisCall'> | undefined {
  const effects: Effect[] = []
  let choice: Choice | undefined
  let forThisCall = false
  let sound = true
  let chosen: syntax.Action | undefined
  for (const action of actions) {
    if (isChoice(action)) {
      if (chosen === undefined) {
        chosen = action
        forThisCall = action.forThisCall === true
        choice = elaborateChoice(context, action, source, start)
        if (choice === undefined) sound = false
        continue
      }
      context.report('RT0214', at(source, action), 'the rule chooses twice', {
        help: 'a rule makes at most one choice, as its last action; what to do when it cannot be had stands after `else`',
        related: [{ location: at(source, chosen), message: 'first choice here' }],
      })
      sound = false
      continue
    }
    if (chosen !== undefined) {
      context.report('RT0214', at(source, action), `\`${action.kind}\` stands after the choice`, {
        help: 'a choice ends the rule: write the effects before it',
        related: [{ location: at(source, chosen), message: 'the choice stands here' }],
      })
      sound = false
    }
    const effect = elaborateEffect(context, action, source)
    if (effect === undefined) sound = false
    else effects.push(effect)
  }
  return sound ? { effects, choice, forThisCall } : undefined
}

/** Which effects each kind of memory takes. */
const memoryEffects = {
  latch: ['set'],
  counter: ['add', 'reset'],
  streak: ['add', 'reset'],
  pin: ['pin', 'release'],
  level: ['raise'],
} as const

function elaborateEffect(
  context: Context,
  effect: syntax.Effect,
  source: Source,
): Effect | undefined {
  switch (effect.kind) {
    case 'remind':
    case 'alert':
      return { kind: effect.kind, text: effect.text.value }
    case 'add': {
      const memory = memoryOf(context, effect.name, 'add', source)
      const count = wholeNumber(effect.count, source, context.report, { from: 1, to: 1_000_000 })
      return memory === undefined || count === undefined
        ? undefined
        : { kind: 'add', count, memory: memory.name.text }
    }
    case 'raise': {
      const memory = memoryOf(context, effect.name, 'raise', source)
      const set = memory?.kind === 'level' ? word(memory.scale.text) : undefined
      const scope = { source, place: 'rule', it: undefined } as const
      const value = elaborateExpression(context, scope, effect.value, set)
      if (memory === undefined || set === undefined || value === undefined) return undefined
      if (!comparable(value.type, set)) {
        context.report(
          'RT0204',
          at(source, effect.value),
          `\`${snippet(scope, effect.value)}\` is ${describeType(value.type)}, the level \`${memory.name.text}\` is ${describeType(set)}`,
          {
            help: 'a level is raised to a word of its own scale',
          },
        )
        return undefined
      }
      return { kind: 'raise', memory: memory.name.text, value }
    }
    case 'set':
    case 'reset':
    case 'pin':
    case 'release': {
      const memory = memoryOf(context, effect.name, effect.kind, source)
      return memory && { kind: effect.kind, memory: memory.name.text }
    }
  }
}

function memoryOf(
  context: Context,
  name: syntax.Name,
  verb: 'set' | 'add' | 'reset' | 'raise' | 'pin' | 'release',
  source: Source,
): syntax.Memory | undefined {
  const { report, names } = context
  const found = names.values.entries.get(name.text)
  if (found === undefined || !isMemory(found.declaration)) {
    const states = [...names.values.entries].filter(([, each]) => isMemory(each.declaration))
    reportUnknown(
      'state',
      name,
      states.map(([key]) => key),
      source,
      report,
    )
    return undefined
  }
  const { declaration } = found
  const verbs: readonly string[] = memoryEffects[declaration.kind]
  if (verbs.includes(verb)) return declaration
  const reason =
    declaration.kind === 'latch'
      ? 'a latch is set once and stays set: '
      : declaration.kind === 'level'
        ? 'a level only rises: '
        : ''
  report(
    'RT0219',
    at(source, name),
    `\`${verb}\` does not fit the ${declaration.kind} \`${name.text}\``,
    {
      help: `${reason}its ${verbs.length === 1 ? 'verb is' : 'verbs are'} ${listed(verbs, 'and')}`,
      related: [{ location: at(found.source, declaration), message: 'declared here' }],
    },
  )
  return undefined
}

export function isMemory(declaration: { readonly kind: string }): declaration is syntax.Memory {
  return Object.hasOwn(memoryEffects, declaration.kind)
}

// --- filters and hidden tools

export function elaborateFilter(
  context: Context,
  { declaration, name, source }: Declared<syntax.FilterDeclaration>,
): Filter | undefined {
  const it = declaration.subject === 'models' ? 'model' : 'endpoint'
  const where = elaborateCondition(context, { source, place: 'filter', it }, declaration.where)
  const when =
    declaration.when &&
    elaborateCondition(context, { source, place: 'filter', it: undefined }, declaration.when)
  if (where === undefined || (declaration.when !== undefined && when === undefined))
    return undefined
  return {
    name: name.text,
    location: at(source, declaration),
    effect: declaration.effect,
    subject: declaration.subject,
    where,
    when,
  }
}

export function elaborateHide(
  context: Context,
  { declaration, name, source }: Declared<syntax.HideDeclaration>,
): Hide | undefined {
  const when = elaborateCondition(
    context,
    { source, place: 'hide', it: undefined },
    declaration.when,
  )
  return (
    when && {
      name: name.text,
      location: at(source, declaration),
      tool: declaration.tool.value,
      when,
    }
  )
}
