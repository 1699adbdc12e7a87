import type {
  CallRecord,
  Facts,
  PromptFacts,
  ReplyFacts,
  SessionRecord,
  TextFacts,
  ToolFacts,
  VerdictRecord,
} from '../../trace/record.ts'

/** The same call with one thing less, or one number nearer to 0; the greatest relief first. */
export function* lighterCalls(call: CallRecord | undefined): Generator<CallRecord> {
  if (call === undefined) return
  const { provenance, id, usage, cost, attempts, reply, requested, firstTokenMicros, decision, ...rest } = call
  const optional = { id, usage, cost, attempts, reply, requested, firstTokenMicros, decision }
  const whole = { ...rest, ...present(optional) }
  if (provenance !== undefined) yield whole
  for (const dropped of keysOf(present(optional))) yield { ...rest, ...present({ ...optional, [dropped]: undefined }) }
  if (attempts !== undefined) {
    for (let at = 0; at < attempts.length; at += 1) yield { ...whole, attempts: attempts.toSpliced(at, 1) }
  }
  if (reply !== undefined) for (const lighter of lighterReplies(reply)) yield { ...whole, reply: lighter }
  for (const prompt of lighterPrompts(call.prompt)) yield { ...whole, prompt }
}

/** A header with one thing less. */
export function* lighterHeader(header: SessionRecord | undefined): Generator<SessionRecord | undefined> {
  if (header === undefined) return
  yield undefined
  for (const key of keysOf(header)) {
    if (key === 'record' || key === 'schema' || key === 'session') continue
    yield without(header, key)
  }
}

function* lighterPrompts(prompt: PromptFacts): Generator<PromptFacts> {
  const { user, classifiers } = prompt
  for (const key of keysOf(prompt)) if (key !== 'user') yield without(prompt, key)
  for (const map of ['signals', 'header', 'param', 'metadata'] as const) yield* lighterMaps(prompt, map)
  for (const name of keysOf(classifiers ?? {})) {
    yield { ...prompt, classifiers: without(classifiers ?? {}, name) }
    for (const verdict of lighterVerdicts(classifiers?.[name])) yield { ...prompt, classifiers: { ...classifiers, [name]: verdict } }
  }
  for (const count of ['tokens', 'newImages', 'contextImages'] as const) {
    for (const smaller of smallerThan(prompt[count])) yield { ...prompt, [count]: smaller }
  }
  if (user !== undefined && user !== null) for (const lighter of lighterTexts(user)) yield { ...prompt, user: lighter }
}

function* lighterMaps(prompt: PromptFacts, map: keyof Facts): Generator<PromptFacts> {
  const facts = prompt[map]
  for (const name of keysOf(facts ?? {})) yield { ...prompt, [map]: without(facts ?? {}, name) }
}

function* lighterVerdicts(verdict: VerdictRecord | undefined): Generator<VerdictRecord> {
  if (verdict === undefined) return
  for (const key of keysOf(verdict)) if (key !== 'status') yield without(verdict, key)
  const scores = verdict.scoresMillionths ?? {}
  for (const model of keysOf(scores)) yield { ...verdict, scoresMillionths: without(scores, model) }
}

function* lighterReplies(reply: ReplyFacts): Generator<ReplyFacts> {
  const { tools, text, thinking } = reply
  for (const key of keysOf(reply)) yield without(reply, key)
  if (tools !== undefined) {
    for (let at = 0; at < tools.length; at += 1) yield { ...reply, tools: tools.toSpliced(at, 1) }
    for (const [at, tool] of tools.entries()) {
      for (const key of ['path', 'signature', 'failed', 'result'] as const satisfies (keyof ToolFacts)[]) {
        if (tool[key] !== undefined) yield { ...reply, tools: tools.with(at, without(tool, key)) }
      }
    }
  }
  if (text) for (const lighter of lighterTexts(text)) yield { ...reply, text: lighter }
  if (thinking) for (const lighter of lighterTexts(thinking)) yield { ...reply, thinking: lighter }
}

function* lighterTexts(text: TextFacts): Generator<TextFacts> {
  if (text.text !== undefined) yield without(text, 'text')
  for (const list of keysOf(text.hits ?? {})) {
    const hits = text.hits?.[list] ?? {}
    for (const phrase of keysOf(hits)) yield { ...text, hits: { ...text.hits, [list]: without(hits, phrase) } }
  }
  for (const chars of smallerThan(text.chars)) yield { ...text, chars }
}

/** Nothing, a half, three quarters, … one less: a threshold is found in few tries. */
function smallerThan(count: number | undefined): readonly number[] {
  if (count === undefined) return []
  const smaller: number[] = []
  for (let less = count; less >= 1; less = Math.floor(less / 2)) smaller.push(count - less)
  return smaller
}

function keysOf<T extends object>(value: T): (keyof T & string)[] {
  return Object.keys(value) as (keyof T & string)[]
}

function without<T extends object>(value: T, key: keyof T & string): T {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)) as T
}

/** Absent stays absent: `undefined` is no value in a record. */
function present<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
