import type { Memory, Policy } from '../policy/core.ts'
import { eachPart, expressionsOf } from '../policy/walk.ts'
import type { Accept, Check } from './accept.ts'
import { rulesOf } from './used-models.ts'

/** State that nothing writes, that nothing reads, or that never starts again. */
export const checkMemories: Check = (policy, accept) => {
  const read = memoriesRead(policy)
  const effects = rulesOf(policy).flatMap((rule) => rule.effects)
  for (const memory of policy.memories) {
    const verbs = new Set<string>()
    for (const effect of effects) {
      if ('memory' in effect && effect.memory === memory.name) verbs.add(effect.kind)
    }
    report(memory, verbs, read.has(memory.name), accept)
  }
}

function memoriesRead(policy: Policy): ReadonlySet<string> {
  const read = new Set<string>()
  // A test that looks at a state does not make it matter to a decision.
  for (const expression of expressionsOf({ ...policy, tests: [] })) {
    eachPart(expression, (part) => {
      if (part.kind === 'memory') read.add(part.memory)
    })
  }
  return read
}

const writing = { latch: 'set', counter: 'add', streak: 'add', pin: 'pin', level: 'raise' } as const

function report(memory: Memory, verbs: ReadonlySet<string>, isRead: boolean, accept: Accept): void {
  const { name, kind, location } = memory
  if (!verbs.has(writing[kind])) {
    accept('RT0314', location, `nothing ever writes the ${kind} \`${name}\``, {
      help: `a rule does, with \`${writing[kind]}\``,
    })
  } else if (!isRead) {
    accept('RT0315', location, `nothing ever reads the ${kind} \`${name}\``, {
      help: 'ask for it in a guard, or take it out',
    })
  }
  if (kind === 'streak' && verbs.has('add') && !verbs.has('reset')) {
    accept('RT0316', location, `the streak \`${name}\` is never reset`, {
      help: 'a streak starts again when it breaks; what only counts up is a `counter`',
    })
  }
}
