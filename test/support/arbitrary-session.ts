import fc from 'fast-check'
import type { Policy } from '../../src/policy/core.ts'
import type { CallInput, Conclusion, Decision, Given, Organisation, World } from '../../src/policy/decision.ts'
import type { FactValue, PromptFacts, ReplyFacts, TextFacts, VerdictRecord } from '../../src/trace/record.ts'
import { strangerModel, tokenSizes } from './arbitrary-catalogue.ts'

/**
 * Sessions told apart from any policy: models, words and phrases are numbers until `callInputs`
 * reads them as names of one policy. So a session shrinks on its own, and fits every policy.
 */
export interface MadeUpSession {
  readonly calls: readonly MadeUpCall[]
  readonly startMicros: number | undefined
  readonly countedLists: readonly boolean[]
  readonly withheld: { readonly visible: boolean; readonly thinking: boolean }
  readonly sidechain: boolean | undefined
  readonly kind: 'router' | 'concrete' | undefined
  readonly worldSeed: number
}

interface MadeUpText {
  readonly chars: number
  /** By list, by phrase: how often; `undefined` where nothing was counted. */
  readonly hits: readonly (readonly number[])[] | undefined
}

interface MadeUpCall {
  readonly beginsTurn: boolean
  readonly user: MadeUpText | null | undefined
  readonly reply: {
    readonly text: MadeUpText | null | undefined
    readonly thinking: MadeUpText | null | undefined
    readonly tools: readonly { readonly name: number; readonly signature: number | undefined; readonly failed: boolean | undefined; readonly result: MadeUpText | undefined }[] | undefined
  }
  readonly served: boolean | undefined
  readonly tokens: number | undefined
  readonly newImages: number | undefined
  readonly contextImages: number | undefined
  readonly requested: number | null | undefined
  readonly verdicts: readonly (MadeUpVerdict | undefined)[]
  readonly facts: readonly (readonly [name: number, value: number | null])[]
  readonly organisation: MadeUpOrganisation
  readonly waitMicros: number
  readonly clock: boolean
  readonly given: { readonly bucket: number | undefined; readonly unknown: number | undefined; readonly scorer: number | undefined; readonly money: number | undefined }
  readonly conclusion: { readonly end: Conclusion['end']; readonly failedOver: boolean; readonly adopts: boolean; readonly host: number }
}

interface MadeUpVerdict {
  readonly status: VerdictRecord['status']
  readonly scores: readonly number[]
  readonly label: number
}

interface MadeUpOrganisation {
  readonly blocked: readonly number[] | undefined
  readonly only: readonly number[] | null | undefined
  readonly ignored: readonly number[] | undefined
  readonly router: 'allowed' | 'blocked' | undefined
}

const seldom = <T>(arbitrary: fc.Arbitrary<T>, frequency = 4): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: frequency })

const madeUpText: fc.Arbitrary<MadeUpText> = fc.record({
  chars: fc.constantFrom(0, 19, 20, 21, 100, 101, 500, 5000),
  hits: seldom(fc.array(fc.array(fc.constantFrom(0, 0, 1, 2), { maxLength: 4 }), { maxLength: 4 }), 8),
})

const textOrNone = fc.oneof(
  { weight: 5, arbitrary: madeUpText },
  { weight: 2, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constant(undefined) },
)

const images = fc.constantFrom(0, 0, 0, 1, 2)
const index = fc.nat({ max: 11 })
const lists = fc.array(index, { maxLength: 2 })

const verdict: fc.Arbitrary<MadeUpVerdict> = fc.record({
  status: fc.constantFrom('ok', 'ok', 'ok', 'timeout', 'error', 'malformed', 'empty'),
  scores: fc.array(fc.constantFrom(-1, 0, 150_000, 500_000, 699_999, 700_000, 850_000, 1_000_000), { maxLength: 5 }),
  label: index,
})

const rarely = <T>(usual: T, odd: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 7, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: odd })

const organisation: fc.Arbitrary<MadeUpOrganisation> = rarely(
  { blocked: undefined, only: undefined, ignored: undefined, router: undefined },
  fc.record({
    blocked: seldom(lists, 1),
    only: seldom(fc.option(lists, { nil: null }), 1),
    ignored: seldom(lists, 1),
    router: seldom(fc.constantFrom('allowed', 'blocked'), 1),
  }),
)

const call: fc.Arbitrary<MadeUpCall> = fc.record({
  beginsTurn: fc.boolean(),
  user: textOrNone,
  reply: fc.record({
    text: textOrNone,
    thinking: textOrNone,
    tools: seldom(
      fc.array(
        fc.record({ name: index, signature: seldom(fc.nat({ max: 2 }), 8), failed: seldom(fc.boolean(), 8), result: seldom(madeUpText, 8) }),
        { maxLength: 3 },
      ),
      8,
    ),
  }),
  served: seldom(fc.constantFrom(true, true, true, false), 12),
  tokens: seldom(fc.constantFrom(...tokenSizes, 9_500, 15_200, 190_001), 8),
  newImages: seldom(images, 8),
  contextImages: seldom(images, 8),
  requested: fc.oneof(fc.constant(undefined), index, fc.constant(null)),
  verdicts: fc.array(seldom(verdict, 3), { maxLength: 3 }),
  facts: fc.array(fc.tuple(fc.nat({ max: 30 }), fc.oneof(fc.nat({ max: 30 }), fc.constant(null))), { maxLength: 6 }),
  organisation,
  waitMicros: fc.constantFrom(0, 1_000_000, 29_999_999, 30_000_000, 60_000_000, 3_600_000_000, 86_400_000_000 * 20),
  clock: fc.constantFrom(true, true, true, true, true, false),
  given: rarely(
    { bucket: undefined, unknown: undefined, scorer: undefined, money: undefined },
    fc.record({
      bucket: seldom(fc.constantFrom(0, 499_999, 500_000, 999_999), 1),
      unknown: seldom(index, 1),
      scorer: seldom(fc.constantFrom(-1, 0, 149_900, 150_000, 300_000), 1),
      money: seldom(fc.constantFrom(0, 1, 50_000_000_000), 1),
    }),
  ),
  conclusion: fc.record({
    end: fc.constantFrom('served', 'served', 'served', 'served', 'exhausted', 'denied', 'cancelled'),
    failedOver: fc.constantFrom(false, false, true),
    adopts: fc.constantFrom(false, false, false, true),
    host: index,
  }),
})

const aFortnight = 14 * 86_400_000_000
/** 2026-02-01T08:59:30Z: near a price change and the opening of the office. */
const around = 1_769_936_370_000_000

export const madeUpSession: fc.Arbitrary<MadeUpSession> = fc.record({
  calls: fc.array(call, { minLength: 1, maxLength: 8 }),
  startMicros: seldom(fc.constantFrom(around, around + aFortnight, around - aFortnight), 8),
  countedLists: fc.array(fc.constantFrom(true, true, true, false), { minLength: 8, maxLength: 8 }),
  withheld: rarely(
    { visible: false, thinking: false },
    fc.record({ visible: fc.boolean(), thinking: fc.boolean() }),
  ),
  sidechain: fc.option(fc.boolean(), { nil: undefined }),
  kind: fc.option(fc.constantFrom('router', 'concrete'), { nil: undefined }),
  worldSeed: fc.nat({ max: 1_000 }),
})

// ------------------------------------------------------- read with one policy

const factNames = [
  'surface', 'plan-mode', 'housekeeping', 'team', 'tags', 'path', 'toolchain', 'workflow', 'repo.name',
  'repo.files', 'repo.language', 'variant', 'url.path', 'request.order',
] as const

/** Every word that the policy compares something with, so that guards are hit. */
export function wordsOf(policy: Policy): readonly string[] {
  const words = new Set(['a', 'b', 'ci', 'src/x', '/internal'])
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit)
    if (typeof node !== 'object' || node === null) return
    if ('kind' in node && node.kind === 'name' && 'name' in node && typeof node.name === 'string') words.add(node.name)
    if ('prefix' in node && typeof node.prefix === 'string') words.add(`${node.prefix}x`)
    Object.values(node).forEach(visit)
  }
  visit([policy.blocks, policy.signals, policy.filters, policy.hides, policy.profiles, policy.serving])
  return [...words]
}

function pick<T>(from: readonly T[], at: number): T | undefined {
  return from.length === 0 ? undefined : from[at % from.length]
}

function factValue(name: string, value: number | null, words: readonly string[], hosts: readonly string[]): FactValue {
  if (value === null) return null
  const word = pick(words, value) ?? 'a'
  if (name === 'plan-mode' || name === 'housekeeping') return value % 2 === 0
  if (name === 'repo.files') return value % 6
  if (name === 'tags') return value % 3 === 0 ? [] : [word, value % 2 === 0 ? 'x' : 'us-only']
  if (name === 'request.order') return [pick(hosts, value) ?? 'north', pick(hosts, value + 1) ?? 'south']
  if (name === 'variant') return value % 2 === 0 ? 'nitro' : 'floor'
  if (name === 'surface') return value % 2 === 0 ? 'ci' : 'cli'
  return word
}

function facts(made: MadeUpCall['facts'], policy: Policy): Pick<PromptFacts, 'signals' | 'header' | 'param' | 'metadata'> {
  const words = wordsOf(policy)
  const hosts = policy.providers.map((provider) => provider.name)
  const signals: Record<string, FactValue> = {}
  const maps = { header: {}, param: {}, metadata: {} } as Record<'header' | 'param' | 'metadata', Record<string, FactValue>>
  for (const [which, value] of made) {
    const name = factNames[which]
    if (name !== undefined) signals[name] = factValue(name, value, words, hosts)
    else if (which % 3 === 0) maps.header[which % 2 === 0 ? 'h' : 'x-tier'] = value === null ? null : (pick(words, value) ?? 'a')
    else if (which % 3 === 1) maps.param[which % 2 === 0 ? 'p' : 'max_tokens'] = value === null ? null : value % 3
    else maps.metadata[which % 2 === 0 ? 'm' : 'plan'] = value === null ? null : (pick(words, value) ?? 'a')
  }
  return { signals, ...maps }
}

function textFacts(made: MadeUpText, policy: Policy, counted: readonly boolean[]): TextFacts {
  if (made.hits === undefined) return { chars: made.chars }
  const hits: Record<string, Record<string, number>> = {}
  policy.phraseLists.forEach((list, at) => {
    if (counted[at % counted.length] === false) return
    const found: Record<string, number> = {}
    pick(made.hits ?? [], at)?.forEach((times, phrase) => {
      if (times > 0 && phrase < list.phrases.length) found[String(phrase)] = times
    })
    hits[list.digest] = found
  })
  return { chars: made.chars, hits }
}

function reply(made: MadeUpCall['reply'], policy: Policy, counted: readonly boolean[]): ReplyFacts {
  const read = (text: MadeUpText | null): TextFacts | null => (text === null ? null : textFacts(text, policy, counted))
  const toolNames = ['Bash', 'Edit', 'UpgradeSessionModel']
  return {
    ...(made.text === undefined ? {} : { text: read(made.text) }),
    ...(made.thinking === undefined ? {} : { thinking: read(made.thinking) }),
    ...(made.tools === undefined
      ? {}
      : {
          tools: made.tools.map((tool) => ({
            name: pick(toolNames, tool.name) ?? 'Bash',
            ...(tool.signature === undefined ? {} : { signature: `s${tool.signature}` }),
            ...(tool.failed === undefined ? {} : { failed: tool.failed }),
            ...(tool.result === undefined ? {} : { result: textFacts(tool.result, policy, counted) }),
          })),
        }),
  }
}

function verdicts(made: MadeUpCall['verdicts'], policy: Policy): { readonly [name: string]: VerdictRecord } {
  const records: Record<string, VerdictRecord> = {}
  policy.classifiers.forEach((classifier, at) => {
    const given = made[at]
    if (given === undefined) return
    if (given.status !== 'ok') {
      records[classifier.name] = { status: given.status }
      return
    }
    const asked = classifier.verdict
    if (asked.kind === 'labels') {
      const scale = policy.scales.find((one) => one.name === asked.scale)
      const label = pick(scale?.words ?? [], given.label)
      records[classifier.name] = { status: 'ok', ...(label === undefined ? {} : { label }) }
      return
    }
    const scoresMillionths: Record<string, number> = {}
    policy.pools
      .find((pool) => pool.name === asked.pool)
      ?.models.forEach(({ model }, position) => {
        const score = given.scores[position]
        if (score !== undefined && score >= 0) scoresMillionths[model] = score
      })
    records[classifier.name] = { status: 'ok', scoresMillionths }
  })
  return records
}

function given(made: MadeUpCall['given'], policy: Policy): Given {
  const unknown = made.unknown === undefined ? undefined : pick(policy.signals, made.unknown)?.name
  const scorer = policy.scorers[0]?.name
  const money = made.money === undefined ? undefined : { numerator: BigInt(made.money), denominator: 3n }
  return {
    ...(unknown === undefined ? {} : { unknownSignals: [unknown] }),
    ...(made.bucket === undefined ? {} : { bucketMillionths: made.bucket }),
    ...(made.scorer === undefined || scorer === undefined
      ? {}
      : { scorers: { [scorer]: made.scorer < 0 ? ('unknown' as const) : { numerator: BigInt(made.scorer), denominator: 1n } } }),
    ...(money === undefined ? {} : { benefitPicoUsd: money, switchCostPicoUsd: { numerator: 1n, denominator: 1n } }),
  }
}

/** What each call of the session tells this policy. */
export function callInputs(session: MadeUpSession, policy: Policy): readonly CallInput[] {
  const modelNames = [...policy.models.map((model) => model.name), strangerModel]
  const hosts = policy.providers.map((provider) => provider.name)
  const named = (which: readonly number[], from: readonly string[]): readonly string[] => [
    ...new Set(which.map((at) => pick(from, at) ?? strangerModel)),
  ]
  let now = session.startMicros
  return session.calls.map((made, position): CallInput => {
    const previous = session.calls[position - 1]
    if (now !== undefined && previous !== undefined) now += previous.waitMicros
    const changed: { -readonly [K in keyof Organisation]?: Organisation[K] } = {}
    if (made.organisation.blocked !== undefined) changed.blocked = named(made.organisation.blocked, modelNames)
    if (made.organisation.only !== undefined) {
      changed.only = made.organisation.only === null ? null : named(made.organisation.only, hosts)
    }
    if (made.organisation.ignored !== undefined) changed.ignored = named(made.organisation.ignored, hosts)
    if (made.organisation.router !== undefined) changed.router = made.organisation.router
    const beginsTurn = position === 0 || made.beginsTurn
    return {
      beginsTurn,
      previousReply: previous === undefined ? undefined : reply(previous.reply, policy, session.countedLists),
      previousServed: previous?.served,
      prompt: {
        ...facts(made.facts, policy),
        ...(made.tokens === undefined ? {} : { tokens: made.tokens }),
        ...(made.newImages === undefined ? {} : { newImages: made.newImages }),
        ...(made.contextImages === undefined ? {} : { contextImages: made.contextImages }),
        ...(!beginsTurn || made.user === undefined
          ? {}
          : { user: made.user === null ? null : textFacts(made.user, policy, session.countedLists) }),
        classifiers: verdicts(made.verdicts, policy),
      },
      requested: typeof made.requested === 'number' ? pick(modelNames, made.requested) : made.requested,
      kind: position === 0 ? session.kind : undefined,
      sidechain: position === 0 ? session.sidechain : undefined,
      organisation: changed,
      nowMicros: made.clock ? now : undefined,
      phraseLists: policy.phraseLists.filter((_, at) => session.countedLists[at % 8] !== false).map((list) => list.digest),
      withheld: session.withheld,
      given: given(made.given, policy),
    }
  })
}

/** How the call ended that was decided so: mostly served as decided. */
export function conclusionOf(made: MadeUpCall, decision: Decision, policy: Policy, nowMicros: number | undefined): Conclusion {
  const { end, failedOver, adopts, host } = made.conclusion
  const atMicros = nowMicros
  if (decision.model === undefined) return { end: 'no-route', served: undefined, failedOver: false, adopted: undefined, atMicros }
  if (end !== 'served') return { end, served: undefined, failedOver, adopted: undefined, atMicros }
  const adopted = adopts ? pick(policy.models, host)?.name : undefined
  const provider = pick(decision.endpoints, host)
  return {
    end,
    served: { model: adopted ?? decision.model, provider, region: undefined, account: undefined },
    failedOver,
    adopted,
    atMicros,
  }
}

// ---------------------------------------------------------------------- world

function scatter(text: string): number {
  let hash = 2_166_136_261
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 16_777_619)
  hash ^= hash >>> 15
  return Math.imul(hash, 2_246_822_519) >>> 0
}

/** A world whose every answer is a hash of the question. */
export function madeUpWorld(seed: number): World {
  const draw = (...key: readonly unknown[]): number => scatter(`${seed}/${key.join('/')}`)
  return {
    outage: (endpoint, windowMicros) => [true, false, false, undefined][draw('outage', endpoint.model, endpoint.provider, windowMicros) % 4],
    warm: (model) => [true, false, undefined][draw('warm', model) % 3],
    cachedTokens: (model) => [0, 9_000, 15_000, undefined][draw('cached', model) % 4],
    usedMillionths: (budget, provider = '') =>
      [0, 500_000, 799_999, 800_000, 1_000_000, 1_200_000, undefined][draw('used', budget, provider) % 7],
    spentPicoUsd: (scope) => [0n, 1_000_000_000_000n, undefined][draw('spent', scope) % 3],
    drawMillionths: (purpose, ...key) => draw('draw', purpose, ...key) % 1_000_000,
  }
}
