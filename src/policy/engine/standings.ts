import type { Endpoint, Expression } from '../core.ts'
import { entryOf, hasEntry } from '../entries.ts'
import { partsOf as parts } from '../walk.ts'
import { withState } from './call-frame.ts'
import type { CallFrame, Standing } from './call-frame.ts'
import type { Code } from './code.ts'
import type { Compiler } from './compiler.ts'
import { compileExpression } from './expression.ts'
import { factCode, movingFacts } from './facts-code.ts'
import type { EndpointEntry, ModelEntry, Universe } from './universe.ts'

/** Who may be chosen at a call: the hard filters, compiled. */
export interface Standings {
  /** Judges what holds for the whole call. */
  readonly begin: (frame: CallFrame) => CallStanding
  /**
   * What is left of one model; worked out when it is first asked for, with the state that the call
   * began with: no effect of a call changes who may be chosen at it.
   */
  readonly of: (frame: CallFrame, index: number) => Standing
}

export interface CallStanding {
  /** Filters that rest because it is unknown whether they hold, sorted as they are declared. */
  readonly resting: readonly string[]
  /** A spent budget that stops every call. */
  readonly stopped: { readonly budget: string; readonly reason: string } | undefined
  readonly upgradesDenied: boolean
}

interface CompiledFilter {
  readonly name: string
  readonly allows: boolean
  readonly subject: 'models' | 'endpoints'
  readonly where: Code
  readonly when: Code | undefined
  /** Decided at the beginning of each call. */
  active: boolean
}

export function compileStandings(compiler: Compiler): Standings {
  const { policy, universe } = compiler
  const entries = [...universe.models.values()]
  const compile = (expression: Expression): Code => compileExpression(compiler, expression)
  const filters: readonly CompiledFilter[] = policy.filters.map((filter) => ({
    name: filter.name,
    allows: filter.effect === 'allow',
    subject: filter.subject,
    where: compile(filter.where),
    when: filter.when === undefined ? undefined : compile(filter.when),
    active: true,
  }))
  const ofModels = filters.filter((filter) => filter.subject === 'models')
  const ofEndpoints = filters.filter((filter) => filter.subject === 'endpoints')
  const changeable = policy.filters.some((filter) => mayChange(compiler, filter.where))
  const contextImages = factCode(compiler, 'context.images')
  const checksWindow = !policy.unchecked.includes('context-window')
  const checksImages = !policy.unchecked.includes('modality')
  const budgets = compileBudgets(compiler)

  const frameState = { images: undefined as boolean | undefined }

  const passes = (filter: CompiledFilter, frame: CallFrame, missing: Set<string>): boolean => {
    const verdict = filter.where.run(frame)
    if (verdict === undefined) filter.where.blame(frame, missing)
    return verdict === undefined ? false : (verdict === true) === filter.allows
  }

  const missing = new Set<string>()
  const judge = (frame: CallFrame, entry: ModelEntry, standing: Standing): void => {
    const { organisation } = frame.state
    missing.clear()
    const { model, host } = frame
    standing.allowed = false
    standing.candidate = false
    standing.endpoints = none
    standing.missing = noNames
    if (organisation.blocked.includes(entry.name)) return
    if (budgets.onlyModels(entry)) return
    frame.model = entry.name
    frame.host = undefined
    let passed = true
    for (const filter of ofModels) {
      if (filter.active && !passes(filter, frame, missing)) passed = false
      if (!passed) break
    }
    if (passed) {
      frame.model = undefined
      const left = entry.endpoints.filter((each) => endpointPasses(frame, each, missing))
      standing.endpoints = left.map((each) => each.endpoint)
    }
    frame.model = model
    frame.host = host
    if (missing.size > 0) standing.missing = [...missing].sort()
    standing.allowed = standing.endpoints.length > 0
    standing.candidate = standing.allowed && fits(frame, entry)
  }

  const endpointPasses = (frame: CallFrame, each: EndpointEntry, missing: Set<string>): boolean => {
    const { organisation } = frame.state
    const { endpoint } = each
    if (budgets.spentAt(endpoint.provider)) return false
    if (organisation.ignored.includes(endpoint.provider)) return false
    if (organisation.only !== null && !onlyAllows(organisation.only, endpoint, compiler)) return false
    frame.host = endpoint
    return ofEndpoints.every((filter) => !filter.active || passes(filter, frame, missing))
  }

  const fits = (frame: CallFrame, entry: ModelEntry): boolean => {
    if (frameState.images === true && checksImages && !entry.accepts.has('image')) return false
    const window = entry.model.contextTokens
    return !checksWindow || window === undefined || frame.tokens === undefined || frame.tokens <= window
  }

  const of = (frame: CallFrame, index: number): Standing => {
    const known = frame.standings[index]
    const entry = entries[index]
    if (known === undefined || entry === undefined) return nobody
    if (known.stamp >= frame.callStamp) return known
    known.stamp = frame.callStamp
    if (!changeable || frame.state === frame.observed) judge(frame, entry, known)
    else withState(frame, frame.observed, () => judge(frame, entry, known))
    return known
  }

  const begin = (frame: CallFrame): CallStanding => {
    let resting = noNames
    for (const filter of filters) {
      const holds = filter.when === undefined || filter.when.run(frame)
      filter.active = holds === true
      if (holds === undefined) resting = [...resting, filter.name]
    }
    const images = contextImages.run(frame)
    frameState.images = typeof images === 'number' ? images > 0 : undefined
    if (checksImages && images === undefined) resting = [...resting, 'modality']
    if (checksWindow && frame.tokens === undefined) resting = [...resting, 'context-window']
    const { stopped, upgradesDenied } = budgets.begin(frame)
    return { resting, stopped, upgradesDenied }
  }

  return { begin, of }
}

const none: readonly Endpoint[] = []
const noNames: readonly string[] = []
const nobody: Standing = { stamp: 0, allowed: false, candidate: false, endpoints: none, missing: noNames }

export function freshStanding(): Standing {
  return { stamp: 0, allowed: false, candidate: false, endpoints: none, missing: noNames }
}

/** An effect, or the choice, may change what the filter says of a model. */
function mayChange(compiler: Compiler, where: Expression): boolean {
  let changes = false
  const visit = (expression: Expression): void => {
    if (expression.kind === 'memory' || expression.kind === 'since') changes = true
    if (expression.kind === 'fact' && movingFacts.has(expression.fact)) changes = true
    if (expression.kind === 'signal') {
      const signal = compiler.policy.signals.find((each) => each.name === expression.signal)
      if (signal !== undefined) visit(signal.value)
    }
    if (expression.kind === 'scorer-score' || expression.kind === 'scorer-band') {
      const scorer = compiler.policy.scorers.find((each) => each.name === expression.scorer)
      scorer?.weights.forEach((weight) => visit(weight.signal))
    }
    parts(expression).forEach(visit)
  }
  visit(where)
  return changes
}

/** `org.only` binds providers where it names one, and models where it names one or no provider. */
function onlyAllows(only: readonly string[], endpoint: Endpoint, { policy, universe }: Compiler): boolean {
  const providers = only.filter((name) => policy.providers.some((provider) => provider.name === name))
  const models = only.filter((name) => universe.models.has(name))
  if (providers.length > 0 && !providers.includes(endpoint.provider)) return false
  return (models.length === 0 && providers.length > 0) || models.includes(endpoint.model)
}

interface CompiledBudgets {
  readonly begin: (frame: CallFrame) => Pick<CallStanding, 'stopped' | 'upgradesDenied'>
  /** A spent budget leaves only a pool, and the model is not in it. */
  readonly onlyModels: (entry: ModelEntry) => boolean
  /** A budget per provider takes out the hosts of one that has spent its own. */
  readonly spentAt: (provider: string) => boolean
}

function compileBudgets({ policy, universe }: Compiler): CompiledBudgets {
  const only: ReadonlySet<string>[] = []
  const spent = new Set<string>()
  const used = (frame: CallFrame, budget: string, provider?: string): number => {
    const { given } = frame.input
    if (hasEntry(given.usedMillionths, budget)) return entryOf(given.usedMillionths, budget) ?? 0
    return frame.world.usedMillionths(budget, provider) ?? 0
  }
  const unspent = { stopped: undefined, upgradesDenied: false }
  return {
    begin: (frame) => {
      if (policy.budgets.length === 0) return unspent
      only.length = 0
      spent.clear()
      let stopped: CallStanding['stopped']
      let upgradesDenied = false
      for (const { name, actions, scope } of policy.budgets) {
        if (scope === 'provider') {
          for (const { atMillionths, action } of actions) {
            if (action.kind !== 'stop') continue
            for (const provider of policy.providers) {
              if (used(frame, name, provider.name) >= atMillionths) spent.add(provider.name)
            }
          }
          continue
        }
        const share = used(frame, name)
        for (const { atMillionths, action } of actions) {
          if (share < atMillionths) continue
          if (action.kind === 'stop') stopped ??= { budget: name, reason: action.text }
          if (action.kind === 'deny-upgrades') upgradesDenied = true
          if (action.kind === 'only') only.push(membersOf(universe, action.pool))
        }
      }
      return { stopped, upgradesDenied }
    },
    onlyModels: (entry) => only.some((pool) => !pool.has(entry.name)),
    spentAt: (provider) => spent.has(provider),
  }
}

function membersOf({ pools }: Universe, pool: string): ReadonlySet<string> {
  return new Set(pools.get(pool)?.members.map((member) => member.entry.name))
}
