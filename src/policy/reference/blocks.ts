import type { Block, Rule } from '../core.ts'
import { forgetPerChoice } from '../memory.ts'
import { canHave, choose } from './choice.ts'
import type { Chosen } from './choice.ts'
import { fire, judged } from './run.ts'
import type { Run } from './run.ts'
import { printed, sourceOf } from './print.ts'

/** Where the rules of a call have led; `keep` and `restart` are resolved. */
export type Outcome = Named &
  (
    | {
        readonly kind: 'model'
        readonly model: string
        readonly profile: string | undefined
        readonly at: string | undefined
        /** The choice that stands already. */
        readonly kept: boolean
      }
    | { readonly kind: 'none'; readonly noRoute: string }
  )

interface Named {
  readonly rule: string
  readonly reason: 'rule' | 'forced'
  readonly forThisCall: boolean
}

/** The block, what `restart` leads to, and the forced re-route of a model that may not be kept. */
export function decided(run: Run, moment: 'start' | 'turn' | 'call'): Outcome {
  const first = runBlock(run, run.policy.blocks[moment], moment)
  switch (first.chosen.kind) {
    case 'restart':
      run.after.push(first.rule.name)
      return restarted(run, first.rule.forThisCall, 'rule')
    case 'keep':
      return kept(run, first.rule, moment)
    case 'model':
    case 'none':
      return outcome(first.rule, first.chosen, 'rule', false)
  }
}

interface Fired {
  readonly rule: Rule
  readonly chosen: Chosen
}

function outcome(
  rule: Rule,
  chosen: Extract<Chosen, { readonly kind: 'model' | 'none' }>,
  reason: 'rule' | 'forced',
  forThisCall: boolean,
): Outcome {
  const named = { rule: rule.name, reason, forThisCall: forThisCall || rule.forThisCall }
  return chosen.kind === 'model'
    ? { ...named, ...chosen, kept: false }
    : { ...named, kind: 'none', noRoute: chosen.reason }
}

/** The rules in order; the first that chooses ends it. */
function runBlock(run: Run, block: Block | undefined, moment: string): Fired {
  run.trace?.open(`on ${moment}`)
  const fired = firstChoosing(run, block)
  run.trace?.close()
  return fired
}

const keeping: Pick<Rule, 'name' | 'guard' | 'effects' | 'choice' | 'forThisCall'> = {
  name: 'otherwise',
  guard: undefined,
  effects: [],
  choice: { kind: 'keep' },
  forThisCall: false,
}

function firstChoosing(run: Run, block: Block | undefined): Fired {
  const nowhere = { source: { name: '', text: '' }, span: { start: 0, end: 0 } }
  const fallback: Rule = block?.otherwise ?? { ...keeping, location: nowhere }
  for (const rule of [...(block?.rules ?? []), fallback]) {
    run.trace?.open(rule === fallback ? namedOtherwise(rule) : `rule ${rule.name}`)
    const chosen = tried(run, rule)
    run.observer?.rule(rule, chosen !== 'passed')
    run.trace?.close(chosen === 'passed' ? 'does not fire' : shown(chosen))
    if (chosen === 'passed') continue
    if (chosen !== undefined) return { rule, chosen }
    run.after.push(rule.name)
  }
  // An `otherwise` always chooses; one that did not would keep.
  return { rule: fallback, chosen: { kind: 'keep' } }
}

function namedOtherwise(rule: Rule): string {
  return rule.name === 'otherwise' ? 'otherwise' : `otherwise ${rule.name}`
}

/** `undefined`: it fired and has effects only. */
function tried(run: Run, rule: Rule): Chosen | 'passed' | undefined {
  if (rule.guard !== undefined) {
    const value = judged(run, rule.guard)
    if (run.trace !== undefined && rule.guard.kind === 'literal') {
      run.trace.leaf(sourceOf(rule.guard), printed(value, rule.guard.type))
    }
    if (value !== true) return 'passed'
  }
  fire(run, rule)
  return rule.choice === undefined ? undefined : choose(run, rule.choice)
}

function shown(chosen: Chosen | undefined): string {
  switch (chosen?.kind) {
    case undefined:
      return 'fires, goes on'
    case 'model':
      return `chooses ${chosen.model}`
    case 'keep':
      return 'keeps'
    case 'restart':
      return 'restarts'
    case 'none':
      return `no route: ${chosen.reason}`
  }
}

/** What is kept must still be a candidate; else the choice is made anew, with the reason `forced`. */
function kept(run: Run, rule: Rule, moment: 'start' | 'turn' | 'call'): Outcome {
  const { choice } = run.state
  const named = { rule: rule.name, reason: 'rule', forThisCall: rule.forThisCall } as const
  if (choice === undefined) return { ...named, kind: 'none', noRoute: 'there is no choice to keep' }
  if (canHave(run, choice.model, choice.profile, undefined)) {
    const { model, profile, at } = choice
    return { ...named, kind: 'model', model, profile, at, kept: true }
  }
  if (moment === 'start') return { ...named, kind: 'none', noRoute: `\`${choice.model}\` may not be kept` }
  if (rule.guard !== undefined) run.after.push(rule.name)
  run.trace?.leaf(`${choice.model} may not be kept`, 'forced')
  return restarted(run, false, 'forced')
}

/** Drops the choice and what belongs to it, and runs `on start`, once. */
function restarted(run: Run, forThisCall: boolean, reason: 'rule' | 'forced'): Outcome {
  run.state = { ...forgetPerChoice(run.policy, run.state), choice: undefined }
  const { rule, chosen } = runBlock(run, run.policy.blocks.start, 'start')
  switch (chosen.kind) {
    case 'model':
    case 'none':
      return outcome(rule, chosen, reason, forThisCall)
    case 'keep':
    case 'restart': {
      const stuck = { kind: 'none', reason: 'there is no choice to keep' } as const
      return outcome(rule, stuck, reason, forThisCall)
    }
  }
}
