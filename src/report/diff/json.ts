import type { GateCheck } from '../../analysis/gate/gate.ts'
import type { Region } from '../../analysis/diff/meaning.ts'
import type { ReplayResult } from '../../replay/result/replay.ts'
import { document } from '../json.ts'
import { positionOf } from '../position.ts'
import type { Review } from './review.ts'

/** The whole review, as `docs/schemas/diff-1.schema.json` describes it. */
export function reviewJson({ diff, gate, version }: Review): string {
  const { meaning, traffic } = diff
  return document({
    schemaVersion: 1,
    engineVersion: version,
    old: diff.old,
    new: diff.new,
    meaning: {
      verdict: meaning.verdict,
      regions: meaning.regions.map(regionData),
      notDecided: meaning.notDecided,
      edits: meaning.edits,
      changes: meaning.changes,
    },
    traffic: traffic === undefined ? undefined : { ...traffic, old: runData(traffic.old), new: runData(traffic.new) },
    gate:
      gate === undefined
        ? undefined
        : { verdict: gate.verdict, assuming: gate.assuming, checks: gate.checks.map(checkData) },
  })
}

/** The witness without its state and input, which have no form of their own. */
function regionData({ witness, ...region }: Region): object {
  const { old, new: next } = witness
  const decision = ({ rule, model, block, noRoute }: typeof old): object => ({ block, rule, model, noRoute: noRoute?.reason })
  return { ...region, witness: { facts: witness.facts, old: decision(old), new: decision(next) } }
}

function runData({ runId, outcomeHash, traceDigest, seed, totals, assumptions, identity, refusal, notices }: ReplayResult): object {
  const { attempts, upgrades, switches, money } = totals
  return {
    runId,
    outcomeHash,
    traceDigest,
    seed,
    identity: identity.form,
    refusal: refusal?.reason,
    notices,
    assumptions,
    attempts,
    noRoute: totals.decisions.noRoute,
    upgrades,
    switches,
    cost: money.frozen,
    overhead: money.overhead,
  }
}

function checkData({ location, ...check }: GateCheck): object {
  return { ...check, ...(location === undefined ? {} : positionOf(location)) }
}
