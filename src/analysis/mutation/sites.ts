import type { Block, Expression, Policy, Rule, ServeLines } from '../../policy/core.ts'
import { ownerOfServing } from '../coverage/lines.ts'
import { mapChoice, replaceRule } from './rewrite.ts'

/** An expression of a policy that can be put in again changed. */
export interface Site {
  readonly place: string
  readonly expression: Expression
  /** The policy with another expression here. */
  readonly put: (by: Expression) => Policy
  /** The rule whose guard it is. */
  readonly guards?: { readonly block: Block; readonly rule: Rule }
}

/** Each block once, by the moments it is written for. */
export function blocksOf({ blocks }: Policy): readonly { readonly title: string; readonly block: Block }[] {
  const moments = ['start', 'turn', 'call'] as const
  return [...new Set(moments.map((moment) => blocks[moment]))].flatMap((block) =>
    block === undefined
      ? []
      : [{ title: `on ${moments.filter((moment) => blocks[moment] === block).join(', ')}`, block }],
  )
}

export function rulePlace(rule: Rule, block: string): string {
  return rule.name === 'otherwise' ? `otherwise of ${block}` : `rule ${rule.name}`
}

/** Everything in a policy that decides by an expression, in the order of declaration. */
export function sitesOf(policy: Policy): readonly Site[] {
  return [
    ...policy.signals.map((signal) => ({
      place: `signal ${signal.name}`,
      expression: signal.value,
      put: (value: Expression) => ({
        ...policy,
        signals: policy.signals.map((each) => (each === signal ? { ...each, value } : each)),
      }),
    })),
    ...policy.filters.flatMap((filter) => {
      const place = `filter ${filter.name}`
      const put = (key: 'where' | 'when') => (by: Expression) => ({
        ...policy,
        filters: policy.filters.map((each) => (each === filter ? { ...each, [key]: by } : each)),
      })
      const when = filter.when && { place, expression: filter.when, put: put('when') }
      return [...(when === undefined ? [] : [when]), { place, expression: filter.where, put: put('where') }]
    }),
    ...policy.hides.map((hide) => ({
      place: `hide ${hide.name}`,
      expression: hide.when,
      put: (when: Expression) => ({
        ...policy,
        hides: policy.hides.map((each) => (each === hide ? { ...each, when } : each)),
      }),
    })),
    ...blocksOf(policy).flatMap(({ title, block }) =>
      [...block.rules, block.otherwise].flatMap((rule) => ruleSites(policy, title, block, rule)),
    ),
    ...policy.serving.flatMap((serving) =>
      lineSites(`serve ${ownerOfServing(serving.scope)}`, serving.lines, (lines) => ({
        ...policy,
        serving: policy.serving.map((each) => (each === serving ? { ...each, lines } : each)),
      })),
    ),
    ...policy.profiles.flatMap((profile) =>
      lineSites(`profile ${profile.name}`, profile.lines, (lines) => ({
        ...policy,
        profiles: policy.profiles.map((each) => (each === profile ? { ...each, lines } : each)),
      })),
    ),
  ]
}

function lineSites(place: string, lines: ServeLines, putLines: (lines: ServeLines) => Policy): readonly Site[] {
  return (['prefer', 'require'] as const).flatMap((key) =>
    (lines[key] ?? []).map((expression, _index, all) => ({
      place,
      expression,
      put: (by: Expression) => putLines({ ...lines, [key]: all.map((each) => (each === expression ? by : each)) }),
    })),
  )
}

function ruleSites(policy: Policy, title: string, block: Block, rule: Rule): readonly Site[] {
  const place = rulePlace(rule, title)
  const { guard, choice } = rule
  const sites: Site[] = []
  if (guard !== undefined) {
    const put = (by: Expression): Policy => replaceRule(policy, block, rule, { ...rule, guard: by })
    sites.push({ place, expression: guard, put, guards: { block, rule } })
  }
  if (choice !== undefined) {
    mapChoice(choice, (expression) => {
      const put = (by: Expression): Policy =>
        replaceRule(policy, block, rule, {
          ...rule,
          choice: mapChoice(choice, (each) => (each === expression ? by : each)),
        })
      sites.push({ place, expression, put })
      return expression
    })
  }
  return sites
}
