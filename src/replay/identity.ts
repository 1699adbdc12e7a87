import type { Policy } from '../policy/core.ts'
import type { CallRecord } from '../trace/record.ts'
import type { RecordedSession } from '../trace/session.ts'
import { billOf, repriced } from './call-money.ts'
import { samePlace } from './place.ts'
import { comparablePlace, recordedPlace } from './recorded-place.ts'
import type { CallResult } from './result/call.ts'
import type { Identity } from './result/replay.ts'
import type { SessionResult } from './result/session.ts'
import { emptyTally, mergeTallies, tallyOf } from './tally.ts'
import type { Tally } from './tally.ts'
import { promptTokensOf } from '../trace/usage-sums.ts'

/** Identity so far: counts of a commutative monoid, with the first residuals in the order of the trace. */
export interface IdentityCounts {
  readonly policyCalls: number
  readonly policySame: number
  /** Sessions that were decided by another policy, or by one that nobody names. */
  readonly otherSessions: number
  /** Those of them whose header names the policy that decided, by its name. */
  readonly absentPolicies: Tally
  readonly calls: number
  readonly tokensSame: number
  readonly billed: number
  readonly billSame: number
  readonly policyResiduals: readonly Residual[]
  readonly accountingResiduals: readonly Residual[]
}

interface Residual {
  readonly session: string
  readonly call: number
  readonly detail: string
}

export const noIdentity: IdentityCounts = {
  policyCalls: 0,
  policySame: 0,
  otherSessions: 0,
  absentPolicies: emptyTally,
  calls: 0,
  tokensSame: 0,
  billed: 0,
  billSame: 0,
  policyResiduals: [],
  accountingResiduals: [],
}

/** The policy that decided when the trace was recorded, as far as it is at hand. */
export interface RecordedPolicy {
  readonly policy: Policy
  readonly digest: string
  /** Named by `--recorded`: it also decided sessions that name no policy. */
  readonly isNamed: boolean
}

/** Whether the header of a session says that this policy decided it. */
export function decidedBy(session: RecordedSession, { policy, digest, isNamed }: RecordedPolicy): boolean {
  const named = session.header?.policy
  if (named === undefined) return isNamed
  return named.digest === undefined ? named.name === policy.name : named.digest === digest
}

/** Under this share of `policy` identity, in hundredths, a what-if is refused. */
const leastIdentity = 99n

/**
 * What one session adds. `result` is that of the recorded policy where it decided the session: each
 * of its calls must come back with rule, endpoint, attempts and bill. Every call with tokens or a
 * bill goes through the ledger as well.
 */
export function identityOf(
  policy: Policy,
  session: RecordedSession,
  result: SessionResult | undefined,
): IdentityCounts {
  const byCall = new Map(session.calls.map((call) => [call.call, call]))
  const differing = (result?.calls ?? []).flatMap((call): Residual[] => {
    const record = byCall.get(call.call)
    const detail = record === undefined ? undefined : policyResidual(policy, record, call)
    return detail === undefined ? [] : [{ session: session.session, call: call.call, detail }]
  })
  const accounts = session.calls.map((call) => accountOf(policy, call))
  const counted = (flag: (account: Account) => boolean): number => accounts.filter(flag).length
  const policyCalls = result?.calls.length ?? 0
  return {
    policyCalls,
    policySame: policyCalls - differing.length,
    otherSessions: result === undefined ? 1 : 0,
    absentPolicies: result === undefined ? namedPolicy(session) : emptyTally,
    calls: counted((each) => each.hasTokens),
    tokensSame: counted((each) => each.tokensSame),
    billed: counted((each) => each.billed),
    billSame: counted((each) => each.billSame),
    policyResiduals: firstOf(differing),
    accountingResiduals: firstOf(
      accounts.flatMap(({ call, detail }) =>
        detail === undefined ? [] : [{ session: session.session, call, detail }],
      ),
    ),
  }
}

function namedPolicy({ header }: RecordedSession): Tally {
  return header?.policy === undefined ? emptyTally : tallyOf([header.policy.name])
}

function policyResidual(policy: Policy, record: CallRecord, call: CallResult): string | undefined {
  const rule = record.decision?.rule
  if (rule !== undefined && rule !== call.decision.rule) return `rule ${rule} in the log, ${call.decision.rule} here`
  if (record.end !== call.end) return `${record.end} in the log, ${call.end} here`
  const recorded = call.recorded === undefined ? undefined : comparablePlace(policy, call.recorded)
  if (call.end === 'served' && !samePlace(recorded, call.served)) {
    return `${placeOf(call.recorded)} in the log, ${placeOf(call.served)} here`
  }
  const attempts = record.attempts?.length
  if (attempts !== undefined && attempts !== call.attempts.length) {
    return `${attempts} attempts in the log, ${call.attempts.length} here`
  }
  const { billed, billSame, detail } = accountOf(policy, record)
  return billed && !billSame ? detail : undefined
}

function placeOf(place: CallResult['served']): string {
  return place === undefined ? 'nothing' : `${place.model} at ${place.provider ?? 'an unknown host'}`
}

interface Account {
  readonly call: number
  readonly hasTokens: boolean
  readonly tokensSame: boolean
  readonly billed: boolean
  readonly billSame: boolean
  readonly detail: string | undefined
}

/** One recorded call through the ledger: its tokens add up, and its bill comes back. */
function accountOf(policy: Policy, record: CallRecord): Account {
  const { usage } = record
  const total = record.prompt.tokens
  const sum = usage === undefined ? undefined : promptTokensOf(usage)
  const tokensSame = sum !== undefined && (total === undefined || total === sum)
  const bill = billOf(record.cost)
  const place = recordedPlace(policy, record)
  const billed = bill !== undefined && usage !== undefined && usage.outputQuality === 'exact'
  const priced = billed && place !== undefined ? repriced(policy, record, usage, place) : undefined
  const billSame = billed && priced?.value === bill && priced.level === 're-priced'
  const account = { call: record.call, hasTokens: usage !== undefined, tokensSame, billed, billSame }
  if (billed && !billSame) {
    const reckoned = priced === undefined || priced.value === null ? 'unknown' : dollars(priced.value)
    return { ...account, detail: `billed ${dollars(bill)}, reckoned ${reckoned}` }
  }
  if (usage !== undefined && !tokensSame) {
    return { ...account, detail: `the log counts ${total ?? 0} prompt tokens, its buckets ${sum ?? 0}` }
  }
  return { ...account, detail: undefined }
}

/** To the last digit, for the two may differ in it. */
function dollars(picoUsd: bigint): string {
  const text = picoUsd.toString().padStart(13, '0')
  const places = text.slice(-12).replace(/0+$/, '').padEnd(2, '0')
  return `$${text.slice(0, -12)}.${places}`
}

export function mergeIdentity(left: IdentityCounts, right: IdentityCounts): IdentityCounts {
  return {
    policyCalls: left.policyCalls + right.policyCalls,
    policySame: left.policySame + right.policySame,
    otherSessions: left.otherSessions + right.otherSessions,
    absentPolicies: mergeTallies(left.absentPolicies, right.absentPolicies),
    calls: left.calls + right.calls,
    tokensSame: left.tokensSame + right.tokensSame,
    billed: left.billed + right.billed,
    billSame: left.billSame + right.billSame,
    policyResiduals: firstOf([...left.policyResiduals, ...right.policyResiduals]),
    accountingResiduals: firstOf([...left.accountingResiduals, ...right.accountingResiduals]),
  }
}

/** Enough to begin looking; the counts say how many there are. */
const residualsKept = 20

function firstOf(residuals: readonly Residual[]): readonly Residual[] {
  return residuals
    .toSorted((left, right) =>
      left.session === right.session ? left.call - right.call : left.session < right.session ? -1 : 1,
    )
    .slice(0, residualsKept)
}

/** The strongest form that ran. */
export function identityFrom(counts: IdentityCounts, policyName: string): Identity {
  if (counts.policyCalls > 0) {
    return {
      form: 'policy',
      policy: policyName,
      calls: counts.policyCalls,
      same: counts.policySame,
      residuals: counts.policyResiduals,
    }
  }
  if (counts.calls > 0 || counts.billed > 0) {
    return {
      form: 'accounting',
      calls: counts.calls,
      tokensSame: counts.tokensSame,
      billed: counts.billed,
      billSame: counts.billSame,
      residuals: counts.accountingResiduals,
    }
  }
  return { form: 'none', reason: 'the log names no policy, counts no tokens and holds no bill' }
}

/** Why a what-if is refused; `undefined`: it is not. */
export function refusalOf(
  identity: Identity,
): { readonly reason: string; readonly same: number; readonly calls: number } | undefined {
  if (identity.form !== 'policy') return undefined
  const { same, calls } = identity
  if (BigInt(same) * 100n >= BigInt(calls) * leastIdentity) return undefined
  return {
    reason: `policy \`${identity.policy}\` decided this trace by its header, and reproduces ${same} of ${calls} calls: less than ${leastIdentity}%`,
    same,
    calls,
  }
}
