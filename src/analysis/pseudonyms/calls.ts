import type {
  AttemptRecord,
  CallRecord,
  EndpointFacts,
  LoggedCost,
  PromptFacts,
  ReplyFacts,
  TextFacts,
  ToolFacts,
  Usage,
  VerdictRecord,
} from '../../trace/record.ts'
import { pseudonymousFacts } from './facts.ts'
import { catalogueNames } from './naming.ts'
import type { Naming } from './naming.ts'
import { factKey } from './reads.ts'
import type { Reads } from './reads.ts'
import { withoutAbsent } from './records.ts'
import type { Vocabulary } from './vocabulary.ts'

export interface Rewriting {
  readonly reads: Reads
  readonly vocabulary: Vocabulary
  readonly naming: Naming
}

/** Field by field, so that a field that nobody here knows goes. */
export function pseudonymousCall(call: CallRecord, rewriting: Rewriting): CallRecord {
  const { naming } = rewriting
  const { served, decision } = call
  return withoutAbsent<CallRecord>({
    record: 'call',
    session: naming.id('session', call.session),
    call: call.call,
    turn: call.turn,
    id: call.id === undefined ? undefined : naming.id('call', call.id),
    startMicros: moved(call.startMicros, naming),
    firstTokenMicros: moved(call.firstTokenMicros, naming),
    endMicros: moved(call.endMicros, naming),
    timeQuality: call.timeQuality,
    requested: call.requested === null ? null : named(call.requested, naming),
    served:
      served === undefined
        ? undefined
        : { ...endpoint(served, naming), model: naming.name(catalogueNames, served.model) },
    prompt: prompt(call.prompt, rewriting),
    usage: usage(call.usage),
    cost: cost(call.cost),
    attempts: call.attempts?.map((each) => attempt(each, naming)),
    end: call.end,
    reply: call.reply === undefined ? undefined : reply(call.reply, rewriting),
    decision:
      decision === undefined
        ? undefined
        : withoutAbsent<NonNullable<CallRecord['decision']>>({
            rule: decision.rule === undefined ? undefined : naming.name('rule', decision.rule),
            reason: decision.reason === 'rule' || decision.reason === 'forced' ? decision.reason : undefined,
            propensityMillionths: decision.propensityMillionths,
          }),
    chargedPicoUsd: call.chargedPicoUsd,
  })
}

function usage(counts: Usage | undefined): Usage | undefined {
  if (counts === undefined) return undefined
  return withoutAbsent<Usage>({
    uncachedInput: counts.uncachedInput,
    cacheRead: counts.cacheRead,
    cacheWrite5m: counts.cacheWrite5m,
    cacheWrite1h: counts.cacheWrite1h,
    cacheWriteOther: counts.cacheWriteOther,
    output: counts.output,
    reasoning: counts.reasoning,
    audioInput: counts.audioInput,
    imageInput: counts.imageInput,
    videoInput: counts.videoInput,
    audioCacheRead: counts.audioCacheRead,
    imageCacheRead: counts.imageCacheRead,
    audioOutput: counts.audioOutput,
    imageOutput: counts.imageOutput,
    videoOutput: counts.videoOutput,
    generatedImages: counts.generatedImages,
    webSearches: counts.webSearches,
    outputQuality: counts.outputQuality,
  })
}

function cost(logged: LoggedCost | undefined): LoggedCost | undefined {
  return logged === undefined ? undefined : { picoUsd: logged.picoUsd, source: logged.source }
}

function moved(micros: number | undefined, naming: Naming): number | undefined {
  return micros === undefined ? undefined : naming.instant(micros)
}

function named(model: string | undefined, naming: Naming): string | undefined {
  return model === undefined ? undefined : naming.name(catalogueNames, model)
}

function endpoint(place: EndpointFacts, naming: Naming): EndpointFacts {
  const { region, account, serviceTier } = place
  return withoutAbsent<EndpointFacts>({
    provider: named(place.provider, naming),
    region: region === undefined ? undefined : naming.name('region', region),
    account: account === undefined ? undefined : naming.id('account', account),
    serviceTier: serviceTier === undefined ? undefined : naming.name('service-tier', serviceTier),
  })
}

function attempt(each: AttemptRecord, naming: Naming): AttemptRecord {
  return withoutAbsent<AttemptRecord>({
    ...endpoint(each, naming),
    model: named(each.model, naming),
    startMicros: moved(each.startMicros, naming),
    endMicros: moved(each.endMicros, naming),
    status: each.status,
    errorClass: each.errorClass,
    retryAfterMicros: each.retryAfterMicros,
    waitedMicros: each.waitedMicros,
  })
}

function prompt(facts: PromptFacts, rewriting: Rewriting): PromptFacts {
  const { reads, naming } = rewriting
  const { user, classifiers } = facts
  return withoutAbsent<PromptFacts>({
    ...pseudonymousFacts(facts, reads, naming),
    tokens: facts.tokens,
    user: user == null ? user : { ...text(user, rewriting), ...userText(user, rewriting) },
    newImages: facts.newImages,
    contextImages: facts.contextImages,
    classifiers:
      classifiers === undefined
        ? undefined
        : Object.fromEntries(
            Object.entries(classifiers).map(([name, each]) => [
              naming.name('classifier', name),
              verdict(each, naming),
            ]),
          ),
    toolsOffered: facts.toolsOffered?.map((tool) => naming.name('tool', tool)),
    reminded: facts.reminded,
  })
}

/** Lengths, and the hits of lists that a policy has. */
function text({ chars, hits }: TextFacts, { vocabulary }: Rewriting): TextFacts {
  const kept = Object.entries(hits ?? {}).filter(([digest]) => vocabulary.phraseLists.has(digest))
  return kept.length === 0 ? { chars } : { chars, hits: Object.fromEntries(kept) }
}

/** Where a policy compares a message with literals, what answers those comparisons alike. */
function userText(user: TextFacts, { reads, naming }: Rewriting): Pick<TextFacts, 'text'> {
  const key = factKey('message.text')
  return user.text === undefined || !reads.has(key) ? {} : { text: naming.text(key, user.text) }
}

function verdict(each: VerdictRecord, naming: Naming): VerdictRecord {
  const { scoresMillionths, label } = each
  return withoutAbsent<VerdictRecord>({
    status: each.status,
    scoresMillionths:
      scoresMillionths === undefined
        ? undefined
        : Object.fromEntries(
            Object.entries(scoresMillionths).map(([model, score]) => [
              naming.name(catalogueNames, model),
              score,
            ]),
          ),
    label: label === undefined ? undefined : naming.name('label', label),
    model: named(each.model, naming),
    usage: usage(each.usage),
    cost: cost(each.cost),
    latencyMicros: each.latencyMicros,
  })
}

/** Reasons to finish that every vendor has; another one is a word of somebody's own. */
const finishes = new Set([
  'stop', 'length', 'tool-calls', 'tool_calls', 'tool_use', 'end_turn', 'max_tokens', 'stop_sequence',
  'content_filter', 'content-filter', 'error', 'cancelled', 'refusal', 'pause_turn', 'STOP', 'MAX_TOKENS',
])

function reply(facts: ReplyFacts, rewriting: Rewriting): ReplyFacts {
  const { naming } = rewriting
  const { text: visible, thinking, tools, finish } = facts
  return withoutAbsent<ReplyFacts>({
    text: visible == null ? visible : text(visible, rewriting),
    thinking: thinking == null ? thinking : text(thinking, rewriting),
    tools: tools?.map(({ name, signature, failed, result }) =>
      withoutAbsent<ToolFacts>({
        name: naming.name('tool', name),
        signature: signature === undefined ? undefined : naming.id('signature', signature),
        failed,
        result: result && text(result, rewriting),
      }),
    ),
    finish: finish !== undefined && finishes.has(finish) ? finish : undefined,
  })
}
