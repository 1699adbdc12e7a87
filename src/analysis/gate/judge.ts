import type { Location } from '../../language/source.ts'
import type { Policy } from '../../policy/core.ts'
import { assumptionNames } from '../../policy/assumption-names.ts'
import { mergeSplits } from '../../replay/ledger.ts'
import { modelledOn } from '../../replay/modelled-on.ts'
import type { MoneySplit } from '../../replay/result/money.ts'
import type { ReplayResult } from '../../replay/result/replay.ts'
import type { Totals } from '../../replay/result/totals.ts'
import { servedAtLeast } from '../../replay/served.ts'
import { refusalOf, type MovedCall, type TrafficDiff } from '../diff/traffic.ts'
import type { MeaningComparison } from '../diff/meaning.ts'
import { acceptedBy, boundsOfChange, boundsOfCost, notAccepted, type Bounds } from './accepted.ts'
import { baselineCost, servedOf, type Baseline } from './baseline.ts'
import { atMostZero, verdictOf, type GateCheck, type GateResult, type GateVerdict } from './gate.ts'
import type { CostLimit, CountLimit, GateLimits } from './limits.ts'
import { movesCheck } from './moves.ts'

export interface Judged {
  readonly policy: Policy
  readonly traffic: TrafficDiff
  readonly meaning: MeaningComparison
  /** Calls with another decision, in the order of the trace. */
  readonly moved: readonly MovedCall[]
  /** An old policy was given; else only a baseline can tell a change. */
  readonly hasOld: boolean
  readonly baseline: Baseline | undefined
  /** The user wants figures although the recorded policy is not reproduced. */
  readonly forced: boolean
}

/** Everything that the policy and the command line ask of a change. */
export function judgeGate(judged: Judged, limits: GateLimits): GateResult {
  const accepted = acceptedBy(judged.policy)
  const { traffic } = judged
  const checks =
    traffic.corpus.calls === 0
      ? []
      : [
          ...identityChecks(judged),
          ...claimChecks(judged.policy, traffic.new),
          ...reproducedChecks(judged),
          ...costChecks(judged, limits.maxCostChange, accepted),
          ...flipChecks(judged, limits.maxFlips),
          ...availabilityChecks(traffic, limits.minAvailabilityMillionths, accepted),
          ...upgradeChecks(traffic, limits.maxUpgrades),
          ...(limits.noDecisionMoves === undefined ? [] : [movesCheck(judged, limits.noDecisionMoves.except)]),
        ]
  return {
    verdict: verdictOf(checks),
    checks,
    assuming: [...accepted].toSorted(),
    baseline: judged.hasOld ? undefined : judged.baseline,
  }
}

/** A what-if on a policy that is not understood is worth nothing. */
function identityChecks({ traffic, forced }: Judged): readonly GateCheck[] {
  const refused = refusalOf(traffic)
  if (refused === undefined || forced) return []
  return [
    {
      name: 'recorded policy',
      asked: 'its replay reproduces the log',
      found: { kind: 'count', count: refused.same, of: refused.calls },
      verdict: 'fail',
      decides: [refused.reason],
      location: undefined,
    },
  ]
}

function claimChecks(policy: Policy, { totals, smallestBreaches, expectations }: ReplayResult): readonly GateCheck[] {
  const invariants = policy.invariants.flatMap(({ name, location }): readonly GateCheck[] => {
    const judged = totals.invariantsChecked[name] ?? 0
    const breach = smallestBreaches.find((each) => each.invariant === name)
    if (judged === 0) return []
    return [
      {
        name: `invariant ${name}`,
        asked: 'holds at every call',
        found: { kind: 'count', count: judged - (totals.breaches[name] ?? 0), of: judged },
        verdict: breach === undefined ? 'pass' : 'fail',
        decides: breach === undefined ? [] : [`session ${breach.session}, call ${breach.call}: ${breach.values}`],
        location,
      },
    ]
  })
  const expected = expectations.map(({ name, verdict, detail, decides = [] }): GateCheck => {
    const location = policy.expectations.find((each) => each.name === name)?.location
    return {
      name: `expect ${name}`,
      asked: location === undefined ? 'as the policy says' : writtenAfter(location),
      found: { kind: 'text', text: detail },
      verdict,
      decides,
      location,
    }
  })
  return [...invariants, ...expected]
}

/** The condition of an expectation as its author wrote it, on one line. */
function writtenAfter({ source, span }: Location): string {
  const text = source.text.slice(span.start, span.end)
  return text.slice(text.indexOf(':') + 1).replace(/\s+/g, ' ').trim()
}

/** With the old policy at hand, its results must be the committed ones: the engine itself has not moved. */
function reproducedChecks({ traffic, hasOld, baseline }: Judged): readonly GateCheck[] {
  if (!hasOld || baseline === undefined) return []
  const same = baseline.run.outcomeHash === traffic.old.outcomeHash
  const versions = `${baseline.engineVersion} then, ${traffic.old.engineVersion} now`
  return [
    {
      name: 'baseline',
      asked: 'the old policy comes to the committed results',
      found: { kind: 'text', text: same ? 'it does' : `it comes to others (${versions})` },
      verdict: same ? 'pass' : 'fail',
      decides: [],
      location: undefined,
    },
  ]
}

function costChecks(judged: Judged, limit: CostLimit | undefined, accepted: ReadonlySet<string>): readonly GateCheck[] {
  if (limit === undefined) return []
  const { bounds, base } = costBounds(judged, accepted)
  const { lo, hi, decides } = bounds
  let [overLo, overHi] = [lo, hi]
  if (limit.kind === 'money') {
    overLo = lo === null ? null : lo - limit.picoUsd
    overHi = hi === null ? null : hi - limit.picoUsd
  } else {
    // In millionths: change - share × base, at the ends that are worst and best for the share's sign.
    const share = limit.millionths
    const [small, large] = share >= 0n ? [base.lo, base.hi] : [base.hi, base.lo]
    overLo = lo === null || large === null ? null : lo * 1_000_000n - share * large
    overHi = hi === null || small === null ? null : hi * 1_000_000n - share * small
  }
  const verdict = atMostZero(overLo, overHi)
  return [
    {
      name: 'cost change',
      asked: limit.kind === 'money' ? `at most ${usdText(limit.picoUsd)}` : `at most ${shareText(limit.millionths)}`,
      found: { kind: 'money', lo, hi, of: base.lo },
      verdict,
      decides: verdict === 'undecided' ? decides : [],
      location: undefined,
    },
  ]
}

function costBounds(
  { traffic, hasOld, baseline }: Judged,
  accepted: ReadonlySet<string>,
): { readonly bounds: Bounds; readonly base: { readonly lo: bigint; readonly hi: bigint | null } } {
  const cost = ({ totals }: ReplayResult): { lo: bigint; hi: bigint | null } =>
    boundsOfCost(totals.money.frozen, totals.money.overhead, accepted, modelledOn(totals))
  if (hasOld || baseline === undefined) {
    return { bounds: boundsOfChange(traffic.change, accepted), base: cost(traffic.old) }
  }
  // Of a baseline only sums are known: what both leave open does not cancel.
  const base = boundsOfCost(baselineCost(baseline), { parts: {} }, accepted)
  const now = cost(traffic.new)
  if (baseline.run.outcomeHash === traffic.new.outcomeHash) return { bounds: { lo: 0n, hi: 0n, decides: [] }, base }
  const split = mergeSplits(traffic.new.totals.money.frozen, traffic.new.totals.money.overhead)
  return {
    bounds: {
      lo: base.hi === null ? null : now.lo - base.hi,
      hi: now.hi === null ? null : now.hi - base.lo,
      decides: openIn(split, traffic.new.totals, accepted),
    },
    base,
  }
}

function openIn({ parts }: MoneySplit, totals: Totals, accepted: ReadonlySet<string>): readonly string[] {
  const on = [...modelledOn(totals), ...(totals.money.overhead.parts.modelled === undefined ? [] : [assumptionNames.declaredOverhead])]
  return [
    ...on.map((name) => (accepted.has(name) ? name : notAccepted(name))),
    ...(parts.unknown === undefined ? [] : ['prices or token counts that are unknown']),
    'a baseline keeps sums only: name the old policy with --against',
  ]
}

function flipChecks({ traffic, hasOld, baseline }: Judged, limit: CountLimit | undefined): readonly GateCheck[] {
  if (limit === undefined) return []
  const { flips, corpus } = traffic
  const known = hasOld || baseline?.run.outcomeHash === traffic.new.outcomeHash
  const verdict: GateVerdict = known ? within(flips, corpus.calls, limit) : 'undecided'
  return [
    {
      name: 'flips',
      asked: countText(limit, 'calls decided differently'),
      found: known ? { kind: 'count', count: flips, of: corpus.calls } : { kind: 'text', text: 'unknown' },
      verdict,
      decides: known ? [] : ['a baseline keeps sums only: name the old policy with --against'],
      location: undefined,
    },
  ]
}

function availabilityChecks(
  { new: result }: TrafficDiff,
  least: bigint | undefined,
  accepted: ReadonlySet<string>,
): readonly GateCheck[] {
  if (least === undefined) return []
  const { served, asked } = servedOf(result)
  if (asked === 0) return []
  const sure = servedAtLeast(result.totals, (name) => accepted.has(name))
  const unknown = accepted.has(assumptionNames.unknownHealth) ? undefined : result.outage?.unknownHealth
  // Where hosts of unknown health are down, so much less is served.
  const lo = Math.max(0, sure.served - (unknown === undefined ? 0 : Math.max(0, unknown.up.served - unknown.down.served)))
  const short = (calls: number): bigint => least * BigInt(asked) - BigInt(calls) * 1_000_000n
  const verdict = atMostZero(short(served), short(lo))
  const millionths = (calls: number): bigint => (BigInt(calls) * 1_000_000n) / BigInt(asked)
  const open = [...sure.assuming, ...(unknown === undefined ? [] : [assumptionNames.unknownHealth])]
  return [
    {
      name: 'availability',
      asked: `at least ${shareText(least)} of calls served`,
      found: { kind: 'share', loMillionths: millionths(lo), hiMillionths: millionths(served) },
      verdict,
      decides: verdict === 'undecided' ? open.map(notAccepted) : [],
      location: undefined,
    },
  ]
}

function upgradeChecks({ new: { totals } }: TrafficDiff, limit: CountLimit | undefined): readonly GateCheck[] {
  if (limit === undefined) return []
  return [
    {
      name: 'upgrades',
      asked: countText(limit, limit.kind === 'share' ? 'of sessions, in upgrades' : 'upgrades'),
      found: { kind: 'count', count: totals.upgrades, of: totals.sessions },
      verdict: within(totals.upgrades, totals.sessions, limit),
      decides: [],
      location: undefined,
    },
  ]
}

function within(count: number, of: number, limit: CountLimit): GateVerdict {
  const fits =
    limit.kind === 'count'
      ? BigInt(count) <= limit.count
      : BigInt(count) * 1_000_000n <= limit.millionths * BigInt(of)
  return fits ? 'pass' : 'fail'
}

function countText(limit: CountLimit, what: string): string {
  return limit.kind === 'count' ? `at most ${limit.count} ${what}` : `at most ${shareText(limit.millionths)} ${what}`
}

/** Exact: `2%`, `-0.25%`. */
function shareText(millionths: bigint): string {
  const size = millionths < 0n ? -millionths : millionths
  const digits = (size % 10_000n).toString().padStart(4, '0').replace(/0+$/, '')
  return `${millionths < 0n ? '-' : ''}${size / 10_000n}${digits === '' ? '' : `.${digits}`}%`
}

/** Exact: `$5`, `-$0.5`. */
function usdText(picoUsd: bigint): string {
  const size = picoUsd < 0n ? -picoUsd : picoUsd
  const digits = (size % 1_000_000_000_000n).toString().padStart(12, '0').replace(/0+$/, '')
  return `${picoUsd < 0n ? '-' : ''}$${size / 1_000_000_000_000n}${digits === '' ? '' : `.${digits}`}`
}
