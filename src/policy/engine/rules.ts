import type { Block, Effect, Rule } from '../core.ts'
import type { SessionState } from '../decision.ts'
import { withEntry } from '../entries.ts'
import { addTo, forget, raiseTo, setLatch } from '../memory.ts'
import { changing } from './call-frame.ts'
import type { CallFrame } from './call-frame.ts'
import { compileChoice, keep } from './choices.ts'
import type { CompiledChoice, Outcome } from './choices.ts'
import type { Code } from './code.ts'
import type { Compiler } from './compiler.ts'
import { compileExpression } from './expression.ts'
import type { LineUps } from './line-ups.ts'
import { note } from './notes.ts'

/** A block's rules, compiled. */
export interface CompiledBlock {
  readonly rules: readonly CompiledRule[]
}

interface CompiledRule {
  readonly name: string
  /** `undefined`: it always fires. */
  readonly guard: Code | undefined
  readonly effects: readonly ((frame: CallFrame) => void)[]
  readonly choice: CompiledChoice | undefined
  readonly forThisCall: boolean
  /** An `otherwise`. */
  readonly byDefault: boolean
}

export interface BlockEnd {
  readonly rule: string
  readonly outcome: Outcome
  readonly forThisCall: boolean
  readonly byDefault: boolean
}

export function compileBlock(compiler: Compiler, lineUps: LineUps, block: Block): CompiledBlock {
  const rules = [...block.rules, block.otherwise]
  return { rules: rules.map((rule) => compileRule(compiler, lineUps, rule, rule === block.otherwise)) }
}

function compileRule(compiler: Compiler, lineUps: LineUps, rule: Rule, byDefault: boolean): CompiledRule {
  return {
    name: rule.name,
    guard: rule.guard === undefined ? undefined : compileExpression(compiler, rule.guard),
    effects: rule.effects.map((effect) => compileEffect(compiler, effect)),
    choice: rule.choice === undefined ? undefined : compileChoice(compiler, lineUps, rule.choice),
    forThisCall: rule.forThisCall,
    byDefault,
  }
}

/** What an absent block says. */
export const keepingBlock: CompiledBlock = {
  rules: [
    { name: 'otherwise', guard: undefined, effects: [], choice: () => keep, forThisCall: false, byDefault: true },
  ],
}

/** Runs the rules until one chooses. `after` gathers the rules that fired before it. */
export function runBlock(frame: CallFrame, block: CompiledBlock, after: string[]): BlockEnd {
  for (const rule of block.rules) {
    const holds = rule.guard === undefined || rule.guard.run(frame)
    if (holds === undefined && rule.guard !== undefined) note(frame, rule.guard)
    if (holds !== true) continue
    fire(frame, rule.name)
    for (const effect of rule.effects) effect(frame)
    const outcome = rule.choice?.(frame)
    const { name, forThisCall, byDefault } = rule
    if (outcome !== undefined) return { rule: name, outcome, forThisCall, byDefault }
    after.push(rule.name)
  }
  return { rule: 'otherwise', outcome: keep, forThisCall: false, byDefault: true }
}

function fire(frame: CallFrame, rule: string): void {
  const state = changing(frame)
  state.fired = withEntry(state.fired, rule, { call: state.call, turn: state.turn, micros: frame.clock })
}

/** Takes over the memories of a state. */
function remember(frame: CallFrame, { memories }: SessionState): void {
  changing(frame).memories = memories
}

function compileEffect(compiler: Compiler, effect: Effect): (frame: CallFrame) => void {
  const { policy } = compiler
  switch (effect.kind) {
    case 'alert':
      return (frame) => frame.alerts.push(effect.text)
    case 'remind':
      return (frame) => {
        const state = changing(frame)
        frame.reminders.push(effect.text)
        const reminder = { call: state.call, turn: state.turn, micros: frame.clock }
        state.events = { ...state.events, reminder }
      }
    case 'set':
      return (frame) => remember(frame, setLatch(frame.state, effect.memory))
    case 'reset':
    case 'release':
      return (frame) => {
        frame.pins.delete(effect.memory)
        remember(frame, forget(frame.state, effect.memory))
      }
    case 'add':
      return (frame) => remember(frame, addTo(policy, frame.state, effect.memory, effect.count))
    case 'pin':
      return (frame) => {
        frame.pins.add(effect.memory)
      }
    case 'raise': {
      const value = compileExpression(compiler, effect.value)
      return (frame) => {
        const word = value.run(frame)
        if (word === undefined) {
          note(frame, value)
          return
        }
        if (word !== null) frame.used.add(effect.memory)
        const raised = typeof word === 'string' ? word : null
        remember(frame, raiseTo(policy, frame.state, effect.memory, raised, frame.clock))
      }
    }
  }
}
