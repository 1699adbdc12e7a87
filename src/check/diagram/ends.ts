import type { Block, Choice, Effect, Expression, Moment, Policy, Rule } from '../../policy/core.ts'
import { modelNamed } from '../../policy/catalogue-queries.ts'
import { rulesFrom } from './blocks.ts'
import type { RuleDiagram } from './blocks.ts'
import { candidateOf } from './candidacy.ts'
import { memoryVariable } from './inputs.ts'
import { no, none, yes } from './leaves.ts'
import type { End } from './leaves.ts'
import { hostLeft, initial, mayStep, upgradesDenied } from './outcomes.ts'
import { memoryKey, nextOf, sinceKey, valuesOf } from './reading.ts'
import type { Frame } from './reading.ts'
import type { Values } from './space.ts'
import { winnersOf } from './winners.ts'

/** What a whole call of one policy comes to, from its block on. */
export interface Ends {
  /** Leaves are ends; where the call starts again, they say so. */
  endsOf(rule: RuleDiagram): Values
  /** The same, with what `on start` then chooses in place of `again`. */
  followedEndsOf(rule: RuleDiagram): Values
  /** What a memory or a `since`, by its key, holds after this rule and its choice, before `on start` runs again. */
  after(rule: RuleDiagram, key: string): Values
  /** The same after `on start` has run again. */
  followedAfter(rule: RuleDiagram, key: string): Values
}

/** `again`: `on start` in a call that has dropped its choice, from which there is no way back. */
export type Place = Moment | 'again'

/** `sinces`: those that are followed. */
export function endsIn(policy: Policy, place: Place, sinces: readonly Expression[]): Ends {
  const known = new Map<RuleDiagram, Values>()
  const endsOf = (rule: RuleDiagram): Values => {
    const found = known.get(rule)
    if (found !== undefined) return found
    const made = chosen(rule.rule, rule.frame, place)
    known.set(rule, made)
    return made
  }
  const after = (rule: RuleDiagram, key: string): Values =>
    forgotten(key, written(key, rule.frame, sinces), endsOf(rule), rule.frame)
  return {
    endsOf,
    followedEndsOf: (rule) => followed(policy, rule, endsOf(rule), sinces),
    after,
    followedAfter: (rule, key) => {
      const { frame } = rule
      const { space } = frame
      const own = after(rule, key)
      const again = space.bind(endsOf(rule), (leaf) => {
        const found = space.leaves.at(leaf)
        return space.constant(found.kind === 'end' && found.end.to.kind === 'again' ? yes : no)
      })
      if (again === space.constant(no)) return own
      const later = startAgain(policy, frame, sinces).reduceRight(
        (rest, each) =>
          each.rule.choice === undefined ? rest : space.choose(each.guard, written(key, each.frame, sinces), rest),
        space.constant(none),
      )
      return space.choose(again, later, own)
    },
  }
}

/** The frame in which `on start` begins once more. */
export function begunAgain(frame: Frame): Frame {
  const { policy, space } = frame
  const kept = new Map(frame.written)
  for (const memory of policy.memories) {
    if (memory.perChoice) kept.set(memoryKey(memory.name), space.constant(initial(memory.kind, frame)))
  }
  return { ...frame, current: space.constant(none), written: kept, known: new Map() }
}

function startAgain(policy: Policy, frame: Frame, sinces: readonly Expression[]): readonly RuleDiagram[] {
  return rulesFrom(policy.blocks.start ?? keeping, begunAgain(frame), sinces)
}

function followed(policy: Policy, { frame }: RuleDiagram, ends: Values, sinces: readonly Expression[]): Values {
  const { space } = frame
  const rules = startAgain(policy, frame, sinces)
  const later = rules.reduceRight((rest, { rule, guard, frame: own }) => {
    const says = saysOf(rule.effects)
    const then = rule.choice === undefined ? rest : under(rule.name, chosen(rule, own, 'again'), own)
    return space.choose(guard, saying(says, then, frame), rest)
  }, space.constant(no))
  return space.bind(ends, (leaf) => {
    const found = space.leaves.at(leaf)
    if (found.kind !== 'end' || found.end.to.kind !== 'again') return space.constant(leaf)
    const { once } = found.end
    return changed(later, frame, (end) => ({ ...end, once: once || end.once }))
  })
}

function changed(ends: Values, { space }: Frame, change: (end: End) => End): Values {
  return space.bind(ends, (leaf) => {
    const found = space.leaves.at(leaf)
    return space.constant(found.kind === 'end' ? space.leaves.of({ kind: 'end', end: change(found.end) }) : leaf)
  })
}

function under(rule: string, ends: Values, frame: Frame): Values {
  return changed(ends, frame, (end) => ({ ...end, again: { rule, says: [] } }))
}

function saying(says: readonly string[], ends: Values, frame: Frame): Values {
  if (says.length === 0) return ends
  return changed(ends, frame, (end) => ({
    ...end,
    again: end.again && { ...end.again, says: [...says, ...end.again.says] },
  }))
}

/** What a rule that fires and has a choice leads to. */
function chosen(rule: Rule, frame: Frame, place: Place): Values {
  const { space } = frame
  const ended = (to: End['to'], once: boolean = rule.forThisCall): Values =>
    space.constant(space.leaves.of({ kind: 'end', end: { to, once, again: undefined } }))
  return taken(rule.choice ?? { kind: 'keep' }, { frame, place, ended })
}

interface Choosing {
  readonly frame: Frame
  readonly place: Place
  readonly ended: (to: End['to'], once?: boolean) => Values
}

const noChoice: End['to'] = { kind: 'none', reason: 'there is no choice to keep', stop: false }
const nobody: End['to'] = { kind: 'none', reason: 'nobody may be chosen', stop: false }

function taken(choice: Choice, choosing: Choosing): Values {
  const { frame, place, ended } = choosing
  const { policy, space } = frame
  const orElse = (without: () => Values): Values =>
    'else' in choice && choice.else !== undefined ? taken(choice.else, choosing) : without()
  const model = (name: string, profile?: string, at?: string): Values =>
    ended({ kind: 'model', model: name, kept: false, profile, at })
  switch (choice.kind) {
    case 'keep':
      return kept(choosing)
    case 'restart':
      return ended(place === 'again' ? noChoice : { kind: 'again' })
    case 'stop':
      return ended({ kind: 'none', reason: choice.reason, stop: true })
    case 'use': {
      const { profile, at } = choice
      return space.bind(valuesOf(choice.model, frame), (leaf) => {
        const named = space.leaves.at(leaf)
        const name = named.kind === 'value' && typeof named.value === 'string' ? named.value : undefined
        const without = (): Values => orElse(() => ended(nobody))
        if (name === undefined || modelNamed(policy, name) === undefined) return without()
        const can = space.and(candidateOf(name, frame), hostLeft(name, profile, at, frame))
        return space.choose(can, model(name, profile, at), without())
      })
    }
    case 'choose':
      return winnersOf(choice, frame, { won: (to) => ended(to), nobody: () => orElse(() => ended(nobody)) })
    case 'upgrade-to':
    case 'downgrade-to':
      return space.choose(mayStep(choice, frame), model(choice.model), orElse(() => kept(choosing)))
    case 'upgrade-via': {
      const stays = orElse(() => kept(choosing))
      const denied = upgradesDenied(frame)
      return space.bind(nextOf(choice.ladder, frame), (leaf) => {
        const next = space.leaves.at(leaf)
        if (next.kind !== 'value' || typeof next.value !== 'string') return stays
        return space.choose(denied, stays, model(next.value))
      })
    }
  }
}

/** The choice stays where it is a candidate still; else the call starts again, and no longer for itself alone. */
function kept({ frame, place, ended }: Choosing): Values {
  const { space } = frame
  if (place === 'start' || place === 'again') return ended(noChoice)
  const forced = ended({ kind: 'again' }, false)
  return space.bind(frame.current, (leaf) => {
    const current = space.leaves.at(leaf)
    if (current.kind !== 'value' || typeof current.value !== 'string') return forced
    const profile = frame.policy.profiles.length > 0 ? 'the profile that was chosen' : undefined
    const can = space.and(candidateOf(current.value, frame), hostLeft(current.value, profile, undefined, frame))
    const stays = ended({ kind: 'model', model: current.value, kept: true, profile: undefined, at: undefined })
    return space.choose(can, stays, forced)
  })
}

const nowhere = { source: { name: '', text: '' }, span: { start: 0, end: 0 } }

/** An absent block keeps. */
export const keeping: Block = {
  location: nowhere,
  rules: [],
  otherwise: {
    location: nowhere, name: 'otherwise', guard: undefined, effects: [], choice: { kind: 'keep' }, forThisCall: false,
  },
}

// --- what a call leaves behind

/** A memory or a `since` as the rules so far have left it. */
function written(key: string, frame: Frame, sinces: readonly Expression[]): Values {
  const found = frame.written.get(key)
  if (found !== undefined) return found
  const since = sinces.find((each) => each.kind === 'since' && sinceKey(each) === key)
  if (since !== undefined) return valuesOf(since, frame)
  const { policy, space } = frame
  const memory = policy.memories.find((each) => memoryKey(each.name) === key)
  const variable = memory && memoryVariable(space.variables, policy, memory.name)
  return variable === undefined ? space.constant(none) : space.read(variable)
}

/** A remembered choice of another model ends what is declared `per choice`. */
function forgotten(key: string, before: Values, ends: Values, frame: Frame): Values {
  const { policy, space } = frame
  const memory = policy.memories.find((each) => memoryKey(each.name) === key)
  if (memory?.perChoice !== true) return before
  const fresh = space.constant(initial(memory.kind, frame))
  return space.bind(ends, (leaf) => {
    const found = space.leaves.at(leaf)
    if (found.kind !== 'end') return before
    const { to, once } = found.end
    if (to.kind === 'again') return fresh
    if (once) return before
    if (to.kind === 'none' || (to.kind === 'model' && to.kept)) return before
    return space.bind(frame.current, (number) => {
      const current = space.leaves.at(number)
      // A session that has no choice yet has nothing to forget.
      if (current.kind !== 'value' || typeof current.value !== 'string') return before
      if (to.kind === 'model') return to.model === current.value ? before : fresh
      return space.constant(space.leaves.value(`as ${to.by} leaves it`))
    })
  })
}

/** What a rule says or pins, in order; what it writes into memories is followed elsewhere. */
export function saysOf(effects: readonly Effect[]): readonly string[] {
  return effects.flatMap((effect) => {
    switch (effect.kind) {
      case 'remind':
      case 'alert':
        return [`${effect.kind} ${JSON.stringify(effect.text)}`]
      case 'pin':
      case 'release':
        return [`${effect.kind} ${effect.memory}`]
      case 'set':
      case 'reset':
      case 'add':
      case 'raise':
        return []
    }
  })
}
