import type {
  CallRecord,
  EventRecord,
  PromptFacts,
  SessionRecord,
  ToolFacts,
  TraceRecord,
  Usage,
} from '../../src/trace/record.ts'
import { gatewayBill } from './bill.ts'
import { between, chance, draw, pick } from './draw.ts'
import { succeeds, textOf, thinkingText, toolsOf, verdictOf, visibleText } from './synthetic-reply.ts'
import type { Character } from './synthetic-reply.ts'
import { firstDay, regionOf, serve, withdrawal } from './synthetic-world.ts'
import type { PoolModel } from './synthetic-world.ts'
import { thrashDigest } from './texts.ts'

const second = 1_000_000
const opus = 'claude-opus-4-7'
const upgradeTool = 'UpgradeSessionModel'

/** Made-up sessions of a made-up gateway over seven days; every draw is keyed by session and purpose. */
export function syntheticTrace(sessions: number): TraceRecord[] {
  const shared: EventRecord = {
    record: 'event',
    event: 'organisation',
    atMicros: withdrawal.atMicros,
    blocked: [withdrawal.model],
  }
  const ids = Array.from({ length: sessions }, (_, index) => `synthetic-${String(index + 1).padStart(3, '0')}`)
  return [...ids.flatMap(sessionRecords), shared]
}

/** What a session carries from call to call. */
interface Course {
  readonly character: Character
  readonly kind: 'router' | 'concrete'
  readonly calls: CallRecord[]
  readonly events: EventRecord[]
  model: PoolModel
  clock: number
  prompt: number
  contextImages: number
  /** Tokens that the current host has in its cache, and until when. */
  cached: number
  cachedAt: string
  cachedUntil: number
  lastTool: ToolFacts | undefined
  reminderRests: number
  /** Models that an administrator has withdrawn from this session. */
  blocked: readonly PoolModel[]
}

function sessionRecords(id: string): TraceRecord[] {
  const character: Character = {
    id,
    difficulty: draw(100, id, 'difficulty'),
    counted: !chance(15, id, 'lengths only'),
  }
  const kind = chance(12, id, 'concrete') ? 'concrete' : 'router'
  const course: Course = {
    character,
    kind,
    calls: [],
    events: [],
    model: kind === 'concrete' ? pick([opus, 'kimi-k2.6'] as const, id, 'model') : opus,
    clock: startOf(id),
    prompt: between(11_000, 17_000, id, 'system'),
    contextImages: 0,
    cached: 0,
    cachedAt: '',
    cachedUntil: 0,
    lastTool: undefined,
    reminderRests: 0,
    blocked: [],
  }
  const turns = 1 + draw(9, id, 'turns')
  const blockedFrom = chance(5, id, 'block') ? 2 : 0
  for (let turn = 1; turn <= turns; turn += 1) {
    if (turn === blockedFrom) block(course, 'minimax-m2.7')
    runTurn(course, turn)
  }
  return [headerOf(course), ...course.calls, ...course.events, ...outcomeOf(course)]
}

/** Working hours of one of seven days. */
function startOf(id: string): number {
  const minutes = 8 * 60 + draw(10 * 60, id, 'minute')
  return firstDay + (draw(7, id, 'day') * 1_440 + minutes) * 60 * second + draw(60, id, 'second') * second
}

function runTurn(course: Course, turn: number): void {
  const { id } = course.character
  const key = `${id} turn ${turn}`
  course.clock += between(8, chance(10, key, 'away') ? 900 : 95, key, 'think') * second
  const images = chance(6, key, 'image') ? between(1, 2, key, 'images') : 0
  const length = 1 + draw(5, key, 'calls')
  let again = false
  for (let step = 1; step <= length || again; step += 1) {
    again = runCall(course, turn, step === 1, step === length, step === 1 ? images : 0)
  }
}

/** One call; true when its reply called the upgrade tool, so that the turn must go on. */
function runCall(course: Course, turn: number, opens: boolean, closes: boolean, images: number): boolean {
  const { character, calls, kind } = course
  const call = calls.length + 1
  const key = `${character.id} call ${call}`
  if (!opens) course.clock += between(1, 9, key, 'tool time') * second
  course.contextImages += images
  const judged = kind === 'router' && call === 1 && !chance(6, character.id, 'no verdict')
  const verdict = judged ? verdictOf(character) : undefined
  const rule = decide(course, verdict, images)
  course.prompt += between(40, opens ? 900 : 3_200, key, 'new') + images * 1_480
  course.clock += verdict?.latencyMicros ?? 0
  const struggling = !succeeds(character, course.model) && call > 3
  const output = between(30, struggling ? 1_900 : 1_100, key, 'output')
  const latencyMicros = second + output * (course.model === opus ? 15_000 : 8_000)
  const reminded = remind(course)
  const serving = serve(course.model, course.clock, latencyMicros, key)
  const start = course.clock
  course.clock = serving.endMicros
  const prompt: PromptFacts = {
    tokens: course.prompt,
    ...(opens ? { user: textOf(character, 'x'.repeat(between(12, 600, key, 'user'))) } : {}),
    newImages: images,
    contextImages: course.contextImages,
    reminded,
    ...(verdict === undefined ? {} : { classifiers: { triage: verdict } }),
  }
  const base = {
    record: 'call',
    session: character.id,
    call,
    turn,
    startMicros: start,
    endMicros: serving.endMicros,
    timeQuality: 'exact',
    ...(kind === 'concrete' ? { requested: course.model } : {}),
    prompt,
    attempts: serving.attempts,
    decision: { rule },
  } as const
  if (serving.provider === undefined) {
    calls.push({ ...base, end: 'exhausted' })
    return false
  }
  const usage = usageOf(course, serving.provider, output)
  const upgrades = reminded && course.model !== opus && chance(70, key, 'obeys')
  const tools = upgrades
    ? [{ name: upgradeTool, failed: false }]
    : closes
      ? []
      : toolsOf(struggling, course.lastTool, key)
  course.lastTool = tools.at(-1) ?? course.lastTool
  const speaks = closes || upgrades || chance(30, key, 'speaks')
  calls.push({
    ...base,
    firstTokenMicros: serving.endMicros - latencyMicros + between(300_000, 900_000, key, 'first'),
    served: { model: course.model, provider: serving.provider, region: regionOf(serving.provider) },
    usage,
    cost: gatewayBill(course.model, serving.provider, usage),
    end: 'served',
    reply: {
      text: speaks ? visibleText(character, struggling, key) : null,
      thinking: thinkingText(character, course.model, key),
      tools,
      finish: tools.length === 0 ? 'stop' : 'tool-calls',
    },
  })
  course.prompt += output
  return upgrades
}

/** The made-up router: a threshold of 0.65, images and upgrades to the strongest model. Names the rule. */
function decide(course: Course, verdict: ReturnType<typeof verdictOf> | undefined, images: number): string {
  if (course.calls.length === 0) {
    if (course.kind === 'concrete') return 'concrete'
    if (verdict?.status !== 'ok') return 'no-verdict'
    course.model = cheapest(course, verdict.scoresMillionths ?? {})
    return 'triage'
  }
  const withdrawn = course.clock >= withdrawal.atMicros && course.model === withdrawal.model
  if (withdrawn || course.blocked.includes(course.model)) return change(course, 'revoked')
  if (images > 0 && course.model !== opus) return change(course, 'image')
  const asked = course.calls.at(-1)?.reply?.tools?.some(({ name }) => name === upgradeTool) === true
  return asked && course.model !== opus ? change(course, 'asked') : 'otherwise'
}

const byPrice: readonly PoolModel[] = ['minimax-m2.7', 'kimi-k2.6', opus]

function cheapest(course: Course, scores: { readonly [model: string]: number }): PoolModel {
  const left = byPrice.filter((model) => course.clock < withdrawal.atMicros || model !== withdrawal.model)
  const enough = left.find((model) => (scores[model] ?? 0) >= 650_000)
  return enough ?? left.reduce((a, b) => ((scores[b] ?? 0) > (scores[a] ?? 0) ? b : a))
}

/** To the strongest model; another provider family means that the conversation is summarised. */
function change(course: Course, rule: string): string {
  const tokensAfter = Math.floor((course.prompt * 30) / 100)
  course.events.push({
    record: 'event',
    event: 'compaction',
    session: course.character.id,
    beforeCall: course.calls.length + 1,
    atMicros: course.clock,
    tokensBefore: course.prompt,
    tokensAfter,
    trigger: 'auto',
    billed: false,
  })
  course.prompt = tokensAfter
  course.model = opus
  return rule
}

function block(course: Course, model: PoolModel): void {
  course.blocked = [model]
  course.events.push({
    record: 'event',
    event: 'organisation',
    session: course.character.id,
    beforeCall: course.calls.length + 1,
    atMicros: course.clock,
    blocked: course.clock < withdrawal.atMicros ? [model] : [withdrawal.model, model],
  })
}

/** Three matches in the five newest texts, at most once in five calls. */
function remind(course: Course): boolean {
  course.reminderRests -= 1
  if (course.model === opus || course.reminderRests > 0) return false
  const texts = course.calls.flatMap((call) => call.reply?.text ?? [])
  const matches = texts.slice(-5).flatMap((text) => Object.keys(text.hits?.[thrashDigest] ?? {}))
  if (matches.length < 3) return false
  course.reminderRests = 5
  return true
}

function usageOf(course: Course, provider: string, output: number): Usage {
  const place = `${course.model} at ${provider}`
  const warm = course.cachedAt === place && course.clock < course.cachedUntil
  const cacheRead = warm ? Math.min(course.cached, course.prompt - 1) : 0
  const uncached = course.model === 'kimi-k2.6' ? course.prompt - cacheRead : 20
  const written = course.prompt - cacheRead - uncached
  const [timed, other] = course.model === opus ? [Math.max(0, written), 0] : [0, Math.max(0, written)]
  course.cached = course.prompt - 20
  course.cachedAt = place
  course.cachedUntil = course.clock + 300 * second
  return {
    uncachedInput: course.prompt - cacheRead - timed - other,
    cacheRead,
    cacheWrite5m: timed,
    cacheWrite1h: 0,
    ...(other === 0 ? {} : { cacheWriteOther: other }),
    output,
    outputQuality: 'exact',
  }
}

const teams = ['payments', 'platform', 'search', 'mobile'] as const
const repositories = [
  { 'repo.name': 'ledger', 'repo.files': 2_140, 'repo.language': 'java' },
  { 'repo.name': 'gateway', 'repo.files': 830, 'repo.language': 'go' },
  { 'repo.name': 'indexer', 'repo.files': 1_260, 'repo.language': 'rust' },
  { 'repo.name': 'app', 'repo.files': 3_400, 'repo.language': 'typescript' },
  { 'repo.name': 'docs', 'repo.files': 190, 'repo.language': 'markdown' },
] as const

function headerOf({ character: { id, counted }, kind }: Course): SessionRecord {
  return {
    record: 'session',
    schema: 1,
    session: id,
    kind,
    source: { format: 'synthetic', version: '1' },
    ...(counted
      ? { phraseLists: [thrashDigest] }
      : { withheld: { visible: true, thinking: true } }),
    signals: {
      surface: pick(['cli', 'ide', 'ci'], id, 'surface'),
      team: pick(teams, id, 'team'),
      user: `u${1 + draw(12, id, 'user')}`,
      tags: chance(10, id, 'tags') ? ['us-only'] : [],
      path: null,
      toolchain: null,
      workflow: chance(5, id, 'workflow') ? 'docs' : null,
      'plan-mode': chance(8, id, 'plan'),
      ...pick(repositories, id, 'repository'),
    },
  }
}

/** Four sessions in five say how they ended. */
function outcomeOf({ character, calls, model, clock }: Course): EventRecord[] {
  if (!chance(80, character.id, 'outcome')) return []
  const served = calls.at(-1)?.end === 'served'
  return [
    {
      record: 'event',
      event: 'outcome',
      session: character.id,
      beforeCall: calls.length + 1,
      atMicros: clock + second,
      success: served && succeeds(character, model),
      label: 'tests',
    },
  ]
}
