import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { importClaudeCode } from '../../src/trace/importers/claude-code.ts'
import type { ImportOptions, ImportReport } from '../../src/trace/importers/importer.ts'
import type { CallRecord, EventRecord, SessionRecord, TraceRecord } from '../../src/trace/record.ts'
import { checkRecord } from '../../src/trace/validate.ts'

/** The instant of the first line, in microseconds. */
export const epochMicros = 1_767_225_600_000_000

type Json = { [key: string]: unknown }

/**
 * A transcript in short form, a line a row: a verb, words, and `name=value` with a JSON or a bare
 * value. Rows follow each other by a second and hang on the row above; `at=` (seconds), `parent=`,
 * `uuid=`, `session=`, `agent=` and `side` change that.
 *
 * ```
 * user hello there          a message, its words up to the first name=value
 * reply m1 text=hi out=5    a line of the call m1; tool=Read#t1 args={"a":1}, think=, stop=
 * result t1 failed          a tool's result
 * error 529 wait=500        a failed attempt
 * failed "API Error: 529"   the client gives up
 * ```
 * and `meta`, `queued`, `echo`, `stdout`, `interrupt`, `compact`, `summary`, `synthetic`, `agent`, `raw`.
 */
export function transcript(notation: string, session = 's1'): string {
  const rows: string[] = []
  let seconds = 0
  let above: string | null = null
  for (const [index, text] of notation.split('\n').map((line) => line.trim()).entries()) {
    if (text === '') continue
    if (text.startsWith('raw ')) {
      rows.push(text.slice(4))
      continue
    }
    const { verb, words, options } = parseLine(text)
    seconds = typeof options['at'] === 'number' ? options['at'] : seconds + 1
    const given = options['uuid']
    const uuid: string = typeof given === 'string' ? given : `${session}-u${index}`
    const envelope: Json = {
      uuid,
      parentUuid: 'parent' in options ? options['parent'] : above,
      sessionId: options['session'] ?? session,
      timestamp: new Date(epochMicros / 1000 + seconds * 1000).toISOString(),
      version: options['version'] ?? '2.1.0',
      isSidechain: words.includes('side') || options['side'] === true,
      cwd: '/home/someone/secret-project',
      gitBranch: 'secret-branch',
      ...(options['agent'] === undefined ? {} : { agentId: options['agent'] }),
      ...(options['mode'] === undefined ? {} : { permissionMode: options['mode'] }),
    }
    const row = rowOf(verb, words.filter((word) => word !== 'side'), options)
    rows.push(JSON.stringify({ ...envelope, ...row }))
    above = uuid
  }
  return rows.map((row) => `${row}\n`).join('')
}

const piecePattern =
  /[\w-]+=(?:"(?:[^"\\]|\\.)*"|\{.*?\}(?=\s|$)|\S*)|"(?:[^"\\]|\\.)*"|\S+/g

interface ParsedLine {
  readonly verb: string
  readonly words: readonly string[]
  readonly options: Json
}

function parseLine(text: string): ParsedLine {
  const pieces = text.match(piecePattern) ?? []
  const [verb = '', ...rest] = pieces
  const options: Json = Object.create(null)
  const words: string[] = []
  for (const piece of rest) {
    const named = /^([\w-]+)=(.*)$/s.exec(piece)
    if (named === null) words.push(String(valueOf(piece)))
    else options[named[1] ?? ''] = valueOf(named[2] ?? '')
  }
  return { verb, words, options }
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const image = { type: 'image', source: { type: 'base64', data: '' } }

function images(count: unknown): Json[] {
  return Array.from({ length: typeof count === 'number' ? count : 0 }, () => image)
}

function user(content: unknown, rest: Json = {}): Json {
  return { type: 'user', message: { role: 'user', content }, ...rest }
}

function rowOf(verb: string, words: readonly string[], options: Json): Json {
  const said = words.join(' ')
  switch (verb) {
    case 'user':
      return user(
        options['images'] === undefined
          ? said
          : [{ type: 'text', text: said }, ...images(options['images'])],
      )
    case 'meta':
      return user(said, { isMeta: true })
    case 'queued': {
      const { origin, queue } = options
      const prompt = options['images'] === undefined ? said : [{ type: 'text', text: said }, ...images(options['images'])]
      const attachment = { type: 'queued_command', prompt, commandMode: queue ?? 'prompt' }
      return { type: 'attachment', attachment: origin === undefined ? attachment : { ...attachment, origin } }
    }
    case 'echo':
      return user(`<command-name>/${said}</command-name>`)
    case 'stdout':
      return user(`<local-command-stdout>${said}</local-command-stdout>`)
    case 'interrupt':
      return user([{ type: 'text', text: '[Request interrupted by user]' }])
    case 'summary':
      return user(said, { isCompactSummary: true, isVisibleInTranscriptOnly: true })
    case 'result': {
      const [id, failed] = words
      const content = options['images'] === undefined ? 'output' : images(options['images'])
      const result = { type: 'tool_result', tool_use_id: id, content }
      return user([failed === undefined ? result : { ...result, is_error: failed === 'failed' }])
    }
    case 'reply':
      return reply(words, options)
    case 'synthetic':
      return synthetic(said, false)
    case 'failed':
      return { ...synthetic(said, true), error: options['error'] ?? 'unknown' }
    case 'error': {
      const status = Number(words[0])
      const headers = { 'anthropic-organization-id': 'secret-org', ...(options['headers'] as Json) }
      const error = Number.isNaN(status) ? {} : { status, headers }
      return {
        type: 'system',
        subtype: 'api_error',
        error: { ...error, ...(options['error'] as Json) },
        retryInMs: options['wait'],
      }
    }
    case 'compact':
      return {
        type: 'system',
        subtype: 'compact_boundary',
        compactMetadata: {
          trigger: 'auto',
          preTokens: options['before'],
          postTokens: options['after'],
        },
      }
    case 'agent': {
      const inner = rowOf(words[0] ?? '', words.slice(1), options)
      const timestamp = new Date(epochMicros / 1000).toISOString()
      const message = { ...inner, uuid: options['inner'], timestamp }
      return { type: 'progress', data: { type: 'agent_progress', agentId: options['of'], message } }
    }
    default:
      return { type: verb === 'snapshot' ? 'file-history-snapshot' : verb }
  }
}

function synthetic(text: string, failed: boolean): Json {
  return {
    type: 'assistant',
    isApiErrorMessage: failed,
    message: {
      id: `synthetic-${text}`,
      model: '<synthetic>',
      content: [{ type: 'text', text }],
      stop_reason: 'stop_sequence',
    },
  }
}

function reply(words: readonly string[], options: Json): Json {
  const content: Json[] = []
  if ('think' in options) {
    content.push({ type: 'thinking', thinking: String(options['think']), signature: 'x' })
  }
  if ('text' in options) content.push({ type: 'text', text: String(options['text']) })
  if (typeof options['tool'] === 'string') {
    const [name, id] = options['tool'].split('#')
    content.push({ type: 'tool_use', id: id ?? name, name, input: options['args'] ?? {} })
  }
  const w5 = options['w5'] ?? 0
  const w1 = options['w1'] ?? 0
  return {
    type: 'assistant',
    requestId: options['request'] ?? `req_${words[0]}`,
    ...(options['cost'] === undefined ? {} : { costUSD: options['cost'] }),
    message: {
      id: words[0],
      model: options['model'] ?? 'claude-a',
      content,
      stop_reason: options['stop'] ?? null,
      usage: {
        input_tokens: options['in'] ?? 1,
        cache_read_input_tokens: options['read'] ?? 0,
        cache_creation_input_tokens: options['writes'] ?? Number(w5) + Number(w1),
        ...(options['writes'] === undefined
          ? { cache_creation: { ephemeral_5m_input_tokens: w5, ephemeral_1h_input_tokens: w1 } }
          : {}),
        output_tokens: options['out'] ?? 1,
        service_tier: 'standard',
        ...(options['usage'] as Json | undefined),
      },
    },
  }
}

export interface Imported {
  readonly records: readonly TraceRecord[]
  readonly sessions: readonly SessionRecord[]
  readonly calls: readonly CallRecord[]
  readonly events: readonly EventRecord[]
  readonly report: ImportReport
}

/** Imports paths; every record must pass the check that a replay makes. */
export async function importPaths(
  paths: readonly string[],
  options: ImportOptions = {},
): Promise<Imported> {
  const run = importClaudeCode(paths, options)
  const records: TraceRecord[] = []
  for await (const record of run.records) {
    const unknown: string[] = []
    const check = checkRecord(JSON.parse(JSON.stringify(record)), (field) => unknown.push(field))
    if (!check.ok) throw new Error(`${check.problem.reason}: ${JSON.stringify(record)}`)
    if (unknown.length > 0) throw new Error(`not in the schema: ${unknown.join(', ')}`)
    records.push(record)
  }
  return {
    records,
    sessions: records.filter((record) => record.record === 'session'),
    calls: records.filter((record) => record.record === 'call'),
    events: records.filter((record) => record.record === 'event'),
    report: run.report(),
  }
}

/** Imports files given by name and content, in the order of their names or in the order given. */
export async function importFiles(
  files: { readonly [name: string]: string | Uint8Array },
  options: ImportOptions = {},
  order: readonly string[] = Object.keys(files),
): Promise<Imported> {
  const directory = await mkdtemp(join(tmpdir(), 'transcripts-'))
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(directory, name)), { recursive: true })
      await writeFile(join(directory, name), content)
    }
    return await importPaths(order.map((name) => join(directory, name)), options)
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** Imports one transcript in the notation of `transcript`. */
export async function importNotation(
  notation: string,
  options: ImportOptions = {},
): Promise<Imported> {
  return await importFiles({ 's1.jsonl': transcript(notation) }, options)
}

/** How many lines the report tells of, by its categories; equal to those read. */
export function accountedLines({ lines }: ImportReport): number {
  const counted = lines.categories.reduce((sum, { count }) => sum + count, 0)
  return counted + lines.blank - lines.extraObjects
}
