import type { Endpoint, Policy } from '../core.ts'
import type { CallInput, Decision, Evaluator, RememberedChoice, SessionState, World } from '../decision.ts'
import { forgetPerChoice, pinModel, refreshed } from '../memory.ts'
import { changing, enter, newFrame, withState } from './call-frame.ts'
import type { CallFrame } from './call-frame.ts'
import { canHave } from './choices.ts'
import { newCompiler } from './compiler.ts'
import { compileExpression } from './expression.ts'
import { factCode } from './facts-code.ts'
import { compileLineUps } from './line-ups.ts'
import { compileBlock, keepingBlock, runBlock } from './rules.ts'
import type { BlockEnd, CompiledBlock } from './rules.ts'
import { compileStandings, freshStanding } from './standings.ts'
import type { CallStanding } from './standings.ts'
import { compileSwitching } from './switching.ts'
import { universeOf } from './universe.ts'

/**
 * Compiles a policy once into closures over one frame a call. It decides what the reference
 * evaluator decides, on every policy, state and input.
 */
export function compilePolicy(policy: Policy): Evaluator {
  const universe = universeOf(policy)
  const compiler = newCompiler(policy, universe)
  const standings = compileStandings(compiler)
  const lineUps = compileLineUps(compiler)
  const blocks = compileBlocks(policy, (block) => compileBlock(compiler, lineUps, block))
  const hides = policy.hides.map(({ tool, when }) => ({ tool, when: compileExpression(compiler, when) }))
  const switching = compileSwitching(policy)
  const contextLength = factCode(compiler, 'context.length')
  const fresh = [...universe.models].map(freshStanding)
  let kept: CallFrame | undefined

  const decide = (state: SessionState, input: CallInput, world: World): readonly [SessionState, Decision] => {
    kept ??= newFrame(fresh, standings.of, compiler.slots, { state, input, world })
    const frame = kept
    enter(frame, state, input, world)
    if (frame.given) {
      const tokens = contextLength.run(frame)
      frame.tokens = typeof tokens === 'number' ? tokens : undefined
    }
    const standing = standings.begin(frame)
    frame.upgradesDenied = standing.upgradesDenied
    const block = state.choice === undefined ? 'start' : input.beginsTurn ? 'turn' : 'call'
    const after: string[] = []
    const first = stopped(standing) ?? runBlock(frame, blocks[block], after)
    return finish(frame, settle(frame, first, after), standing, block, state)
  }

  /** A `restart`, or a model kept that is no candidate, runs `on start` within the call, once. */
  const settle = (frame: CallFrame, first: BlockEnd, after: string[]): Settled => {
    const { outcome } = first
    if (outcome.kind === 'restart') {
      after.push(first.rule)
      return again(frame, after, 'rule', first.forThisCall)
    }
    if (outcome.kind !== 'keep') return settled(first, after, 'rule')
    const current = frame.state.choice
    // The host asked for is a wish when it is kept.
    if (current === undefined || canHave(frame, universe, lineUps, { ...current, at: undefined })) {
      return { ...settled(first, after, 'rule'), chosen: current }
    }
    if (!first.byDefault) after.push(first.rule)
    return again(frame, after, 'forced', false)
  }

  const again = (
    frame: CallFrame,
    after: string[],
    reason: Decision['reason'],
    forThisCall: boolean,
  ): Settled => {
    const state = changing(frame)
    state.memories = forgetPerChoice(policy, state).memories
    state.choice = undefined
    const end = runBlock(frame, blocks.start, after)
    return settled({ ...end, forThisCall: forThisCall || end.forThisCall }, after, reason)
  }

  const finish = (
    frame: CallFrame,
    { end, after, reason, chosen }: Settled,
    standing: CallStanding,
    block: Decision['block'],
    observed: SessionState,
  ): readonly [SessionState, Decision] => {
    const { outcome, forThisCall } = end
    const { undetermined } = frame
    const missing = frame.missing.size === 0 ? nothing : [...frame.missing].sort()
    // What serving lines and `hide` read is not used.
    const used = frame.used.size === 0 ? nothing : [...frame.used]
    const entry = chosen === undefined ? undefined : universe.models.get(chosen.model)
    const left = entry === undefined ? undefined : standings.of(frame, entry.index)
    const switched =
      chosen !== undefined && !forThisCall && outcome.kind === 'model'
        ? remember(frame, outcome, left?.endpoints ?? [])
        : undefined
    const hiddenTools = chosen === undefined ? nothing : hidden(frame, chosen.model)
    if (chosen !== undefined) {
      for (const pin of frame.pins) {
        const state = changing(frame)
        state.memories = pinModel(state, pin, chosen.model, frame.clock).memories
      }
    }
    const state = used.length === 0 ? frame.state : refreshed(policy, frame.state, used, frame.clock)
    const decision: Decision = {
      call: observed.call,
      turn: observed.turn,
      block,
      rule: end.rule,
      after,
      reason,
      model: chosen?.model,
      profile: chosen?.profile,
      at: chosen?.at,
      noRoute: outcome.kind === 'no-route' ? { reason: outcome.reason } : undefined,
      forThisCall,
      before: observed.choice?.model,
      upgraded: outcome.kind === 'model' && outcome.upgraded && outcome.model !== observed.choice?.model,
      noStep: frame.noStep,
      switched,
      drawn: outcome.kind === 'model' ? outcome.drawn : undefined,
      reminders: frame.reminders.length === 0 ? nothing : [...frame.reminders],
      alerts: frame.alerts.length === 0 ? nothing : [...frame.alerts],
      hiddenTools,
      asked: frame.asked.length === 0 ? nothing : [...frame.asked],
      undetermined,
      missing,
      resting: standing.resting,
      endpoints: left?.endpoints.map((endpoint) => endpoint.provider) ?? [],
    }
    return [state, decision]
  }

  /** Another model than the last one remembered is a switch. */
  const remember = (frame: CallFrame, chosen: Chosen, endpoints: readonly Endpoint[]): Decision['switched'] => {
    const { model, profile, at } = chosen
    const first = lineUps.first(frame, model, profile, at, endpoints)
    const choice: RememberedChoice = { model, profile, at, family: first?.family, provider: first?.provider }
    const state = changing(frame)
    const { lastChoice } = state
    if (state.choice !== undefined && state.choice.model !== model) {
      state.memories = forgetPerChoice(policy, state).memories
    }
    const changed = lastChoice !== undefined && lastChoice.model !== model
    const record = changed ? switching(state, lastChoice, choice, frame.clock) : undefined
    state.choice = choice
    state.lastChoice = choice
    return record
  }

  /** Judged with `current` the model just chosen. */
  const hidden = (frame: CallFrame, model: string): readonly string[] => {
    if (hides.length === 0) return nothing
    const { state } = frame
    const judge = (): readonly string[] =>
      hides.filter(({ when }) => when.run(frame) === true).map(({ tool }) => tool)
    if (model === state.choice?.model) return judge()
    const choice = { model, profile: undefined, at: undefined, family: undefined, provider: undefined }
    return withState(frame, { ...state, choice }, judge)
  }

  return { policy, decide }
}

const nothing: readonly string[] = []

type Chosen = Extract<BlockEnd['outcome'], { readonly kind: 'model' }>

interface Settled {
  readonly end: BlockEnd
  readonly after: readonly string[]
  readonly reason: Decision['reason']
  /** What serves the call; `undefined`: the call ends `no-route`. */
  readonly chosen: Pick<Chosen, 'model' | 'profile' | 'at'> | undefined
}

function settled(end: BlockEnd, after: readonly string[], reason: Decision['reason']): Settled {
  const { outcome } = end
  return {
    end,
    after,
    reason,
    chosen: outcome.kind === 'model' ? outcome : undefined,
  }
}

function stopped({ stopped: by }: CallStanding): BlockEnd | undefined {
  if (by === undefined) return undefined
  return { rule: by.budget, outcome: { kind: 'no-route', reason: by.reason }, forThisCall: false, byDefault: true }
}

type Blocks = { readonly [moment in Decision['block']]: CompiledBlock }

/** A block written for several moments is one object, compiled once. */
function compileBlocks(
  { blocks: { start, turn, call } }: Policy,
  compile: (block: NonNullable<Policy['blocks']['start']>) => CompiledBlock,
): Blocks {
  const known = new Map<Policy['blocks']['start'], CompiledBlock>()
  const once = (block: Policy['blocks']['start']): CompiledBlock => {
    if (block === undefined) return keepingBlock
    const found = known.get(block) ?? compile(block)
    known.set(block, found)
    return found
  }
  return { start: once(start), turn: once(turn), call: once(call) }
}
