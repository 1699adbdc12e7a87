import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareMeaning } from '../../../src/analysis/diff/meaning.ts'
import { compareTraffic } from '../../../src/analysis/diff/compare-traffic.ts'
import { addChanges, wholeChange } from '../../../src/analysis/diff/cost-change.ts'
import type { CallComparison, TrafficDiff } from '../../../src/analysis/diff/traffic.ts'
import type { Policy } from '../../../src/policy/core.ts'
import { loadPolicyText } from '../../../src/policy/load.ts'
import { mergeSplits } from '../../../src/replay/ledger.ts'
import type { RecordedSession } from '../../../src/trace/session.ts'
import { madeUpLogs, recordedSessions } from '../../support/arbitrary-recorded.ts'
import { small } from '../../support/policy-of.ts'
import { loadablePolicyText } from '../../support/replaying.ts'
import { turns } from '../../support/turns.ts'

interface Compared {
  readonly diff: TrafficDiff
  readonly calls: readonly CallComparison[]
}

function compared(older: Policy, newer: Policy, sessions: readonly RecordedSession[]): Compared {
  const comparison = compareTraffic(older, newer, compareMeaning(older, newer))
  const added = sessions.flatMap((session) => comparison.add(session))
  const calls = [...added, ...[...comparison.settle()].flat()]
  return { diff: comparison.finish(), calls }
}

/** One line a call: where it falls, and what each policy did. */
function lines(calls: readonly CallComparison[]): readonly string[] {
  return calls.map(({ call, kind, flips, old, new: next, since }) =>
    [
      `${call} ${kind}${flips ? ' flips' : ''}: ${old.to} by ${old.rule}, ${next.to} by ${next.rule}`,
      ...(since === undefined ? [] : [`since ${since.call} (${since.old}, ${since.new})`]),
    ].join(' '),
  )
}

const threshold = (chars: number): Policy =>
  small(`
on start { otherwise cheap: use small }
on turn {
  rule long: when message.length > ${chars} chars then use big
  otherwise stay: keep
}`)

describe('two policies over one session', () => {
  it('tells a call that is decided otherwise from one that only finds another state', () => {
    const session = turns('s', [{}, { chars: 70 }, {}, { chars: 200 }])
    const { calls, diff } = compared(threshold(100), threshold(50), [session])
    const [, direct] = calls
    expect(['region', 'not decided']).toContain(direct?.kind)
    expect(lines(calls).map((line) => line.replace('not decided', 'region'))).toEqual([
      '1 same: small by cheap, small by cheap',
      '2 region flips: small by stay, big by long',
      '3 session state flips: small by stay, big by stay since 2 (stay, long)',
      '4 same: big by long, big by long',
    ])
    expect(diff.flips).toBe(2)
    expect(diff.firstDifference).toEqual({ 2: 1 })
    expect(diff.transitions).toMatchObject([{ kind: 'model', from: 'small', to: 'big', calls: 2 }])
    expect(diff.sessions).toMatchObject([{ session: 's', flips: 2, firstCall: 2 }])
  })

  it('puts the change of money between the bounds that the replays leave', () => {
    const session = turns('s', [{}, { chars: 70 }, {}])
    const { diff } = compared(threshold(100), threshold(50), [session])
    // 1,000 tokens in and 100 out: $0.00042 at small, $0.0075 at big, a factor of 4 either way.
    const call = (small: bigint, big: bigint): bigint => big - small
    expect(wholeChange(diff.change)).toEqual({
      level: 'modelled',
      calls: 2,
      value: 2n * call(420_000_000n, 7_500_000_000n),
      lo: 2n * call(420_000_000n, 1_875_000_000n),
      hi: 2n * call(420_000_000n, 30_000_000_000n),
    })
    expect(Object.keys(diff.change.assumed)).toEqual(['same-tokens'])
  })

  it('names what is served elsewhere and decided alike', () => {
    const policy = (hosts: string): Policy =>
      small(`
serve any { order [${hosts}] }
on start { otherwise use small }`)
    const { calls, diff } = compared(policy('south, north'), policy('north, south'), [turns('s', [{}, {}])])
    expect(calls.map(({ kind, flips }) => [kind, flips])).toEqual([['serving', false], ['serving', false]])
    expect(diff.transitions).toMatchObject([{ kind: 'provider', from: 'small at south', to: 'small at north', calls: 2 }])
    expect(diff.flips).toBe(0)
  })

  it('finds nothing between a policy and itself', () => {
    const { diff, calls } = compared(threshold(50), threshold(50), [turns('s', [{}, { chars: 70 }, { chars: 7 }])])
    expect(new Set(calls.map(({ kind }) => kind))).toEqual(new Set(['same']))
    expect(diff).toMatchObject({ flips: 0, sessionsChanged: 0, transitions: [], sessions: [], change: { parts: {} } })
  })

  it('says how much traffic the corpus stands for', () => {
    const { diff } = compared(threshold(50), threshold(50), [
      turns('a', [{}, {}], { standsForSessions: 40 }),
      turns('b', [{}]),
    ])
    expect(diff.corpus).toMatchObject({ sessions: 2, calls: 3, tokens: 3300n, sampled: 1, standsForSessions: 41 })
    expect(diff.corpus.days).toEqual({ first: '2026-05-28', last: '2026-05-28' })
  })
})

interface Variant {
  readonly chars: number
  readonly turn: number
  readonly target: string
  readonly longFirst: boolean
  readonly hosts: string
}

function variant({ chars, turn, target, longFirst, hosts }: Variant): Policy {
  const long = `rule long: when message.length > ${chars} chars then use ${target}`
  const late = `rule late: when turn >= ${turn} then use mid`
  return small(`
on start { otherwise cheap: use small }
on turn {
  ${longFirst ? `${long}\n  ${late}` : `${late}\n  ${long}`}
  otherwise stay: keep
}
serve any { order [${hosts}] }`)
}

/** Policies that differ in thresholds, targets and order, as changes under review do. */
const anyVariant: fc.Arbitrary<Variant> = fc.record({
  chars: fc.constantFrom(20, 50, 100),
  turn: fc.constantFrom(3, 9),
  target: fc.constantFrom('big', 'mid'),
  longFirst: fc.boolean(),
  hosts: fc.constantFrom('south, north', 'north, south'),
})

/** Lengths of the messages of some sessions. */
const anyLengths: fc.Arbitrary<readonly (readonly number[])[]> = fc.array(
  fc.array(fc.constantFrom(5, 30, 70, 200), { minLength: 1, maxLength: 5 }),
  { minLength: 1, maxLength: 4 },
)

function addsUp({ diff, calls }: Compared): void {
  const { rows, corpus } = diff
  const sum = (of: (row: (typeof rows)[number]) => number): number => rows.reduce((all, row) => all + of(row), 0)
  expect(sum((row) => row.calls)).toBe(corpus.calls)
  expect(corpus.calls).toBe(calls.length)
  expect(sum((row) => row.callsWithoutTokens)).toBe(corpus.callsWithoutTokens)
  expect(sum((row) => row.flips)).toBe(diff.flips)
  expect(rows.reduce((all, row) => all + row.tokens, 0n)).toBe(corpus.tokens)
  expect(rows.map((row) => row.recorded).reduce(mergeSplits)).toEqual(corpus.recorded)
  expect(rows.map((row) => row.change).reduce(addChanges)).toEqual(diff.change)
  for (const row of rows.filter(({ kind }) => kind !== 'same')) {
    expect(row.moves.reduce((all, move) => all + move.calls, 0)).toBe(row.calls)
  }
}

describe('any two policies', () => {
  it('have rows that add up to the corpus exactly, each call in a region that is decided so', () => {
    const reached = new Set<string>()
    // In which every kind of call is reached, whatever else is drawn.
    const seen: Variant = { chars: 100, turn: 9, target: 'big', longFirst: true, hosts: 'south, north' }
    fc.assert(
      fc.property(anyVariant, anyVariant, anyLengths, (older, newer, lengths) => {
        const sessions = lengths.map((each, at) => turns(`s${at}`, each.map((chars) => ({ chars }))))
        const found = compared(variant(older), variant(newer), sessions)
        addsUp(found)
        for (const { kind } of found.calls) reached.add(kind)
        // Everything about these policies can be decided.
        expect(found.calls.filter(({ kind }) => kind === 'not decided')).toEqual([])
      }),
      { numRuns: 12, examples: [[seen, { ...seen, chars: 50, hosts: 'north, south' }, [[5, 70, 5, 200], [5]]]] },
    )
    expect([...reached].toSorted()).toEqual(['region', 'same', 'serving', 'session state'])
  })

  it('have rows that add up, and find nothing in themselves, whatever was recorded', () => {
    fc.assert(
      fc.property(loadablePolicyText, madeUpLogs, (text, logs) => {
        const { policy } = loadPolicyText('made-up.route', text)
        if (policy === undefined) throw new Error('a loadable policy does not load')
        const found = compared(policy, policy, recordedSessions(logs, policy))
        addsUp(found)
        expect([found.diff.flips, found.diff.sessionsChanged, found.diff.change.parts]).toEqual([0, 0, {}])
      }),
      { numRuns: 10 },
    )
  })
})
