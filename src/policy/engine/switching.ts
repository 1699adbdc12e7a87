import type { CompactTo, Policy } from '../core.ts'
import type { RememberedChoice, SwitchRecord } from '../decision.ts'
import type { WritableState } from './call-frame.ts'

type Switch = (
  state: WritableState,
  from: RememberedChoice,
  to: RememberedChoice,
  clock: number | undefined,
) => SwitchRecord

/** What a change from one remembered choice to another model does; written to the state. */
export function compileSwitching({ switching }: Policy): Switch {
  return (state, from, to, clock) => {
    const otherProvider = differ(from.provider, to.provider)
    const otherFamily = differ(from.family, to.family)
    const kind = state.kind === 'concrete' ? switching.concrete : switching.router
    const compactTo = compactionOf(switching, otherProvider, otherFamily)
    const moment = { call: state.call, turn: state.turn, micros: clock }
    const compacts = compactTo !== undefined && compactTo !== null
    state.events = { ...state.events, switch: moment, ...(compacts ? { compaction: moment } : {}) }
    if (kind === 'hard') {
      state.kind = 'concrete'
      state.requested = to.model
      state.requestedFixed = true
    }
    return {
      from: from.model,
      to: to.model,
      kind,
      otherProvider,
      otherFamily,
      compactToMillionths: compactTo?.millionths,
    }
  }
}

/** What is unknown equals anything. */
function differ(left: string | undefined, right: string | undefined): boolean {
  return left !== undefined && right !== undefined && left !== right
}

/** Of another family the family's line, else the provider's, else the family's. */
export function compactionOf(
  switching: Policy['switching'],
  otherProvider: boolean,
  otherFamily: boolean,
): CompactTo | undefined {
  if (otherFamily && switching.otherFamily !== undefined) return switching.otherFamily
  const byProvider = otherProvider ? switching.otherProvider : switching.sameProvider
  if (byProvider !== undefined) return byProvider
  return otherFamily ? switching.otherFamily : switching.sameFamily
}
