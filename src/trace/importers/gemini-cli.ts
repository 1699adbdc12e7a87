import type { TraceFile } from '../files.ts'
import type { AttemptRecord } from '../record.ts'
import { failureOfException } from './exception-class.ts'
import { importerOfCalls } from './importer-of-calls.ts'
import type { Calls } from './importer-of-calls.ts'
import type { Importer } from './importer.ts'
import { onlySuffixes } from './input-files.ts'
import { durationMicros, microsOfTime } from './instant.ts'
import { asCount, asList, asName, asObject, asString } from './json.ts'
import type { JsonObject } from './json.ts'
import { known } from './known.ts'
import type { LoggedCall } from './logged-call.ts'
import { sessionFile } from './gemini-cli/session-file.ts'
import type { CountsReading } from './provider-usage.ts'
import { readDocuments } from './read-documents.ts'
import type { ReadingContext } from './session-draft.ts'

/** Gemini CLI's telemetry file, objects laid out over many lines, and the chats that it keeps. */
export const geminiCli: Importer = importerOfCalls({
  format: 'gemini-cli',
  detect,
  refusal: onlySuffixes(['log', 'json', 'jsonl'], 'no telemetry'),
  readCalls,
})

interface Failed {
  readonly attempts: AttemptRecord[]
  /** Of the newest, for a call that never was served. */
  call: LoggedCall
}

async function readCalls(file: TraceFile, calls: Calls, { tally }: ReadingContext): Promise<void> {
  /** Failed attempts by session and prompt, until the response that follows them. */
  const failed = new Map<string, Failed>()
  const chat = sessionFile()
  await readDocuments(
    file,
    tally,
    (document, line) => {
      const attributes = asObject(document['attributes']) ?? document
      const name = asString(attributes['event.name'])?.replace(/^(?:gemini_cli|qwen-code)\./, '')
      if (name === undefined) return chat.take(document, line) ?? ['no event']
      const session = asName(attributes['session.id'])
      const loggedMicros = microsOfHrTime(document['hrTime'] ?? document['_hrTime'])
      const prompt = asName(attributes['prompt_id'])
      const key = JSON.stringify([session ?? null, prompt ?? null, attributes['model'] ?? attributes['model_name'] ?? null])
      if (name === 'api_response') {
        const before = failed.get(key)?.attempts
        failed.delete(key)
        calls.add(servedCall(attributes, { session, line, loggedMicros }, before))
        return ['event: call']
      }
      if (name === 'api_error') {
        const call = failedCall(attributes, { session, line, loggedMicros })
        const known = failed.get(key) ?? { attempts: [], call }
        const attempt = attemptOf(call)
        failed.set(key, { attempts: [...known.attempts, attempt], call })
        return ['event: failed attempt']
      }
      return [knownEvents.has(name) ? `event: ${name.replaceAll('_', ' ')}` : 'event: other']
    },
    () => {
      let part = 0
      for (const call of chat.calls()) calls.add(call, part++)
      for (const { attempts, call } of failed.values()) {
        calls.add({ ...call, attemptsBefore: attempts.slice(0, -1) })
      }
    },
  )
}

const knownEvents: ReadonlySet<string> = new Set([
  'api_request',
  'chat_compression',
  'flash_fallback',
  'loop_detected',
  'model_routing',
  'tool_call',
  'user_prompt',
])

interface Place {
  readonly session: string | undefined
  readonly line: number
  /** Of the record, where the event names no instant of its own. */
  readonly loggedMicros: number | undefined
}

/** Seconds and nanoseconds, as OpenTelemetry for JavaScript writes instants. */
function microsOfHrTime(value: unknown): number | undefined {
  const [seconds, nanos] = (asList(value) ?? []).map(asCount)
  if (seconds === undefined || nanos === undefined) return undefined
  const micros = seconds * 1_000_000 + Math.floor(nanos / 1_000)
  return Number.isSafeInteger(micros) ? micros : undefined
}

function servedCall(
  attributes: JsonObject,
  place: Place,
  attemptsBefore: readonly AttemptRecord[] = [],
): LoggedCall {
  const finish = attributes['finish_reasons']
  return {
    ...loggedAt(place, attributes),
    counts: countsOf(attributes),
    attemptsBefore,
    signals: signalsOf(asString(attributes['role'])),
    finish: asString(asList(finish)?.[0]) ?? asString(finish),
  }
}

function failedCall(attributes: JsonObject, place: Place): LoggedCall {
  const words = asString(attributes['error.message']) ?? asString(attributes['error'])
  return {
    ...loggedAt(place, attributes),
    counts: { ok: true, counts: undefined },
    failure: failureOfException(asString(attributes['error_type']), attributes['status_code'], words),
  }
}

/** An event is logged when its call has ended. */
function loggedAt({ session, line, loggedMicros }: Place, attributes: JsonObject): Omit<LoggedCall, 'counts'> {
  const endMicros = microsOfTime(attributes['event.timestamp']) ?? loggedMicros
  const took = durationMicros(attributes['duration_ms'] ?? attributes['duration'], 1_000)
  const model = asName(attributes['model']) ?? asName(attributes['model_name'])
  return {
    line,
    session,
    id: identityOf(attributes),
    startMicros: endMicros === undefined || took === undefined ? undefined : endMicros - took,
    endMicros,
    requested: model,
    model,
    provider: asString(attributes['event.name'])?.startsWith('qwen') === true ? undefined : 'google',
  }
}

/** Newer versions say what a call is for: the conversation and its agents, or the program's own ends. */
function signalsOf(role: string | undefined): LoggedCall['signals'] {
  return role === undefined ? undefined : { housekeeping: role.startsWith('utility_') }
}

/** A prompt makes several calls, so its id alone names none. */
function identityOf(attributes: JsonObject): string | undefined {
  const parts = ['session.id', 'prompt_id', 'event.timestamp', 'model', 'duration_ms', 'total_token_count']
  const values = parts.map((name) => attributes[name] ?? null)
  return typeof values[0] === 'string' && typeof values[2] === 'string' ? JSON.stringify(values) : undefined
}

function attemptOf({ model, provider, startMicros, endMicros, failure }: LoggedCall): AttemptRecord {
  const { status, errorClass } = failure ?? {}
  return known({ model, provider, startMicros, endMicros, status, errorClass })
}

/** Cached tokens lie in the input; thoughts and the tokens of tools stand apart. */
function countsOf(attributes: JsonObject): CountsReading {
  const read = new Map<string, number>()
  for (const name of ['input', 'output', 'cached_content', 'thoughts', 'tool']) {
    const value = attributes[`${name}_token_count`] ?? 0
    const count = asCount(value)
    if (count === undefined) return { ok: false, reason: `usage: \`${name}_token_count\` is not a count` }
    read.set(name, count)
  }
  if (attributes['input_token_count'] === undefined) return { ok: true, counts: undefined }
  return {
    ok: true,
    counts: {
      input: (read.get('input') ?? 0) + (read.get('tool') ?? 0),
      inputHoldsCached: true,
      cacheRead: read.get('cached_content'),
      output: read.get('output') ?? 0,
      outputHoldsReasoning: false,
      reasoning: read.get('thoughts'),
    },
  }
}

function detect(beginning: string): boolean {
  if (/"sessionId":/.test(beginning) && /"projectHash":/.test(beginning)) return true
  return /"event\.name":\s*"(?:gemini_cli|qwen-code)\./.test(beginning)
}
