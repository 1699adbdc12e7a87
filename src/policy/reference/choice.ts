import type { Choice, Endpoint } from '../core.ts'
import { ladderNamed, modelNamed, nextOn, poolNamed, rankOf } from '../catalogue-queries.ts'
import { servePlan } from '../line-up.ts'
import { isUnknown } from '../value.ts'
import type { Candidacy } from './candidates.ts'
import { evaluate } from './evaluate.ts'
import { ranked } from './ranking.ts'
import { consult, judged, lack, scopeOf } from './run.ts'
import type { Run } from './run.ts'
import { currentModel } from './scope.ts'

/** What a choice comes to. */
export type Chosen =
  | {
      readonly kind: 'model'
      readonly model: string
      readonly profile: string | undefined
      readonly at: string | undefined
    }
  | { readonly kind: 'keep' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'none'; readonly reason: string }

/** A choice that cannot be had takes its `else`; without one an upgrade keeps, another has no route. */
export function choose(run: Run, choice: Choice): Chosen {
  switch (choice.kind) {
    case 'keep':
    case 'restart':
      return { kind: choice.kind }
    case 'stop':
      return { kind: 'none', reason: choice.reason }
    case 'use':
      return use(run, choice)
    case 'choose':
      return fromPool(run, choice)
    case 'upgrade-to':
    case 'downgrade-to':
      return byTier(run, choice)
    case 'upgrade-via':
      return upgradeVia(run, choice)
  }
}

type Of<K extends Choice['kind']> = Extract<Choice, { readonly kind: K }>

function orElse(run: Run, otherwise: Choice | undefined, without: Chosen): Chosen {
  if (otherwise === undefined) return without
  run.trace?.leaf('else')
  return choose(run, otherwise)
}

function use(run: Run, choice: Of<'use'>): Chosen {
  const { at, profile } = choice
  const value = judged(run, choice.model)
  if (typeof value !== 'string') {
    const what = isUnknown(value) ? 'the model to use is unknown' : 'there is no model to use'
    run.trace?.leaf(what)
    return orElse(run, choice.else, { kind: 'none', reason: what })
  }
  if (canHave(run, value, profile, at)) return { kind: 'model', model: value, profile, at }
  return orElse(run, choice.else, { kind: 'none', reason: `\`${value}\` may not be chosen` })
}

/** A candidate with a host left by the profile's `require`, and with the host that was asked for. */
export function canHave(
  run: Run,
  model: string,
  profile: string | undefined,
  at: string | undefined,
): boolean {
  const candidacy = consult(run, model)
  const hosts = candidacy.candidate ? hostsLeft(run, candidacy, profile) : []
  const asked = at === undefined ? hosts : hosts.filter((host) => host.provider === at)
  run.trace?.leaf(model, asked.length > 0 ? 'a candidate' : whyNot(candidacy, profile, at))
  return asked.length > 0
}

/** A `require` that is unknown for a host leaves it out, and has its say in the decision. */
function hostsLeft(run: Run, candidacy: Candidacy, profile: string | undefined): readonly Endpoint[] {
  if (profile === undefined) return candidacy.endpoints
  const required = servePlan(run.policy, candidacy.model, profile).require ?? []
  const scope = { ...scopeOf(run), trace: undefined }
  return candidacy.endpoints.filter((host) =>
    required.every((condition) => {
      const value = evaluate(condition, { ...scope, it: host })
      lack(run, run.notes.lacking)
      if (isUnknown(value)) lack(run, value.unknown)
      return value === true
    }),
  )
}

function whyNot(candidacy: Candidacy, profile: string | undefined, at: string | undefined): string {
  const reasons = candidacy.dropped.map(({ by, provider }) =>
    provider === undefined ? `dropped by ${by}` : `${provider} dropped by ${by}`,
  )
  if (!candidacy.candidate) return reasons.join(', ')
  if (at !== undefined) return `no host left at ${at}`
  return `no host left by profile ${profile}`
}

function fromPool(run: Run, choice: Of<'choose'>): Chosen {
  const { profile } = choice
  const pool = poolNamed(run.policy, choice.pool)
  if (pool === undefined) return orElse(run, choice.else, { kind: 'none', reason: `no pool \`${choice.pool}\`` })
  run.trace?.open(`choose ${choice.ranking.kind} from ${pool.name}`)
  const candidates = pool.models.filter(({ model }) => canHave(run, model, profile, undefined))
  const { winner, missing, drawn } = ranked(choice, pool, candidates, scopeOf(run))
  lack(run, run.notes.lacking)
  lack(run, missing)
  run.trace?.close(winner ?? 'nobody')
  if (winner === undefined) {
    return orElse(run, choice.else, { kind: 'none', reason: `nobody in \`${pool.name}\` qualifies` })
  }
  run.drawn = drawn
  return { kind: 'model', model: winner, profile, at: undefined }
}

function byTier(run: Run, choice: Of<'upgrade-to' | 'downgrade-to'>): Chosen {
  const up = choice.kind === 'upgrade-to'
  const current = currentModel(scopeOf(run))
  const direction = current === undefined ? 0 : tierStep(run, current, choice.model)
  const right = up ? direction > 0 : direction < 0
  if (!right) run.trace?.leaf(`${choice.model} is not ${up ? 'above' : 'below'} ${current ?? 'none'}`)
  if (right && !(up && denied(run)) && canHave(run, choice.model, undefined, undefined)) {
    if (up) run.upgraded = true
    return { kind: 'model', model: choice.model, profile: undefined, at: undefined }
  }
  return orElse(run, choice.else, { kind: 'keep' })
}

/** Above 0 where the second model's tier is the higher; 0 where a tier is not declared. */
function tierStep(run: Run, from: string, to: string): number {
  const [here, there] = [from, to].map((name) =>
    rankOf(run.policy, 'tier', modelNamed(run.policy, name)?.tier ?? ''),
  )
  return here === undefined || there === undefined ? 0 : there - here
}

function upgradeVia(run: Run, choice: Of<'upgrade-via'>): Chosen {
  const ladder = ladderNamed(run.policy, choice.ladder)
  const current = currentModel(scopeOf(run))
  const next =
    ladder === undefined || current === undefined
      ? undefined
      : nextOn(ladder, current, (model) => consult(run, model).candidate)
  run.trace?.leaf(`next(${choice.ladder})`, next ?? 'none')
  if (next === undefined) {
    run.noStep = true
    return orElse(run, choice.else, { kind: 'keep' })
  }
  if (denied(run)) return orElse(run, choice.else, { kind: 'keep' })
  run.upgraded = true
  return { kind: 'model', model: next, profile: undefined, at: undefined }
}

function denied(run: Run): boolean {
  if (run.candidates.upgradesDenied) run.trace?.leaf('a budget denies upgrades')
  return run.candidates.upgradesDenied
}
