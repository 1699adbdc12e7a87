import type { Choice, Expression, Rule } from '../../policy/core.ts'
import { modelNamed, poolNamed, rankOf } from '../../policy/catalogue-queries.ts'
import { integer } from '../../policy/value.ts'
import { candidateOf, usedUpTo } from './candidacy.ts'
import { negated, ordered } from './comparing.ts'
import { allOfPolicy, clockVariable, memoryVariable, opaqueVariable } from './inputs.ts'
import { no, none, open, yes } from './leaves.ts'
import type { Outcome } from './leaves.ts'
import { firesOf, memoryKey, nextOf, sinceKey, valuesOf } from './reading.ts'
import type { Frame } from './reading.ts'
import type { Values } from './space.ts'

/**
 * What a rule comes to once it has fired: which branch of its choice, and which model where that tells.
 * A `choose` that may come to the model that is asked about is said to.
 */
export function outcomesOf(rule: Rule, frame: Frame, asked?: string): Values {
  return taken(rule, rule.choice ?? { kind: 'keep' }, 0, frame, asked)
}

function taken(rule: Rule, choice: Choice, branch: number, frame: Frame, asked: string | undefined): Values {
  const { space } = frame
  const done = (model?: string): Values => outcome(rule, choice, branch, model, frame)
  const orElse = (without: Values): Values =>
    'else' in choice && choice.else !== undefined ? taken(rule, choice.else, branch + 1, frame, asked) : without
  switch (choice.kind) {
    case 'keep':
    case 'restart':
    case 'stop':
      return done()
    case 'use':
      return space.bind(valuesOf(choice.model, frame), (leaf) => {
        const model = space.leaves.at(leaf)
        const name = model.kind === 'value' && typeof model.value === 'string' ? model.value : undefined
        const known = name !== undefined && modelNamed(frame.policy, name) !== undefined
        if (!known) return orElse(outcome(rule, nobody, branch, undefined, frame))
        const can = space.and(candidateOf(name, frame), hostLeft(name, choice.profile, choice.at, frame))
        return space.choose(can, done(name), orElse(outcome(rule, nobody, branch, undefined, frame)))
      })
    case 'choose': {
      const models = (poolNamed(frame.policy, choice.pool)?.models ?? []).map(({ model }) => model)
      const anybody = models.map((model) => qualifies(choice, model, frame)).reduce(space.or, space.constant(no))
      const chosen =
        asked !== undefined && models.includes(asked)
          ? space.choose(qualifies(choice, asked, frame), done(asked), done())
          : done()
      return space.choose(anybody, chosen, orElse(outcome(rule, nobody, branch, undefined, frame)))
    }
    case 'upgrade-to':
    case 'downgrade-to':
      return space.choose(
        mayStep(choice, frame),
        done(choice.model),
        orElse(outcome(rule, { kind: 'keep' }, branch, undefined, frame)),
      )
    case 'upgrade-via': {
      const denied = upgradesDenied(frame)
      const kept = orElse(outcome(rule, { kind: 'keep' }, branch, undefined, frame))
      return space.bind(nextOf(choice.ladder, frame), (leaf) => {
        const next = space.leaves.at(leaf)
        if (next.kind !== 'value' || typeof next.value !== 'string') return kept
        return space.choose(denied, kept, done(next.value))
      })
    }
  }
}

/** A choice as one thing, every `else` with it. */
export function wholeChoice(rule: Rule, choice: Choice): Outcome {
  return {
    rule: rule.name,
    does: `${rule.forThisCall ? 'for this call ' : ''}${shape(choice)}`,
    model: undefined,
    branch: 0,
    effects: rule.effects.map((effect) => shape(effect)),
  }
}

const nobody: Choice = { kind: 'stop', reason: 'nobody may be chosen' }

function outcome(rule: Rule, choice: Choice, branch: number, model: string | undefined, { space }: Frame): Values {
  const made: Outcome = {
    rule: rule.name,
    does: `${rule.forThisCall ? 'for this call ' : ''}${shape(withoutElse(choice), model)}`,
    model,
    branch,
    effects: rule.effects.map((effect) => shape(effect)),
  }
  return space.constant(space.leaves.of({ kind: 'outcome', outcome: made }))
}

function withoutElse(choice: Choice): object {
  if (choice.kind === 'choose' || choice.kind === 'use') return { ...choice, else: undefined }
  return 'else' in choice ? { kind: 'upgrade' } : choice
}

/** A text that is equal for what does the same; where it stands does not enter. */
export function shape(value: object, model?: string): string {
  const text = JSON.stringify(value, (key, part: unknown) =>
    key === 'location' || (key === 'model' && model !== undefined)
      ? undefined
      : typeof part === 'bigint' ? `${part}n` : part,
  )
  return model === undefined ? text : `${text} ${model}`
}

// --- who can be had

export function qualifies(choice: Extract<Choice, { kind: 'choose' }>, model: string, frame: Frame): Values {
  const { space } = frame
  const inside = { ...frame, it: space.leaves.value(model) }
  const { ranking } = choice
  const able = [
    candidateOf(model, frame),
    hostLeft(model, choice.profile, undefined, frame),
    firesOf(choice.where, inside),
  ]
  // Who has no value is skipped.
  if (ranking.kind === 'highest' || ranking.kind === 'lowest') {
    const known = space.bind(valuesOf(ranking.value, inside), (leaf) =>
      space.constant(leaf === open || leaf === none ? no : yes),
    )
    able.push(known)
  }
  return able.reduce(space.and)
}

/** A profile's `require`, or a host asked for, may leave none: a truth of its own. */
export function hostLeft(model: string, profile: string | undefined, at: string | undefined, frame: Frame): Values {
  const { policy, space } = frame
  const requires =
    profile !== undefined &&
    [...policy.serving, ...policy.profiles].some(({ lines }) => lines.require !== undefined)
  if (!requires && at === undefined) return space.constant(yes)
  const type = { kind: 'truth' } as const
  const name = `a host of ${model} is left${profile === undefined ? '' : ` by ${profile}`}${at === undefined ? '' : ` at ${at}`}`
  const left = space.read(opaqueVariable(space.variables, policy, type, name, allOfPolicy))
  return space.choose(left, space.constant(yes), space.constant(no))
}

/** Whether an upgrade or a downgrade to a model is one, and may be had. */
export function mayStep(
  choice: Extract<Choice, { readonly kind: 'upgrade-to' | 'downgrade-to' }>,
  frame: Frame,
): Values {
  const { space } = frame
  const up = choice.kind === 'upgrade-to'
  const right = space.bind(frame.current, (leaf) => {
    const current = space.leaves.at(leaf)
    const from = current.kind === 'value' && typeof current.value === 'string' ? current.value : ''
    const step = tierStep(frame, from, choice.model)
    return space.constant((up ? step > 0 : step < 0) ? yes : no)
  })
  const can = space.and(right, candidateOf(choice.model, frame))
  return up ? space.and(can, negated(space, upgradesDenied(frame))) : can
}

/** Above 0 where the second model's tier is the higher. */
function tierStep({ policy }: Frame, from: string, to: string): number {
  const rank = (name: string): number | undefined => rankOf(policy, 'tier', modelNamed(policy, name)?.tier ?? '')
  const [here, there] = [rank(from), rank(to)]
  return here === undefined || there === undefined ? 0 : there - here
}

export function upgradesDenied(frame: Frame): Values {
  const { policy, space } = frame
  return policy.budgets
    .filter((budget) => budget.scope !== 'provider')
    .flatMap((budget) =>
      budget.actions
        .filter(({ action }) => action.kind === 'deny-upgrades')
        .map(({ atMillionths }) => usedUpTo(budget.name, atMillionths, frame)),
    )
    .reduce(space.or, space.constant(no))
}

// --- what a rule leaves for the rules after it

/** Memories and `since` after a rule whose guard came to `fires`. */
export function writtenBy(rule: Rule, fires: Values, sinces: readonly Expression[], frame: Frame): ReadonlyMap<string, Values> {
  const { space } = frame
  const written = new Map(frame.written)
  const put = (key: string, now: Values, before: Values): void => {
    written.set(key, space.choose(fires, now, before))
  }
  const zero = space.constant(space.leaves.value({ numerator: 0n, denominator: 1n }))
  const reminds = rule.effects.some((effect) => effect.kind === 'remind')
  for (const since of sinces) {
    if (since.kind !== 'since') continue
    const { of } = since.query
    const touched = (of.kind === 'rule' && of.rule === rule.name) || (of.kind === 'event' && of.event === 'reminder' && reminds)
    if (!touched) continue
    // Without a clock the time since an instant is unknown, even at that instant.
    const now = since.query.unit === 'time' ? space.read(clockVariable(space.variables)) : zero
    put(sinceKey(since), now, valuesOf(since, frame))
  }
  for (const effect of rule.effects) {
    if (!('memory' in effect)) continue
    const key = memoryKey(effect.memory)
    const variable = memoryVariable(space.variables, frame.policy, effect.memory)
    if (variable === undefined) continue
    const before = written.get(key) ?? space.read(variable)
    const memory = frame.policy.memories.find((each) => each.name === effect.memory)
    switch (effect.kind) {
      case 'set':
        put(key, space.constant(yes), before)
        break
      case 'reset':
      case 'release':
        put(key, space.constant(initial(memory?.kind, frame)), before)
        break
      case 'add': {
        const most = memory?.kind === 'counter' || memory?.kind === 'streak' ? memory.upTo : 0
        put(key, counted(before, effect.count, most, frame), before)
        break
      }
      case 'raise': {
        const scale = memory?.kind === 'level' ? memory.scale : undefined
        const inside = { ...frame, written: new Map(written), known: new Map<string, Values>() }
        put(key, raised(before, valuesOf(effect.value, inside), scale, frame), before)
        break
      }
      case 'pin':
        break
    }
  }
  return written
}

/** Where pins take what the call ends up choosing, after a rule whose guard came to `fires`. */
export function pinnedBy(rule: Rule, fires: Values, frame: Frame): ReadonlyMap<string, Values> {
  const { space } = frame
  const pinned = new Map(frame.pinned)
  for (const effect of rule.effects) {
    if (effect.kind !== 'pin' && effect.kind !== 'release') continue
    const before = pinned.get(effect.memory) ?? space.constant(no)
    pinned.set(effect.memory, space.choose(fires, space.constant(effect.kind === 'pin' ? yes : no), before))
  }
  return pinned
}

/** What a memory holds that was never written. */
export function initial(kind: string | undefined, { space }: Frame): number {
  if (kind === 'latch') return no
  return kind === 'counter' || kind === 'streak'
    ? space.leaves.value({ numerator: 0n, denominator: 1n })
    : none
}

function counted(before: Values, count: number, most: number, frame: Frame): Values {
  const { space } = frame
  const whole = (value: number): Values => space.constant(space.leaves.value(integer(value)))
  const limit = whole(most)
  return space.bind(before, (leaf) => {
    const sum = space.plus(space.constant(leaf), whole(count))
    return space.choose(ordered(frame, '>', sum, limit, undefined), limit, sum)
  })
}

/** To the higher of two words; `none` and what is unknown change nothing. */
function raised(before: Values, word: Values, scale: string | undefined, frame: Frame): Values {
  const { space } = frame
  return space.bind(word, (leaf) => {
    if (leaf === open || leaf === none) return before
    return space.bind(before, (held) => {
      if (held === none) return space.constant(leaf)
      const higher = ordered(frame, '>=', space.constant(held), space.constant(leaf), scale)
      return space.choose(higher, space.constant(held), space.constant(leaf))
    })
  })
}
