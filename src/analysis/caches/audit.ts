import { drawMillionths } from '../../policy/draw.ts'
import type { Policy } from '../../policy/core.ts'
import { million } from '../../replay/cache/behaviour.ts'
import type { RecordedSession } from '../../trace/session.ts'
import { fitBehaviours } from './fit.ts'
import { constantShares, fitShares, previousPrefix, residualCauses, simulated } from './measure.ts'
import type { CacheModel, MeasuredCall } from './measure.ts'
import type { CacheAuditResult, Fidelity, MeanErrors } from './result.ts'
import { seenSession } from './seen.ts'
import type { SeenSession } from './seen.ts'

export interface CacheAudit {
  readonly add: (session: RecordedSession) => void
  readonly finish: () => CacheAuditResult
}

/**
 * How near the cache model comes to the buckets of a log: what no catalogue tells is fitted on one
 * half of the sessions, by a keyed draw, and the other half is modelled and compared. Sessions are
 * kept as a few numbers a call.
 */
export function createCacheAudit(
  policy: Policy,
  { seed, halvings = 8 }: { readonly seed: string; readonly halvings?: number },
): CacheAudit {
  const sessions: SeenSession[] = []
  const leftOut = new Map<string, number>()
  return {
    add: (session) => {
      const seen = seenSession(policy, session, (reason) => {
        leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1)
      })
      if (seen.calls.length > 0) sessions.push(seen)
    },
    finish: () => {
      const ordered = sessions.toSorted((a, b) => (a.session < b.session ? -1 : 1))
      return {
        schemaVersion: 1,
        seed,
        ...sizeOf(ordered),
        leftOut: Object.fromEntries([...leftOut].sort(([a], [b]) => (a < b ? -1 : 1))),
        ...compareHalves(ordered, seed),
        halvings: meanErrors(ordered, seed, halvings),
      }
    },
  }
}

/** Fits on the drawn half and measures on the other. */
export function compareHalves(
  sessions: readonly SeenSession[],
  seed: string,
): Pick<CacheAuditResult, 'fitted' | 'measured'> {
  const isFitted = ({ session }: SeenSession): boolean =>
    drawMillionths([seed, 'cache-half', session]) < million / 2
  const fitted = sessions.filter(isFitted)
  const measured = sessions.filter((session) => !isFitted(session))
  const behaviours = fitBehaviours(fitted, seed)
  const model = measured.map(simulated(behaviours))
  const calls = model.flat()
  return {
    fitted: { ...sizeOf(fitted), behaviours, kinds: (['marked', 'automatic'] as const).filter((kind) => hasKind(fitted, kind)) },
    measured: {
      ...sizeOf(measured),
      loggedPicoUsd: sum(calls, (call) => call.loggedPicoUsd),
      loggedHitRate: hitRate(calls, (call) => call.loggedRead),
      model: fidelityOf(model),
      baselines: baselines(fitted).map(([name, baseline]) => ({ name, ...fidelityOf(measured.map(baseline)) })),
      residuals: residualCauses.map((cause) => {
        const of = calls.filter((call) => call.cause === cause)
        return { cause, calls: of.length, picoUsd: sum(of, (call) => call.picoUsd.value - call.loggedPicoUsd) }
      }),
    },
  }
}

function baselines(fitted: readonly SeenSession[]): readonly (readonly [string, CacheModel])[] {
  return [
    ['constant shares', constantShares(fitShares(fitted))],
    ['previous prompt', previousPrefix({ firstFromLog: false })],
    ['and first read logged', previousPrefix({ firstFromLog: true })],
  ]
}

function hasKind(sessions: readonly SeenSession[], kind: 'marked' | 'automatic'): boolean {
  return sessions.some(({ calls }) => calls.some(({ request }) => request.rules?.kind === kind))
}

function meanErrors(sessions: readonly SeenSession[], seed: string, count: number): CacheAuditResult['halvings'] {
  const all = Array.from({ length: count }, (_, index) => compareHalves(sessions, `${seed} ${index}`).measured)
  const mean = (of: (measured: CacheAuditResult['measured']) => Fidelity | undefined): MeanErrors => {
    const found = all.flatMap((measured) => of(measured) ?? [])
    const over = (error: (fidelity: Fidelity) => number): number =>
      Math.floor(found.reduce((total, each) => total + Math.abs(error(each)), 0) / Math.max(1, found.length))
    return {
      totalError: over((each) => each.totalError),
      medianSessionError: over((each) => each.medianSessionError),
    }
  }
  return {
    count,
    model: mean(({ model }) => model),
    baselines: baselines([]).map(([name], index) => ({ name, ...mean((measured) => measured.baselines[index]) })),
  }
}

function fidelityOf(sessions: readonly (readonly MeasuredCall[])[]): Fidelity {
  const calls = sessions.flat()
  const modelled = sum(calls, (call) => call.picoUsd.value)
  const logged = sum(calls, (call) => call.loggedPicoUsd)
  const errors = sessions.flatMap((session) => {
    const of = sum(session, (call) => call.loggedPicoUsd)
    const error = of === 0n ? undefined : errorOf(sum(session, (call) => call.picoUsd.value), of)
    return error === undefined ? [] : [Math.abs(error)]
  })
  return {
    modelledPicoUsd: {
      lo: sum(calls, (call) => call.picoUsd.lo),
      value: modelled,
      hi: sum(calls, (call) => call.picoUsd.hi),
    },
    hitRate: {
      lo: hitRate(calls, (call) => call.read.lo),
      value: hitRate(calls, (call) => call.read.value),
      hi: hitRate(calls, (call) => call.read.hi),
    },
    totalError: logged === 0n ? 0 : errorOf(modelled, logged),
    medianSessionError: errors.sort((a, b) => a - b)[Math.floor((errors.length - 1) / 2)] ?? 0,
  }
}

function errorOf(modelled: bigint, logged: bigint): number {
  return Number(((modelled - logged) * BigInt(million)) / logged)
}

function sum(calls: readonly MeasuredCall[], of: (call: MeasuredCall) => bigint): bigint {
  return calls.reduce((total, call) => total + of(call), 0n)
}

function hitRate(calls: readonly MeasuredCall[], read: (call: MeasuredCall) => number): number {
  const prompt = calls.reduce((total, call) => total + call.promptTokens, 0)
  const found = calls.reduce((total, call) => total + read(call), 0)
  return prompt === 0 ? 0 : Number((BigInt(found) * BigInt(million)) / BigInt(prompt))
}

function sizeOf(sessions: readonly SeenSession[]): { readonly sessions: number; readonly calls: number } {
  return {
    sessions: sessions.length,
    calls: sessions.reduce((total, { calls }) => total + calls.length, 0),
  }
}
