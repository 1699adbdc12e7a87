import { compilePhrases } from '../../src/language/phrases.ts'
import type { Policy } from '../../src/policy/core.ts'
import type {
  CallInput,
  Conclusion,
  Decision,
  Evaluator,
  SessionState,
  World,
} from '../../src/policy/decision.ts'
import { referenceEvaluator } from '../../src/policy/reference/decide.ts'
import { conclude, observe, startSession } from '../../src/policy/session-state.ts'
import type { PromptFacts, ReplyFacts, TextFacts } from '../../src/trace/record.ts'

/** A conversation with a policy, in which what nobody mentions is known to be absent. */
export interface Conversation {
  /** A message that begins a turn, and the decision of its first call. */
  user(text: string, facts?: Facts): Decision
  /** The next call of the turn. */
  call(facts?: Facts): Decision
  /** The reply to the call before: text, and tools such as `Bash`, `Bash!` (failed), `Bash#2`. */
  reply(reply: Reply): void
  readonly state: () => SessionState
  /** What the newest call was given. */
  readonly input: () => CallInput
}

export interface Facts extends Omit<Partial<CallInput>, 'prompt'> {
  readonly prompt?: Partial<PromptFacts>
  readonly world?: Partial<World>
  readonly ends?: Partial<Conclusion>
}

export interface Reply {
  readonly text?: string | 'withheld'
  readonly thinking?: string | 'withheld'
  readonly tools?: readonly string[] | 'unknown'
}

export const quietWorld: World = {
  outage: () => false,
  warm: () => false,
  cachedTokens: () => 0,
  usedMillionths: () => 0,
  spentPicoUsd: () => 0n,
  drawMillionths: () => 0,
}

export function converse(
  policy: Policy,
  given: Facts = {},
  evaluator: Evaluator = referenceEvaluator(policy),
): Conversation {
  let state = startSession(policy, 'a session')
  let said: Reply = {}
  let newest: CallInput | undefined
  const next = (beginsTurn: boolean, user: string | undefined, facts: Facts): Decision => {
    const input: CallInput = {
      ...nothingKnown,
      phraseLists: policy.phraseLists.map((list) => list.digest),
      ...given,
      ...facts,
      beginsTurn,
      previousReply: state.call === 0 ? undefined : replyFacts(policy, said),
      prompt: {
        tokens: 0,
        contextImages: 0,
        newImages: 0,
        ...given.prompt,
        ...facts.prompt,
        ...(user !== undefined && { user: textFacts(policy, user) }),
      },
    }
    said = {}
    newest = input
    const observed = observe(policy, state, input)
    const world = { ...quietWorld, ...given.world, ...facts.world }
    const [decided, decision] = evaluator.decide(observed, input, world)
    state = conclude(policy, decided, decision, conclusionOf(decision, input, facts.ends))
    return decision
  }
  return {
    user: (text, facts = {}) => next(true, text, facts),
    call: (facts = {}) => next(false, undefined, facts),
    reply: (reply) => {
      said = reply
    },
    state: () => state,
    input: () => {
      if (newest === undefined) throw new Error('nothing was said yet')
      return newest
    },
  }
}

const nothingKnown: Omit<CallInput, 'prompt' | 'beginsTurn' | 'previousReply' | 'phraseLists'> = {
  previousServed: undefined,
  requested: null,
  kind: 'router',
  sidechain: false,
  organisation: {},
  nowMicros: undefined,
  withheld: { visible: false, thinking: false },
  given: {},
}

function conclusionOf(
  decision: Decision,
  input: CallInput,
  ends: Partial<Conclusion> = {},
): Conclusion {
  const { model } = decision
  return {
    end: model === undefined ? 'no-route' : 'served',
    served:
      model === undefined
        ? undefined
        : { model, provider: decision.at ?? decision.endpoints[0], region: undefined, account: undefined },
    failedOver: false,
    adopted: undefined,
    atMicros: input.elapsedMicros ?? input.nowMicros,
    ...ends,
  }
}

function replyFacts(policy: Policy, { text, thinking, tools }: Reply): ReplyFacts {
  const words = (said: string | undefined): TextFacts | null =>
    said === undefined ? null : textFacts(policy, said)
  return {
    ...(text !== 'withheld' && { text: words(text) }),
    ...(thinking !== 'withheld' && { thinking: words(thinking) }),
    ...(tools !== 'unknown' && {
      tools: (tools ?? []).map((tool) => ({
        name: tool.replace(/[!#].*$/, ''),
        signature: tool.replace('!', ''),
        failed: tool.endsWith('!'),
      })),
    }),
  }
}

function textFacts(policy: Policy, text: string): TextFacts {
  const hits = policy.phraseLists.map(({ digest, phrases }): [string, { [phrase: string]: number }] => {
    const counts = compilePhrases(phrases)(text)
    return [digest, Object.fromEntries(counts.flatMap((count, index) => (count > 0 ? [[index, count]] : [])))]
  })
  return { chars: text.length, hits: Object.fromEntries(hits), text }
}
