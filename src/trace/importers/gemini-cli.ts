import type { TraceFile } from '../files.ts'
import type { AttemptRecord } from '../record.ts'
import { failureOfException } from './exception-class.ts'
import { importerOf } from './import-sessions.ts'
import type { Importer } from './importer.ts'
import { durationMicros, microsOfTime } from './instant.ts'
import { asCount, asList, asName, asObject, asString } from './json.ts'
import type { JsonObject } from './json.ts'
import { known } from './known.ts'
import { sessionItem, sessionsOfCalls } from './logged-call.ts'
import type { LoggedCall, SessionItem } from './logged-call.ts'
import type { CountsReading } from './provider-usage.ts'
import { readDocuments } from './read-documents.ts'
import type { ReadingContext, SessionDraft } from './session-draft.ts'

/** The telemetry file of Gemini CLI: objects laid out over many lines, one after the other. */
export const geminiCli: Importer = importerOf({ format: 'gemini-cli', detect, refusal, readFile })

interface Failed {
  readonly attempts: AttemptRecord[]
  /** Of the newest, for a call that never was served. */
  call: LoggedCall
}

async function readFile(
  file: TraceFile,
  { options, tally }: ReadingContext,
): Promise<readonly SessionDraft[]> {
  const items: SessionItem[] = []
  /** Failed attempts by session and prompt, until the response that follows them. */
  const failed = new Map<string, Failed>()
  const take = (call: LoggedCall): void => {
    items.push(
      sessionItem(call, {
        place: `${file.name}:${call.line}`,
        format: 'gemini-cli',
        options,
        problem: (line, reason) => tally.problem({ file: file.name, line, reason }),
      }),
    )
  }
  await readDocuments(
    file,
    tally,
    (document, line) => {
      const attributes = asObject(document['attributes']) ?? document
      const name = asString(attributes['event.name'])?.replace(/^gemini_cli\./, '')
      if (name === undefined) return ['no event']
      const session = asName(attributes['session.id'])
      const prompt = asName(attributes['prompt_id'])
      const key = JSON.stringify([session ?? null, prompt ?? null, attributes['model'] ?? attributes['model_name'] ?? null])
      if (name === 'api_response') {
        const before = failed.get(key)?.attempts
        failed.delete(key)
        take(callOf(attributes, session, line, before))
        return ['event: call']
      }
      if (name === 'api_error') {
        const call = failedCall(attributes, session, line)
        const known = failed.get(key) ?? { attempts: [], call }
        const attempt = attemptOf(call)
        failed.set(key, { attempts: [...known.attempts, attempt], call })
        return ['event: failed attempt']
      }
      return [knownEvents.has(name) ? `event: ${name.replaceAll('_', ' ')}` : 'event: other']
    },
    () => {
      for (const { attempts, call } of failed.values()) {
        take({ ...call, attemptsBefore: attempts.slice(0, -1) })
      }
    },
  )
  return sessionsOfCalls(items)
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

function callOf(
  attributes: JsonObject,
  session: string | undefined,
  line: number,
  attemptsBefore: readonly AttemptRecord[] = [],
): LoggedCall {
  const endMicros = microsOfTime(attributes['event.timestamp'])
  const took = durationMicros(attributes['duration_ms'], 1_000)
  const model = asName(attributes['model'])
  const finish = attributes['finish_reasons']
  return {
    line,
    session,
    id: identityOf(attributes),
    startMicros: endMicros === undefined || took === undefined ? undefined : endMicros - took,
    endMicros,
    requested: model,
    model,
    provider: 'google',
    counts: countsOf(attributes),
    attemptsBefore,
    finish: asString(asList(finish)?.[0]) ?? asString(finish),
  }
}

/** A prompt makes several calls, so its id alone names none. */
function identityOf(attributes: JsonObject): string | undefined {
  const parts = ['session.id', 'prompt_id', 'event.timestamp', 'model', 'duration_ms', 'total_token_count']
  const values = parts.map((name) => attributes[name] ?? null)
  return typeof values[0] === 'string' && typeof values[2] === 'string' ? JSON.stringify(values) : undefined
}

function failedCall(attributes: JsonObject, session: string | undefined, line: number): LoggedCall {
  const endMicros = microsOfTime(attributes['event.timestamp'])
  const took = durationMicros(attributes['duration_ms'] ?? attributes['duration'], 1_000)
  const words = asString(attributes['error.message']) ?? asString(attributes['error'])
  const model = asName(attributes['model_name']) ?? asName(attributes['model'])
  return {
    line,
    session,
    id: identityOf(attributes),
    startMicros: endMicros === undefined || took === undefined ? undefined : endMicros - took,
    endMicros,
    requested: model,
    model,
    provider: 'google',
    counts: { ok: true, counts: undefined },
    failure: failureOfException(asString(attributes['error_type']), attributes['status_code'], words),
  }
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

function refusal(fileName: string): string | undefined {
  return /\.(log|json|jsonl)(\.gz|\.zst)?$/.test(fileName) || fileName === '-' ? undefined : 'no telemetry'
}

function detect(beginning: string): boolean {
  return /"event\.name":\s*"gemini_cli\./.test(beginning)
}
