import type { Located } from '../policy/core.ts'
import { eachPart, expressionsOf } from '../policy/walk.ts'
import type { Check } from './accept.ts'
import { choiceChain, rulesOf } from './used-models.ts'

/** What is declared in the policy's own file and named nowhere. Libraries hold more than one needs. */
export const checkUnused: Check = (policy, accept) => {
  const own = policy.blocks.start?.location.source
  if (own === undefined) return
  const used = new Map<string, Set<string>>()
  const use = (kind: string, name: string): void => {
    const names = used.get(kind) ?? new Set()
    names.add(name)
    used.set(kind, names)
  }
  for (const expression of expressionsOf(policy)) {
    eachPart(expression, (part) => {
      switch (part.kind) {
        case 'signal':
          return use('signal', part.signal)
        case 'literal':
          return part.setting === undefined ? undefined : use('setting', part.setting)
        case 'count':
          return part.query.what.kind === 'phrases'
            ? use('list of phrases', part.query.what.list)
            : undefined
        case 'verdict':
        case 'verdict-score':
          return use('classifier', part.classifier)
        case 'scorer-score':
        case 'scorer-band':
          return use('scorer', part.scorer)
        case 'ladder-call':
          return use('ladder', part.ladder)
        case 'within-hours':
          return use('window of hours', part.hours)
        case 'list':
          // A pool after `in` is the list of its models, where its name stands.
          return use('pool', part.location.source.text.slice(part.location.span.start, part.location.span.end))
        case 'call':
          // The benefit of a model is told by the scores, whoever gives them.
          if (part.function !== 'benefit') return undefined
          for (const { name } of policy.scorers) use('scorer', name)
          for (const { name } of policy.classifiers) use('classifier', name)
          return undefined
        default:
          return undefined
      }
    })
  }
  for (const choice of rulesOf(policy).flatMap((rule) => choiceChain(rule.choice))) {
    if (choice.kind === 'upgrade-via') use('ladder', choice.ladder)
    if (choice.kind === 'choose') use('pool', choice.pool)
    if ('profile' in choice && choice.profile !== undefined) use('profile', choice.profile)
  }
  for (const { verdict } of policy.classifiers) if (verdict.kind === 'scores') use('pool', verdict.pool)
  for (const { scope } of policy.serving) if (scope.kind === 'pool') use('pool', scope.pool)
  for (const { action } of policy.budgets.flatMap(({ actions }) => actions)) if (action.kind === 'only') use('pool', action.pool)
  const look = (kind: string, declared: readonly (Located & { readonly name: string })[]): void => {
    for (const { name, location } of declared) {
      if (location.source !== own || used.get(kind)?.has(name) === true) continue
      accept('RT0317', location, `nothing uses the ${kind} \`${name}\``, {
        help: 'take it out, or use it',
      })
    }
  }
  look('pool', policy.pools)
  look('list of phrases', policy.phraseLists)
  look('setting', policy.settings)
  look('signal', policy.signals)
  look('window of hours', policy.hours)
  look('classifier', policy.classifiers)
  look('scorer', policy.scorers)
  look('ladder', policy.ladders)
  look('profile', policy.profiles)
}
