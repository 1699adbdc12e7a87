import { compilePhrases } from '../../language/phrases.ts'
import type { FactName, Literal, Policy, TestFact } from '../../policy/core.ts'
import type { CallInput, Given, Organisation, Reading } from '../../policy/decision.ts'
import type { FactValue, PromptFacts, ReplyFacts, TextFacts, ToolFacts, VerdictRecord } from '../../trace/record.ts'

/** What a test says of the reply to the call before. */
export interface TestReply {
  readonly assistant: readonly string[]
  readonly thinking: readonly string[]
  readonly tools: readonly ToolFacts[]
}

export interface TestCall {
  readonly policy: Policy
  /** Facts of `given` so far, then those of `with`: the later of two wins. */
  readonly facts: readonly TestFact[]
  /** The message that begins a turn; `undefined`: the next call of the turn. */
  readonly user: string | undefined
  /** `undefined` at the first call. */
  readonly reply: TestReply | undefined
  /** Images of the calls before this one. */
  readonly imagesBefore: number
  /** Virtual time since the test began. */
  readonly elapsedMicros: number
  /** Since the fact `now` was stated. */
  readonly sinceNowMicros: number
}

/** A call as a test states it: what no fact says is known to be absent. */
export function testInput(call: TestCall): CallInput {
  const facts = call.facts
  const reading = (name: FactName): Reading | 'absent' => factReading(facts, name)
  const stated = statedFacts(facts)
  const words = (list: 'user' | 'assistant' | 'thinking'): boolean => !isUnknown(facts, list)
  const requested = reading('requested')
  const kind = reading('session.kind')
  const sidechain = reading('sidechain')
  const now = last(facts, 'now')
  return {
    beginsTurn: call.user !== undefined,
    previousReply: call.reply === undefined ? undefined : replyOf(call.policy, call.reply, words),
    previousServed: undefined,
    prompt: {
      ...promptOf(call, words),
      ...verdictsOf(facts),
      signals: signalsOf(facts),
      ...mapsOf(facts),
    },
    requested: requested === 'absent' ? null : typeof requested === 'string' ? requested : null,
    kind: kind === 'concrete' ? 'concrete' : 'router',
    sidechain: sidechain === true,
    organisation: organisationOf(facts),
    nowMicros: now === undefined ? undefined : now.micros + call.sinceNowMicros,
    elapsedMicros: call.elapsedMicros,
    phraseLists: call.policy.phraseLists.map((list) => list.digest),
    withheld: { visible: false, thinking: false },
    given: stated,
  }
}

function imagesOf(facts: readonly TestFact[]): number {
  const images = factReading(facts, 'images')
  return typeof images === 'number' ? images : 0
}

// --- texts

type Words = (list: 'user' | 'assistant' | 'thinking') => boolean

function promptOf(call: TestCall, words: Words): PromptFacts {
  const tokens = factReading(call.facts, 'context.length')
  const stated = factReading(call.facts, 'context.images')
  const images = imagesOf(call.facts)
  return {
    tokens: typeof tokens === 'number' ? tokens : 0,
    newImages: images,
    contextImages: typeof stated === 'number' ? stated : call.imagesBefore + images,
    ...(call.user !== undefined && words('user') ? { user: textFacts(call.policy, call.user) } : {}),
  }
}

/** A reply's texts joined by line feeds; one of which nothing is said had no text and no tools. */
function replyOf(policy: Policy, reply: TestReply, words: Words): ReplyFacts {
  const text = (parts: readonly string[]): TextFacts | null =>
    parts.length === 0 ? null : textFacts(policy, parts.join('\n'))
  return {
    ...(words('assistant') ? { text: text(reply.assistant) } : {}),
    ...(words('thinking') ? { thinking: text(reply.thinking) } : {}),
    tools: reply.tools,
  }
}

const counters = new WeakMap<Policy, readonly { readonly digest: string; readonly count: (text: string) => number[] }[]>()

export function textFacts(policy: Policy, text: string): TextFacts {
  const lists =
    counters.get(policy) ??
    policy.phraseLists.map((list) => ({ digest: list.digest, count: compilePhrases(list.phrases) }))
  counters.set(policy, lists)
  const hits = lists.map(({ digest, count }) => {
    const found = count(text).flatMap((times, index) => (times > 0 ? [[String(index), times] as const] : []))
    return [digest, Object.fromEntries(found)] as const
  })
  return { chars: text.length, text, hits: Object.fromEntries(hits) }
}

function isUnknown(facts: readonly TestFact[], list: 'user' | 'assistant' | 'thinking'): boolean {
  return facts.some((fact) => fact.kind === 'messages' && (fact.which === 'all' || fact.which === list))
}

// --- facts

/** The last fact of a kind. */
function last<K extends TestFact['kind']>(
  facts: readonly TestFact[],
  kind: K,
): Extract<TestFact, { kind: K }> | undefined {
  const found = facts.findLast((fact) => fact.kind === kind)
  return found as Extract<TestFact, { kind: K }> | undefined
}

/** `undefined`: stated to be unknown. */
function factReading(facts: readonly TestFact[], name: FactName): Reading | 'absent' {
  const found = facts.findLast((fact) => fact.kind === 'fact' && fact.fact === name)
  if (found?.kind !== 'fact') return 'absent'
  return found.value === 'unknown' ? undefined : readingOf(found.value)
}

export function readingOf(literal: Literal): Reading {
  if (literal === null) return null
  switch (literal.kind) {
    case 'truth':
      return literal.value
    case 'name':
      return literal.name
    case 'list':
      return literal.items.map((item) => {
        const reading = readingOf(item)
        return typeof reading === 'number' ? reading : String(reading)
      })
    case 'number': {
      const { numerator, denominator } = literal.value
      const whole = numerator / denominator
      // Money alone passes what a number holds exactly.
      return whole > BigInt(Number.MAX_SAFE_INTEGER) ? whole : Number(numerator) / Number(denominator)
    }
  }
}

/** Facts that stand in a place of their own in a call; the others are stated over what is computed. */
const inPlace: ReadonlySet<FactName> = new Set([
  'requested', 'images', 'context.images', 'context.length', 'session.kind', 'sidechain',
  'org.blocked', 'org.only', 'org.ignored', 'org.router',
])

/** Of the prompt, with what each is where nothing is said. */
const signals: readonly (readonly [FactName, FactValue])[] = [
  ['surface', null], ['plan-mode', false], ['housekeeping', false], ['team', null], ['tags', []],
  ['path', null], ['toolchain', null], ['workflow', null], ['repo.name', null], ['repo.files', null],
  ['repo.language', null], ['variant', null], ['url.path', null], ['request.order', null],
]

const signalNames: ReadonlySet<FactName> = new Set(signals.map(([name]) => name))

function signalsOf(facts: readonly TestFact[]): { readonly [name: string]: FactValue } {
  return Object.fromEntries(
    signals.map(([name, absent]) => {
      const reading = factReading(facts, name)
      return [name, reading === 'absent' || reading === undefined ? absent : factValue(reading)]
    }),
  )
}

function factValue(reading: Reading): FactValue {
  if (reading === undefined) return null
  return typeof reading === 'bigint' ? Number(reading) : reading
}

function organisationOf(facts: readonly TestFact[]): Organisation {
  const names = (name: FactName): readonly string[] | undefined => {
    const reading = factReading(facts, name)
    return Array.isArray(reading) ? reading.map(String) : undefined
  }
  const router = factReading(facts, 'org.router')
  return {
    blocked: names('org.blocked') ?? [],
    only: names('org.only') ?? null,
    ignored: names('org.ignored') ?? [],
    router: router === 'allowed' || router === 'blocked' ? router : null,
  }
}

function verdictsOf(facts: readonly TestFact[]): Pick<PromptFacts, 'classifiers'> {
  const verdicts = new Map<string, VerdictRecord>()
  for (const fact of facts) {
    if (fact.kind !== 'verdict') continue
    const { verdict } = fact
    if (verdict.status === 'missing') verdicts.delete(fact.classifier)
    else if ('label' in verdict) verdicts.set(fact.classifier, verdict)
    else if ('scores' in verdict) {
      const scores = verdict.scores.map(({ model, millionths }) => [model, millionths] as const)
      verdicts.set(fact.classifier, { status: 'ok', scoresMillionths: Object.fromEntries(scores) })
    } else verdicts.set(fact.classifier, { status: verdict.status })
  }
  return { classifiers: Object.fromEntries(verdicts) }
}

function mapsOf(facts: readonly TestFact[]): Pick<PromptFacts, 'header' | 'param' | 'metadata'> {
  const map = (name: 'header' | 'param' | 'metadata'): { readonly [key: string]: FactValue } => {
    const entries = new Map<string, FactValue | undefined>()
    for (const fact of facts) {
      if (fact.kind !== 'request-map' || fact.map !== name) continue
      entries.set(fact.key, fact.value === 'unknown' ? undefined : factValue(readingOf(fact.value)))
    }
    // A key that is there without a value is unknown, which no recorded map can say.
    return Object.fromEntries(entries) as { readonly [key: string]: FactValue }
  }
  return { header: map('header'), param: map('param'), metadata: map('metadata') }
}

/** What replaces what would be computed. */
function statedFacts(facts: readonly TestFact[]): Given {
  const stated = new Map<string, Reading>()
  const unknown = new Set<string>()
  const scorers = new Map<string, { numerator: bigint; denominator: bigint } | 'unknown'>()
  const used = new Map<string, number>()
  const say = (name: string, value: Literal | 'unknown', overrides: boolean): void => {
    unknown.delete(name)
    stated.delete(name)
    if (value === 'unknown') unknown.add(name)
    else if (overrides) stated.set(name, readingOf(value))
  }
  let given: Given = {}
  for (const fact of facts) {
    switch (fact.kind) {
      case 'fact':
        say(fact.fact, fact.value, !inPlace.has(fact.fact) && !signalNames.has(fact.fact))
        break
      case 'signal':
        say(fact.signal, fact.value, true)
        break
      case 'scorer':
        scorers.set(fact.scorer, fact.value)
        break
      case 'used':
        used.set(fact.budget, fact.millionths)
        break
      case 'bucket':
        given = { ...given, bucketMillionths: fact.millionths }
        break
      case 'benefit':
        given = { ...given, benefitPicoUsd: fact.picoUsd }
        break
      case 'switch-cost':
        given = { ...given, switchCostPicoUsd: fact.picoUsd }
        break
      case 'cached':
        given = { ...given, cachedTokens: fact.tokens }
        break
      case 'verdict':
      case 'messages':
      case 'request-map':
      case 'now':
        break
    }
  }
  return {
    ...given,
    signals: Object.fromEntries(stated),
    unknownSignals: [...unknown],
    scorers: Object.fromEntries(scorers),
    usedMillionths: Object.fromEntries(used),
  }
}
