import { noWaterfall } from '../../src/replay/effects.ts'
import type { MoneyPart, MoneySplit } from '../../src/replay/result/money.ts'
import type { ReplayResult } from '../../src/replay/result/replay.ts'
import type { Totals } from '../../src/replay/result/totals.ts'

/** A dollar in pico-dollars. */
export const dollar = 1_000_000_000_000n

export function exactly(value: bigint, calls: number): MoneyPart {
  return { value, lo: value, hi: value, calls }
}

export const nothing: MoneySplit = { parts: {} }

export const emptyTotals: Totals = {
  sessions: 0,
  sessionsDiverged: 0,
  turns: 0,
  turnsUnknown: 0,
  calls: { recorded: 0, replayed: 0, afterDivergence: 0, skipped: {} },
  decisions: {
    undetermined: 0,
    missing: {},
    tainted: 0,
    taintedBy: {},
    comparedByModelOnly: 0,
    changedWithoutDivergence: 0,
    byRule: {},
    forThisCall: 0,
    noRoute: {},
  },
  divergenceAt: {},
  transitions: {},
  upgrades: 0,
  switches: 0,
  compactions: 0,
  reminders: 0,
  classifierCalls: 0,
  sessionsWithVerdict: 0,
  uncountedPhrases: {},
  attempts: {
    total: 0,
    failed: {},
    callsRetried: 0,
    callsFailedOver: 0,
    served: 0,
    exhausted: 0,
    denied: 0,
    cancelled: 0,
  },
  money: {
    recorded: nothing,
    stop: nothing,
    recordedBeforeDivergence: nothing,
    recordedFromDivergence: nothing,
    frozen: nothing,
    overhead: nothing,
    attempts: nothing,
    dedicated: nothing,
    recordedOverhead: nothing,
    unloggedCompactions: nothing,
    clientEstimates: { calls: 0, picoUsd: 0n },
  },
  dated: undefined,
  waterfall: noWaterfall,
  breakEven: {},
  tokens: {
    uncachedInput: 0n,
    cacheRead: 0n,
    cacheWrite: 0n,
    output: 0n,
    callsWithUsage: 0,
    lowerBoundOutputs: 0,
  },
  unpriced: {},
  policyUnpriced: {},
  assumed: {},
  breaches: {},
  invariantsChecked: {},
}

/** A replay in which everything that a report can say happens at least once. */
export const eventful: ReplayResult = {
  schemaVersion: 1,
  engineVersion: '0.1.0',
  runId: '1'.repeat(64),
  outcomeHash: 'a'.repeat(64),
  policy: { name: 'claude-code', digest: '2'.repeat(64) },
  traceDigest: '3'.repeat(64),
  seed: '0',
  mode: { decisions: 'frozen', money: 'stop', arrivals: 'closed-loop', faults: 'recorded' },
  sharedState: ['breaker', 'budget "team-month"', 'cooldown'],
  identity: {
    form: 'accounting',
    calls: 678,
    tokensSame: 678,
    billed: 500,
    billSame: 499,
    residuals: [{ session: 's-1', call: 3, detail: 'billed $0.10, reckoned $0.11' }],
  },
  failover: {
    sessions: { replayed: 21, uninterrupted: 20, crossedProviders: 2, undated: 1 },
    attemptsPerCall: [
      { attempts: 1, calls: 655 },
      { attempts: 2, calls: 21 },
      { attempts: 3, calls: 1 },
    ],
    timeToRecover: { count: 21, medianMicros: 1_500_000, p90Micros: 9_000_000, maxMicros: 42_000_000 },
    timeToDetect: { count: 2, medianMicros: 0, p90Micros: 4_000_000, maxMicros: 4_000_000 },
    dedicated: { served: 300, spilled: 12 },
    budgets: [
      {
        budget: 'team-month',
        limitPicoUsd: 20n * dollar,
        spent: { value: 41n * dollar, lo: 30n * dollar, hi: null },
        windows: 3,
        exhausted: 1,
        overshootPicoUsd: dollar / 5n,
        callsStopped: 4,
      },
    ],
    timeline: {
      total: 3,
      entries: [
        {
          clock: 'calendar', atMicros: 1_780_000_000_000_000, kind: 'breaker', subject: 'claude-opus-4-5 at anthropic',
          from: 'closed', to: 'open', untilMicros: 1_780_000_030_000_000, detectedAfterMicros: 4_000_000, session: 's-1', call: 3,
        },
        {
          clock: 'calendar', atMicros: 1_780_000_050_000_000, kind: 'budget', subject: 'team-month', account: 'payments',
          to: 'stop', atMillionths: 1_000_000, overshootPicoUsd: dollar / 5n, session: 's-2', call: 9,
        },
        {
          clock: 'session', atMicros: 7_000_000, kind: 'cooldown', subject: 'anthropic', from: 'rested', to: 'cooling',
          untilMicros: 12_000_000, detectedAfterMicros: 0, session: 's-3', call: 1,
        },
      ],
    },
  },
  totals: {
    ...emptyTotals,
    sessions: 21,
    sessionsDiverged: 7,
    turns: 104,
    calls: { recorded: 678, replayed: 678, afterDivergence: 203, skipped: {} },
    decisions: {
      undetermined: 12,
      missing: { doubts: 12 },
      tainted: 180,
      taintedBy: { 'context.length': 150, failures: 40, 'an earlier decision': 170 },
      comparedByModelOnly: 3,
      changedWithoutDivergence: 0,
      byRule: { otherwise: 640, 'asked-for': 15, 'light-start': 6, climb: 9, back: 4, settle: 3, person: 1 },
      forThisCall: 0,
      noRoute: { 'no model of the pool may be used': 1 },
    },
    divergenceAt: { '1': 3, '5': 2, '15': 1, '22': 1 },
    transitions: {
      'claude-opus-4-5 → claude-sonnet-4-5': { calls: 150, first: 5 },
      'claude-sonnet-4-5 → claude-opus-4-5': { calls: 53, first: 2 },
    },
    upgrades: 9,
    switches: 16,
    attempts: {
      total: 700,
      failed: { overloaded: 15, 'rate-limit': 8 },
      callsRetried: 4,
      callsFailedOver: 1,
      served: 676,
      exhausted: 1,
      denied: 0,
      cancelled: 0,
    },
    money: {
      ...emptyTotals.money,
      recorded: {
        parts: {
          observed: exactly(30n * dollar, 500),
          bounded: { value: 2n * dollar, lo: 2n * dollar, hi: 9n * dollar, calls: 177 },
          unknown: { value: 0n, lo: 0n, hi: null, calls: 1 },
        },
      },
      stop: { parts: { observed: exactly(20n * dollar, 400), 're-priced': exactly(dollar / 3n, 75) } },
      recordedBeforeDivergence: { parts: { observed: exactly(21n * dollar, 475) } },
      recordedFromDivergence: { parts: { observed: exactly(11n * dollar, 203) } },
      frozen: {
        parts: {
          observed: exactly(20n * dollar, 475),
          modelled: { value: 8n * dollar, lo: 2n * dollar, hi: 32n * dollar, calls: 203 },
        },
      },
      overhead: { parts: { modelled: { value: 1n, lo: 0n, hi: dollar, calls: 1 } } },
      unloggedCompactions: { parts: { bounded: { value: 0n, lo: 0n, hi: dollar, calls: 2 } } },
    },
    unpriced: { 'some-model': 1 },
    assumed: { 'untried-healthy': 2 },
    breaches: { 'one-way': 2 },
    invariantsChecked: { 'one-way': 678, apart: 678 },
  },
  outage: {
    script: {
      faults: [
        { id: 'anthropic-down', cause: 'one network', attemptsFailed: 20 },
        { id: 'never', cause: undefined, attemptsFailed: 0 },
      ],
      callsHit: 9,
      servedThere: 2,
      servedElsewhere: 6,
      lost: 1,
      withFaults: { served: 676, asked: 678, attempts: 700, failedOver: 7, cost: nothing },
      withoutFaults: { served: 677, asked: 678, attempts: 680, failedOver: 1, cost: nothing },
    },
    unknownHealth: {
      calls: 3,
      up: { served: 676, asked: 678, attempts: 700, failedOver: 7, cost: { parts: { observed: exactly(28n * dollar, 678) } } },
      down: { served: 674, asked: 678, attempts: 704, failedOver: 8, cost: { parts: { observed: exactly(27n * dollar, 678) } } },
    },
  },
  groupedBy: undefined,
  groups: [],
  refusal: undefined,
  notices: ['the router behind this log is not known: what its policy would have decided is not reproduced'],
  assumptions: [{ name: 'same-tokens', text: 'a diverged call keeps its logged tokens' }],
  dedicated: [],
  notSimulated: [
    {
      directive: 'cooldown',
      location: { source: { name: 'a.route', text: 'policy a\n\nserve any {\n  cooldown {\n' }, span: { start: 24, end: 32 } },
    },
  ],
  smallestBreaches: [{ invariant: 'one-way', session: 's-9', call: 4, values: 'step(up, after) 1, step(up, before) 2' }],
  expectations: [
    { name: 'calm', verdict: 'pass', detail: 'switches 16, 15% of turns 20' },
    { name: 'no-dearer', verdict: 'undecided', detail: 'cost is between $2 and $32' },
  ],
}

/** Every string in a value replaced, keys of records too: for trying hostile names everywhere. */
export function withNames<T>(value: T, rename: (text: string) => string): T {
  const copy = (part: unknown): unknown => {
    if (typeof part === 'string') return rename(part)
    if (part === null || typeof part !== 'object') return part
    if (Array.isArray(part)) return part.map(copy)
    return Object.fromEntries(Object.entries(part).map(([key, field]) => [key, copy(field)]))
  }
  return copy(value) as T
}
