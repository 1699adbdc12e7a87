import { basename } from 'node:path'
import type { TraceFile } from '../files.ts'
import { beginTurn, closeUncounted } from './codex/calls.ts'
import { compact, takeEvent, takeUsageRecord } from './codex/event-message.ts'
import type { EventContext } from './codex/event-message.ts'
import { takePrinted } from './codex/printed-event.ts'
import { takeItem } from './codex/response-item.ts'
import { beginRollout } from './codex/rollout.ts'
import type { Rollout } from './codex/rollout.ts'
import { importerOf } from './import-sessions.ts'
import type { Importer } from './importer.ts'
import { microsOfIso } from './instant.ts'
import { asName, asObject, asString } from './json.ts'
import type { JsonObject } from './json.ts'
import { known } from './known.ts'
import { readObjects } from './read-objects.ts'
import type { ReadingContext, SessionDraft } from './session-draft.ts'
import { textFacts } from './text-facts.ts'

/** Rollouts of Codex CLI: `rollout-<time>-<id>.jsonl`, one session a file. */
export const codex: Importer = importerOf({ format: 'codex', detect, refusal, readFile })

async function readFile(
  file: TraceFile,
  { options, tally }: ReadingContext,
): Promise<readonly SessionDraft[]> {
  const rollout = beginRollout(basename(file.name).replace(/\.jsonl(\.gz|\.zst)?$/, ''))
  let last: EventContext | undefined
  let began = false
  await readObjects(file, tally, (row, line) => {
    const micros = microsOfIso(row['timestamp'])
    const context: EventContext = {
      line,
      micros,
      options,
      onProblem: (reason) => tally.problem({ file: file.name, line, reason }),
      onUnknown: tally.unknown,
    }
    last = context
    watchFork(rollout, row, micros)
    if (!began) began = row['type'] === 'session_meta' || typeof row['id'] === 'string'
    return takeRow(rollout, row, context)
  })
  if (last !== undefined) closeUncounted(rollout, 'served', last)
  if (rollout.message !== undefined) rollout.counts.messagesWithoutCall += 1
  const { session, parent, version, items, counts } = rollout
  return [
    {
      session,
      facts: known({ parent, sidechain: parent !== undefined }),
      version,
      order: 'file',
      derived: rollout.forkedFrom !== undefined,
      beginsInTheMiddle: !began,
      items,
      counts,
      unfinishedAttempts: 0,
    },
  ]
}

/** Without ids of turns that tell when they began: copied lines are written in the moment of the fork. */
const forkMicros = 1_000_000

/**
 * The file of a fork, and that of an agent which was given its parent's conversation, begins with the
 * lines of its original, in some versions under new instants. A turn that began before the session
 * did is the original's.
 */
function watchFork(rollout: Rollout, row: JsonObject, micros: number | undefined): void {
  const { original, begunMicros } = rollout
  if (original === undefined) return
  const payload = asObject(row['payload'])
  const begins = row['type'] === 'turn_context' || payload?.['type'] === 'task_started'
  if (begins) rollout.turnId = asName(payload?.['turn_id'])
  const turnMillis = millisOfId(rollout.turnId)
  const sessionMillis = millisOfId(rollout.session)
  rollout.copied =
    turnMillis !== undefined && sessionMillis !== undefined
      ? turnMillis < sessionMillis
      : begunMicros !== undefined && micros !== undefined && micros <= begunMicros + forkMicros
}

/** The instant in a UUID of version 7, which begins with it. */
function millisOfId(id: string | undefined): number | undefined {
  const [, high, low] = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-/i.exec(id ?? '') ?? []
  return high === undefined || low === undefined ? undefined : Number.parseInt(high + low, 16)
}

function takeRow(rollout: Rollout, row: JsonObject, context: EventContext): string {
  const type = asString(row['type'])
  const payload = asObject(row['payload'])
  if (payload === undefined) return takeBareRow(rollout, row, type, context)
  switch (type) {
    case 'session_meta':
      return takeMeta(rollout, payload, context)
    case 'turn_context': {
      rollout.model = asName(payload['model']) ?? rollout.model
      const mode = asName(asObject(payload['collaboration_mode'])?.['mode'])
      rollout.planMode = mode === undefined ? undefined : mode === 'plan'
      return 'turn context'
    }
    case 'response_item':
      return takeItem(rollout, payload, context)
    case 'event_msg':
      return takeEvent(rollout, payload, context)
    case 'token_usage_record':
      return takeUsageRecord(rollout, payload, context)
    case 'compacted': {
      const newest = asObject(payload['latest_token_usage_record'])
      compact(rollout, context, asName(payload['compaction_response_id']) ?? asName(newest?.['response_id']))
      return 'compaction'
    }
    case 'world_state':
    case 'inter_agent_communication':
    case 'inter_agent_communication_metadata':
      return type.replaceAll('_', ' ')
    default:
      context.onUnknown(type)
      return 'unknown type'
  }
}

/**
 * The oldest rollouts have no envelope and no counts: a call is what stands between two inputs. What
 * `codex exec --json` printed before version 0.44 has its settings and the prompt first.
 */
function takeBareRow(
  rollout: Rollout,
  row: JsonObject,
  type: string | undefined,
  context: EventContext,
): string {
  if (row['record_type'] !== undefined) return 'state'
  const printed = asObject(row['msg'])
  if (printed !== undefined) return takePrinted(rollout, printed, context)
  if (type === undefined && row['workdir'] !== undefined) {
    rollout.model = asName(row['model']) ?? rollout.model
    rollout.provider = asName(row['provider']) ?? rollout.provider
    return 'settings'
  }
  if (type === undefined && row['prompt'] !== undefined) {
    beginTurn(rollout, textFacts(asString(row['prompt']) ?? '', context.options), context)
    return 'prompt'
  }
  if (type === undefined) {
    if (asName(row['id']) !== undefined) return takeMeta(rollout, row, context)
    context.onUnknown(type)
    return 'unknown type'
  }
  const spoken = type === 'message' && row['role'] !== 'user'
  const output = type.endsWith('_output')
  if (!spoken && !output && type === 'reasoning' && (rollout.open?.tools.length ?? 0) > 0) {
    closeUncounted(rollout, 'served', context)
  }
  const category = takeItem(rollout, row, context)
  if (output) closeUncounted(rollout, 'served', context)
  return category
}

/** A file of a fork holds the header of its original after its own. */
function takeMeta(rollout: Rollout, meta: JsonObject, { micros }: EventContext): string {
  const session = asName(meta['id']) ?? asName(meta['session_id'])
  if (rollout.sessionNamed || session === undefined) return 'session header: again'
  rollout.session = session
  rollout.sessionNamed = true
  rollout.parent = asName(meta['parent_thread_id']) ?? parentIn(meta['source'])
  rollout.forkedFrom = asName(meta['forked_from_id'])
  rollout.original = rollout.forkedFrom ?? rollout.parent
  rollout.begunMicros = micros ?? microsOfIso(meta['timestamp'])
  rollout.version = asName(meta['cli_version'])
  rollout.provider = asName(meta['model_provider'])
  if (rollout.original !== undefined) rollout.copied = true
  return 'session header'
}

function parentIn(source: unknown): string | undefined {
  const spawn = asObject(asObject(asObject(source)?.['subagent'])?.['thread_spawn'])
  return asName(spawn?.['parent_thread_id'])
}

function refusal(fileName: string): string | undefined {
  if (/\.jsonl(\.gz|\.zst)?$/.test(fileName)) return undefined
  return fileName.endsWith('.entire-metadata.json') ? 'counts of another program' : 'no rollout'
}

function detect(beginning: string): boolean {
  const [first = ''] = beginning.split('\n', 1)
  const enveloped = /"type":\s*"session_meta"/.test(first) && /"payload":\s*\{/.test(first)
  const bare = /"record_type":\s*"state"|"type":\s*"(reasoning|function_call)"/.test(beginning)
  const printed = /^\{"id":\s*"[^"]*",\s*"msg":\s*\{\s*"type":\s*"/m.test(beginning)
  return enveloped || printed || (bare && /^\{"id":\s*"[0-9a-f-]{36}",\s*"timestamp"/.test(first))
}
