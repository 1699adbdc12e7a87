import type * as syntax from '../../language/syntax.ts'
import type { Source } from '../../language/source.ts'
import type { Choice, Ranking } from '../core.ts'
import { at, listed } from './context.ts'
import type { Context } from './context.ts'
import { model } from './core-words.ts'
import { elaborateCondition, elaborateExpression, snippet } from './expressions.ts'
import { hostsOf } from './hosts.ts'
import { lookUp } from './names.ts'
import type { Scope } from './scope.ts'
import { describeType, isScale } from './types.ts'

/** A choice with its `else` chain. `start`: in a block that also runs `on start`. */
export function elaborateChoice(
  context: Context,
  choice: syntax.Choice,
  source: Source,
  start: boolean,
): Choice | undefined {
  const { report, names } = context
  const orElse = 'else' in choice ? choice.else : undefined
  const elseChoice = orElse && elaborateChoice(context, orElse, source, start)
  const broken = orElse !== undefined && elseChoice === undefined
  switch (choice.kind) {
    case 'keep':
    case 'restart':
      if (!start) return { kind: choice.kind }
      report(
        'RT0217',
        at(source, choice),
        `there is nothing to ${choice.kind === 'keep' ? 'keep' : 'choose again'} on start`,
        {
          help: '`on start` makes the first choice of a session: name a model or a pool',
        },
      )
      return undefined
    case 'stop':
      return { kind: 'stop', reason: choice.reason.value }
    case 'use':
      return elaborateUse(context, choice, source, elseChoice, broken)
    case 'choose':
      return elaborateChoose(context, choice, source, elseChoice, broken)
    case 'upgrade':
    case 'downgrade': {
      if (start) {
        report('RT0217', at(source, choice), `there is nothing to ${choice.kind} from on start`, {
          help: '`on start` makes the first choice of a session: name a model or a pool',
        })
        return undefined
      }
      const name = choice.kind === 'upgrade' ? choice.to.name : choice.to
      if (choice.kind === 'upgrade' && choice.to.kind === 'ladder') {
        const ladder = lookUp(names.ladders, name, source, report)
        return ladder && !broken
          ? { kind: 'upgrade-via', ladder: name.text, else: elseChoice }
          : undefined
      }
      const declared = lookUp(names.models, name, source, report)
      if (declared === undefined || broken) return undefined
      return {
        kind: choice.kind === 'upgrade' ? 'upgrade-to' : 'downgrade-to',
        model: name.text,
        else: elseChoice,
      }
    }
  }
}

function elaborateUse(
  context: Context,
  choice: syntax.UseChoice,
  source: Source,
  elseChoice: Choice | undefined,
  broken: boolean,
): Choice | undefined {
  const { report, names } = context
  const scope: Scope = { source, place: 'rule', it: undefined }
  const node: syntax.ReferenceExpression = {
    kind: 'reference',
    span: choice.model.span,
    path: choice.model,
    arguments: undefined,
  }
  const used = elaborateExpression(context, scope, node, model)
  let sound = used !== undefined && !broken
  if (used !== undefined && used.type.kind !== 'model') {
    report(
      'RT0205',
      at(source, choice.model),
      `\`${snippet(scope, choice.model)}\` is ${describeType(used.type)}, expected a model`,
      {
        help: '`use` takes a model, `requested`, or a signal or pin that is a model',
      },
    )
    sound = false
  }
  const at_ = choice.at && lookUp(names.providers, choice.at, source, report)
  const profile = choice.with && lookUp(names.profiles, choice.with, source, report)
  if (choice.at !== undefined && at_ === undefined) sound = false
  if (choice.with !== undefined && profile === undefined) sound = false
  if (!sound || used === undefined) return undefined
  if (choice.at !== undefined && used.kind === 'literal' && used.value?.kind === 'name') {
    const { name } = used.value
    const hosts = hostsOf(context, name)
    if (!hosts.has(choice.at.text)) {
      report('RT0221', at(source, choice.at), `\`${choice.at.text}\` does not serve \`${name}\``, {
        help:
          hosts.size === 0
            ? 'add it to `served-by` of the model'
            : `its hosts are ${listed([...hosts], 'and')}`,
      })
      return undefined
    }
  }
  return {
    kind: 'use',
    model: used,
    at: choice.at?.text,
    profile: choice.with?.text,
    else: elseChoice,
  }
}

function elaborateChoose(
  context: Context,
  choice: syntax.ChooseChoice,
  source: Source,
  elseChoice: Choice | undefined,
  broken: boolean,
): Choice | undefined {
  const { report, names } = context
  const scope: Scope = { source, place: 'rule', it: 'model' }
  const pool = lookUp(names.pools, choice.pool, source, report)
  const ranking = elaborateRanking(context, choice.ranking, scope)
  const where = choice.where && elaborateCondition(context, scope, choice.where)
  const profile = choice.with && lookUp(names.profiles, choice.with, source, report)
  if (pool === undefined || ranking === undefined || broken) return undefined
  if (choice.where !== undefined && where === undefined) return undefined
  if (choice.with !== undefined && profile === undefined) return undefined
  return {
    kind: 'choose',
    ranking,
    pool: choice.pool.text,
    where,
    profile: choice.with?.text,
    else: elseChoice,
  }
}

function elaborateRanking(
  context: Context,
  ranking: syntax.Ranking,
  scope: Scope,
): Ranking | undefined {
  switch (ranking.kind) {
    case 'cheapest':
      return { kind: 'cheapest', by: ranking.by }
    case 'first':
      return { kind: 'first' }
    case 'weighted':
      return { kind: 'weighted', per: ranking.per }
    case 'highest':
    case 'lowest': {
      const value = elaborateExpression(context, scope, ranking.value)
      if (value === undefined) return undefined
      if (value.type.kind === 'number' || isScale(value.type, context.names)) {
        return { kind: ranking.kind, value }
      }
      context.report(
        'RT0230',
        at(scope.source, ranking.value),
        `\`${snippet(scope, ranking.value)}\` is ${describeType(value.type)}, which has no order`,
        {
          help: `\`${ranking.kind}\` ranks by a number or by a word of a scale`,
        },
      )
      return undefined
    }
  }
}
