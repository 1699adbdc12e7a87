import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareExact } from '../../src/policy/catalogue-queries.ts'
import type { Exact, Policy } from '../../src/policy/core.ts'
import { referenceEvaluator } from '../../src/policy/reference/decide.ts'
import type { Factor } from '../../src/replay/projection.ts'
import { replaySession } from '../../src/replay/session-replay.ts'
import { transferFactor } from '../../src/replay/transfer.ts'
import type { CallResult } from '../../src/replay/result/call.ts'
import type { Money } from '../../src/replay/result/money.ts'
import type { CallRecord, PromptFacts, ReplyFacts, TextFacts } from '../../src/trace/record.ts'
import type { RecordedSession } from '../../src/trace/session.ts'
import { madeUpLog, recordedSession } from '../support/arbitrary-recorded.ts'
import { lawRuns } from '../support/law-runs.ts'
import { policyOf, small } from '../support/policy-of.ts'
import { loadablePolicyText } from '../support/replaying.ts'

const runs = lawRuns(8)

function replayOf(policy: Policy, session: RecordedSession): readonly CallResult[] {
  return replaySession(session, { evaluator: referenceEvaluator(policy), mode: 'frozen', seed: '0' }).calls
}

describe('laws of claims', () => {
  it('taint: a decision that is not tainted comes out the same, whatever the divergence has changed', () => {
    let judged = 0
    const judge = (policy: Policy, session: RecordedSession, other: RecordedSession, factor: number): void => {
      const calls = replayOf(policy, session)
      const divergence = calls.findIndex((call) => call.phase === 'at')
      if (divergence < 0) return
      const replyChanged = calls.findIndex((call, at) => at >= divergence && otherReply(call))
      const changed = withOtherFuture(session, other, factor, divergence, replyChanged)
      const again = replayOf(policy, changed)
      calls.forEach((call, at) => {
        if (call.tainted.length > 0) return
        if (call.phase === 'after') judged += 1
        expect(choiceOf(again[at])).toEqual(choiceOf(call))
      })
    }
    fc.assert(
      fc.property(loadablePolicyText, madeUpLog, madeUpLog, fc.constantFrom(...factors), (text, log, other, factor) => {
        const policy = policyOf(text)
        judge(policy, recordedSession(log, policy, 's1'), recordedSession(other, policy, 's1'), factor)
      }),
      runs,
    )
    fc.assert(
      fc.property(madeUpLog, madeUpLog, fc.constantFrom(...factors), (log, other, factor) => {
        for (const policy of mixed) {
          judge(policy, recordedSession(log, policy, 's1'), recordedSession(other, policy, 's1'), factor)
        }
      }),
      lawRuns(25),
    )
    expect(judged).toBeGreaterThan(20)
  })

  it('also law 24: lo ≤ value ≤ hi, and a wider assumption widens every interval and settles no more', () => {
    let modelled = 0
    let opened = 0
    fc.assert(
      fc.property(fc.nat({ max: 1 }), madeUpLog, range, range, (which, log, one, other) => {
        const policy = sizedPolicy(which)
        const session = recordedSession(log, policy, 's1')
        const narrow = projectedOf(policy, session, one)
        const wide = projectedOf(policy, session, joined(one, other))
        expect(wide.map((call) => call.call)).toEqual(narrow.map((call) => call.call))
        const open = openFrom(wide)
        const settled = narrow.slice(0, open)
        expect(wide.slice(0, open).map(choiceOf)).toEqual(settled.map(choiceOf))
        expect(narrow.filter(({ policyCost }) => !isOrdered(policyCost))).toEqual([])
        const past = narrow.filter((call) => call.phase !== 'before')
        const escaped = past.filter((call) => !holds(wide.find((each) => each.call === call.call)?.policyCost, call.policyCost))
        expect(escaped).toEqual([])
        modelled += past.length
        opened += narrow.length - open
      }),
      lawRuns(20),
    )
    expect(modelled).toBeGreaterThan(20)
    expect(opened).toBeGreaterThan(5)
  })

  it('also law 24: assumptions without a range leave one figure, that of the point run', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1 }), madeUpLog, range, (which, log, factor) => {
        const policy = sizedPolicy(which)
        const session = exactOutputs(recordedSession(log, policy, 's1'))
        const point = { lo: factor.point, point: factor.point, hi: factor.point }
        const calls = projectedOf(policy, session, point, 'prompt-caches')
        const wide = projectedOf(policy, session, factor)
        const settled = calls.slice(0, openFrom(calls)).filter((call) => call.policyCost.level === 'modelled')
        expect(settled.filter(({ policyCost: { value, lo, hi } }) => lo !== value || hi !== value)).toEqual([])
        const open = openFrom(wide)
        expect(wide.slice(0, open).map((call) => call.policyCost.value)).toEqual(calls.slice(0, open).map((call) => call.policyCost.value))
      }),
      lawRuns(20),
    )
  })
})

const range: fc.Arbitrary<Factor> = fc
  .tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 8, max: 12 }), fc.integer({ min: 12, max: 40 }))
  .map(([lo, point, hi]) => ({ lo: eighths(lo), point: eighths(point), hi: eighths(hi) }))

function eighths(count: number): Exact {
  return { numerator: BigInt(count), denominator: 8n }
}

/** The first's point within the bounds of both. */
function joined(one: Factor, other: Factor): Factor {
  const [lo, hi] = [[one.lo, other.lo].toSorted(compareExact)[0], [one.hi, other.hi].toSorted(compareExact)[1]]
  return { lo: lo ?? one.lo, point: one.point, hi: hi ?? one.hi }
}

/** Every undeclared transfer within this range; what is declared within it too. */
function projectedOf(policy: Policy, session: RecordedSession, factor: Factor, ...more: readonly string[]): readonly CallResult[] {
  const evaluator = referenceEvaluator(policy)
  const assumed = new Map(['same-tokens', 'wordier', ...more].map((name) => [name, factor]))
  return replaySession(session, { evaluator, mode: 'projected', seed: '0', assumed }).calls
}

/** How many calls stand before something unknown has a say, or lets a filter rest. */
function openFrom(calls: readonly CallResult[]): number {
  const at = calls.findIndex(({ decision }) => decision.undetermined || decision.resting.length > 0)
  return at < 0 ? calls.length : at
}

function isOrdered({ value, lo, hi }: Money): boolean {
  return value === null || ((lo === null || lo <= value) && (hi === null || value <= hi))
}

/** Of what is unknown nothing is claimed, which holds whatever is. */
function holds(outer: Money | undefined, inner: Money): boolean {
  if (outer === undefined) return false
  if (outer.value === null) return true
  if (inner.value === null) return outer.lo === 0n && outer.hi === null
  const isLow = outer.lo !== null && inner.lo !== null && outer.lo <= inner.lo
  return isLow && (outer.hi === null || (inner.hi !== null && inner.hi <= outer.hi))
}

/** With one price for every bucket and no output that is cut short. */
function exactOutputs(session: RecordedSession): RecordedSession {
  const calls = session.calls.map((call): CallRecord =>
    call.usage === undefined ? call : { ...call, usage: { ...call.usage, cacheWriteOther: 0, outputQuality: 'exact' } },
  )
  return { ...session, calls }
}

function sizedPolicy(which: number): Policy {
  const policy = sized[which]
  if (policy === undefined) throw new Error('no such policy')
  return policy
}

/** Policies that read the size of the prompt, directly, through a signal, in a filter and by calls since. */
const sized: readonly Policy[] = [
  small(`
    assume wordier: verbosity mid -> big 1.3x (0.9x to 1.8x)
    on start { otherwise use mid }
    on turn, call {
      rule grown: when context.length >= 20k tokens then upgrade to big
      rule late: when calls since rule grown >= 2 then use small else use mid else stop "nothing"
      otherwise keep
    }
    switch { other family compact to 30% }
  `),
  small(`
    signal roomy = context.free
    deny large: models where it is small when context.length > 12k tokens
    on start { otherwise choose cheapest from main else stop "nothing" }
    on turn { otherwise restart }
    on call { rule tight: when roomy < 40k tokens then use big else stop "full"  otherwise keep }
  `),
]

const factors = [1 / transferFactor, 1 / 2, 1, 3, transferFactor]

/** Policies in which some decisions read what a divergence changes and others do not. */
const mixed = [
  small(`
    hours lunch = 11:30 to 12:30 in "Europe/Berlin"
    on start { otherwise use mid }
    on turn, call { rule closed: when now in lunch then use small  otherwise keep }
  `),
  small(`
    on start { rule team: when team is "a" then use big  otherwise use mid }
    on turn, call { rule ci: when surface is ci then use small  otherwise keep }
  `),
  small(`
    on start { otherwise use mid }
    on turn { rule grown: when context.length >= 15k tokens then upgrade to big  otherwise keep }
    on call { rule late: when time since rule grown >= 30s then use small  otherwise keep }
  `),
  small(`
    on start { rule vision: when images > 0 then use big  otherwise choose cheapest from main else stop "nothing" }
    on turn { otherwise restart }
    on call { rule docs: when path starts with "src" then use mid  otherwise keep }
  `),
]

function choiceOf(call: CallResult | undefined): unknown {
  if (call === undefined) return undefined
  const { rule, after, reason, model, profile, at, noRoute, hiddenTools, endpoints } = call.decision
  return { rule, after, reason, model, profile, at, noRoute, hiddenTools, endpoints }
}

/** Another model, prompt or end than in the log. */
function otherReply({ recorded, attempts, recordedEnd, end, decision }: CallResult): boolean {
  return (
    recordedEnd !== end ||
    recorded?.model !== attempts.at(-1)?.model ||
    decision.reminders.length > 0 ||
    decision.hiddenTools.length > 0 ||
    decision.switched?.compactToMillionths !== undefined
  )
}

/**
 * The session as it might have gone on: from the divergence on other instants, and from where the
 * replies are others, other messages, tools, verdicts and images, and prompts of another size.
 */
function withOtherFuture(
  session: RecordedSession,
  other: RecordedSession,
  factor: number,
  divergence: number,
  replyChanged: number,
): RecordedSession {
  const stranger = (at: number): CallRecord | undefined => other.calls[at % other.calls.length]
  const calls = session.calls.map((call, at) => {
    const slower = at > divergence && call.startMicros !== undefined
      ? { ...call, startMicros: call.startMicros + 7_200_000_000 }
      : call
    if (replyChanged < 0 || at < replyChanged) return slower
    const reply = repliesOf(call.reply, stranger(at)?.reply)
    const answered = reply === undefined ? slower : { ...slower, reply }
    return at === replyChanged ? answered : { ...answered, prompt: promptOf(call.prompt, stranger(at)?.prompt, factor) }
  })
  return { ...session, calls }
}

function repliesOf(reply: ReplyFacts | undefined, other: ReplyFacts | undefined): ReplyFacts | undefined {
  return other ?? reply
}

/** What the person, the client and the organisation set stays; a size stays known or unknown. */
function promptOf(prompt: PromptFacts, other: PromptFacts | undefined, factor: number): PromptFacts {
  const text = (own: TextFacts | null | undefined): TextFacts | null | undefined =>
    own === undefined || other?.user === undefined ? own : other.user
  const { user, classifiers: _own, ...rest } = prompt
  const said = text(user)
  return {
    ...rest,
    ...(prompt.tokens === undefined ? {} : { tokens: Math.round(prompt.tokens * factor) }),
    ...(said === undefined ? {} : { user: said }),
    ...(other?.classifiers === undefined ? {} : { classifiers: other.classifiers }),
    ...(prompt.contextImages === undefined || prompt.contextImages === 0 ? {} : { contextImages: prompt.contextImages + 2 }),
  }
}
