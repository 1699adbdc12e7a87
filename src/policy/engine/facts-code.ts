import type { CountQuery, FactName, SinceQuery } from '../core.ts'
import type { Reading, SessionState } from '../decision.ts'
import { entryOf } from '../entries.ts'
import { calledTool, memoryOf, requestMapOf, sinceOf, statedSignal } from '../facts.ts'
import type { CallFrame } from './call-frame.ts'
import { leaf } from './code.ts'
import type { Code, Value } from './code.ts'
import { kept } from './compiler.ts'
import type { Compiler } from './compiler.ts'
import { compileCount } from './counts.ts'
import { spelled, whole } from './quantity.ts'

/** Codes that read the request, the history and the session's memory. */

export function valueOf(reading: Reading): Value {
  switch (typeof reading) {
    case 'number':
      return spelled(reading)
    case 'bigint':
      return whole(reading)
    case 'object':
      return reading === null ? null : reading.map((item) => (typeof item === 'number' ? spelled(item) : item))
    default:
      return reading
  }
}

/** The choice changes them, or a hard switch does. */
export const movingFacts: ReadonlySet<FactName> = new Set(['current', 'context.free', 'requested', 'session.kind'])

export function factCode(compiler: Compiler, fact: FactName): Code {
  const read = reader(compiler, fact)
  const run = (frame: CallFrame): Value => {
    const stated = frame.given ? statedSignal(frame.input, fact) : undefined
    return stated === undefined ? read(frame) : valueOf(stated.reading)
  }
  return leaf(fact, run, movingFacts.has(fact))
}

function reader(compiler: Compiler, fact: FactName): (frame: CallFrame) => Value {
  const fromState = (read: (state: SessionState) => Reading) => (frame: CallFrame) => valueOf(read(frame.state))
  switch (fact) {
    case 'current':
      return (frame) => frame.state.choice?.model ?? null
    case 'requested': {
      const { spellings } = compiler.universe
      return ({ state: { requested } }) =>
        typeof requested === 'string' ? (spellings.get(requested) ?? requested) : requested
    }
    case 'turn':
      return (frame) => frame.state.turn
    case 'images':
      return fromState((state) => state.history.turnImages)
    case 'context.images':
      return fromState((state) => state.history.contextImages)
    case 'message.text':
      return ({ state: { history } }) => (history.userMessage === null ? null : history.userMessage?.text)
    case 'message.length':
      return fromState(({ history }) => (history.userMessage === null ? null : history.userMessage?.chars))
    case 'context.length':
      return (frame) => frame.tokens
    case 'context.free':
      return contextFree(compiler)
    case 'session.kind':
      return (frame) => frame.state.kind
    case 'sidechain':
      return (frame) => frame.state.sidechain
    case 'org.blocked':
      return (frame) => frame.state.organisation.blocked
    case 'org.only':
      return (frame) => frame.state.organisation.only
    case 'org.ignored':
      return (frame) => frame.state.organisation.ignored
    case 'org.router':
      return (frame) => frame.state.organisation.router
    case 'session':
      return (frame) => frame.state.session
    default:
      return (frame) => valueOf(entryOf(frame.state.history.signals, fact))
  }
}

/** What the current model's window leaves; none without one. */
function contextFree(compiler: Compiler): (frame: CallFrame) => Value {
  const current = factCode(compiler, 'current')
  return (frame) => {
    const model = current.run(frame)
    if (typeof model !== 'string') return model
    const window = compiler.universe.models.get(model)?.model.contextTokens
    return window === undefined || frame.tokens === undefined ? undefined : window - frame.tokens
  }
}

export function requestMapCode(map: 'header' | 'param' | 'metadata', key: string): Code {
  return leaf(`${map}("${key}")`, (frame) => valueOf(requestMapOf(frame.state, map, key)))
}

export function countCode(compiler: Compiler, query: CountQuery): Code {
  const text = JSON.stringify(query)
  const found = compiler.counts.get(text)
  if (found !== undefined) return found
  const fresh = kept(
    compiler,
    leaf(missingName(query), compileCount(compiler.policy, query)),
  )
  compiler.counts.set(text, fresh)
  return fresh
}

function missingName({ what }: CountQuery): string {
  if (what.kind === 'phrases') return what.list
  return what.kind === 'uses' ? `tool ${JSON.stringify(what.tool)}` : what.kind
}

export function sinceCode(query: SinceQuery): Code {
  const { of, unit } = query
  // Rules fire, reminders are given and models are switched in the course of a call.
  const moving = of.kind === 'rule' || (of.kind === 'event' && of.event !== 'failover')
  return leaf(unit === 'time' ? 'now' : 'since', (frame) => sinceOf(frame.state, frame.input, query), moving)
}

export function memoryCode(compiler: Compiler, name: string): Code {
  const memory = compiler.policy.memories.find((each) => each.name === name)
  const { policy } = compiler
  const refreshes =
    (memory?.kind === 'pin' || memory?.kind === 'level') && memory.lifetime?.refreshedOnUse === true
  return leaf(
    name,
    (frame) => {
      if (refreshes) frame.used.add(name)
      return memoryOf(policy, frame.state, frame.input, name)
    },
    true,
  )
}

export function calledCode(tool: string): Code {
  return leaf('called', (frame) => calledTool(frame.state, tool))
}
