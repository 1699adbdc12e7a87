import type { CallRecord, EventRecord, SessionRecord, TraceRecord, Usage } from '../../src/trace/record.ts'

/** Every field present, at every depth; what a union leaves open stays open. */
type Whole<T> = T extends string | number | boolean | null
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Whole<Item>[]
    : { readonly [Field in keyof T]-?: Whole<Exclude<T[Field], undefined>> }

const facts = { team: 'payments', tags: ['a', 1], 'repo.files': 12, 'plan-mode': true, path: null }
const place = { provider: 'anthropic', region: 'us', account: 'main', serviceTier: 'flex' }
const usage: Whole<Usage> = {
  uncachedInput: 1,
  cacheRead: 2,
  cacheWrite5m: 3,
  cacheWrite1h: 4,
  cacheWriteOther: 5,
  output: 60,
  reasoning: 7,
  audioInput: 1,
  imageInput: 0,
  videoInput: 0,
  audioCacheRead: 1,
  imageCacheRead: 1,
  audioOutput: 10,
  imageOutput: 20,
  videoOutput: 30,
  generatedImages: 2,
  webSearches: 3,
  outputQuality: 'exact',
}
const cost = { picoUsd: '123456789012345678901', source: 'provider' } as const
const text = { chars: 4, hits: { digest: { '0': 1, '16': 2 } }, text: 'word' }
const provenance = { file: 'a.jsonl', line: 7 }

/** One record a kind with every field that the types name: the compiler asks for each of them. */
export const wholeSession: Whole<SessionRecord> = {
  record: 'session',
  schema: 1,
  session: 's',
  parent: 'p',
  sidechain: true,
  kind: 'router',
  account: 'main',
  source: { format: 'claude-code', version: '2.1' },
  policy: { name: 'factory-router', digest: 'd', seed: '0' },
  phraseLists: ['digest'],
  withheld: { visible: false, thinking: true },
  standsForSessions: 3,
  signals: facts,
  header: facts,
  param: facts,
  metadata: facts,
  provenance,
}

export const wholeCall: Whole<CallRecord> = {
  record: 'call',
  session: 's',
  call: 1,
  turn: 0,
  id: 'msg',
  startMicros: 1,
  firstTokenMicros: 2,
  endMicros: 3,
  timeQuality: 'derived',
  requested: 'claude-opus-4-7',
  served: { ...place, model: 'claude-opus-4-7' },
  prompt: {
    tokens: 15,
    user: text,
    newImages: 1,
    contextImages: 2,
    classifiers: {
      triage: {
        status: 'ok',
        scoresMillionths: { 'minimax-m2.7': 850_000 },
        label: 'simple',
        model: 'gpt-5.4-mini',
        usage,
        cost,
        latencyMicros: 5,
      },
    },
    toolsOffered: ['Read'],
    reminded: false,
    signals: facts,
    header: facts,
    param: facts,
    metadata: facts,
  },
  usage,
  cost,
  attempts: [
    {
      ...place,
      model: 'claude-opus-4-7',
      startMicros: 1,
      endMicros: 2,
      status: 529,
      errorClass: 'overloaded',
      retryAfterMicros: 3,
      waitedMicros: 4,
    },
  ],
  end: 'served',
  reply: {
    text,
    thinking: text,
    tools: [{ name: 'Read', signature: 'abc', failed: false, path: 'README.md', result: text }],
    finish: 'stop',
  },
  decision: { rule: 'triage', reason: 'rule', propensityMillionths: 1_000_000 },
  chargedPicoUsd: '42',
  provenance,
}

const before = { record: 'event', session: 's', beforeCall: 2, atMicros: 9, provenance } as const

export const wholeEvents: readonly Whole<EventRecord>[] = [
  { ...before, event: 'model-change', model: 'm', by: 'person' },
  { ...before, event: 'organisation', blocked: ['m'], only: null, ignored: ['n'], router: 'allowed' },
  { ...before, event: 'compaction', tokensBefore: 9, tokensAfter: 3, trigger: 'auto', billed: false },
  { ...before, event: 'outcome', success: null, label: 'tests' },
  { ...before, event: 'fault', provider: 'anthropic', errorClass: 'overloaded', untilMicros: 99 },
  { ...before, event: 'end', reason: 'closed' },
]

export const wholeRecords: readonly TraceRecord[] = [wholeSession, wholeCall, ...wholeEvents]
