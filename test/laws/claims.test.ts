import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Policy } from '../../src/policy/core.ts'
import { referenceEvaluator } from '../../src/policy/reference/decide.ts'
import { replaySession } from '../../src/replay/session-replay.ts'
import { transferFactor } from '../../src/replay/transfer.ts'
import type { CallResult } from '../../src/replay/result.ts'
import type { CallRecord, PromptFacts, ReplyFacts, TextFacts } from '../../src/trace/record.ts'
import type { RecordedSession } from '../../src/trace/session.ts'
import { madeUpLog, recordedSession } from '../support/arbitrary-recorded.ts'
import { policyOf, small } from '../support/policy-of.ts'
import { loadablePolicyText } from '../support/replaying.ts'

const runs = { numRuns: 12 }

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
      { numRuns: 50 },
    )
    expect(judged).toBeGreaterThan(50)
  })
})

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
