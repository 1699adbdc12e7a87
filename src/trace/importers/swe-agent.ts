import { basename } from 'node:path'
import type { TraceFile } from '../files.ts'
import { messageText } from './chat-messages.ts'
import { importerOf } from './import-sessions.ts'
import type { Importer, ImportOptions } from './importer.ts'
import { onlySuffixes } from './input-files.ts'
import { asCount, asList, asName, asObject, asString } from './json.ts'
import type { JsonObject } from './json.ts'
import { known } from './known.ts'
import { readDocuments } from './read-documents.ts'
import { noCounts } from './session-draft.ts'
import type { DraftItem, ReadingContext, SessionDraft } from './session-draft.ts'
import { textFacts } from './text-facts.ts'
import { canonicalArguments, toolSignature } from './tool-signature.ts'

/** SWE-agent's trajectories: `<instance>.traj`, one run a file, without tokens or times. */
export const sweAgent: Importer = importerOf({
  format: 'swe-agent',
  detect,
  refusal: onlySuffixes(['traj'], 'no trajectory'),
  readFile,
})

async function readFile(
  file: TraceFile,
  { options, tally }: ReadingContext,
): Promise<readonly SessionDraft[]> {
  const drafts: SessionDraft[] = []
  const name = basename(file.name).replace(/\.traj(\.gz|\.zst)?$/, '')
  await readDocuments(file, tally, (document, line) => {
    const steps = asList(document['trajectory'])
    if (steps === undefined) return ['no trajectory']
    const info = asObject(document['info'])
    const said = asCount(asObject(info?.['model_stats'])?.['api_calls'])
    const run = readRun(document, steps, { name, line, options })
    if (said !== undefined && said !== run.calls) {
      tally.problem({ file: file.name, line, reason: miscounted(said, run.calls) })
    }
    drafts.push(run.draft)
    return run.categories
  })
  return drafts
}

function miscounted(said: number, steps: number): string {
  const replies = `${steps} ${steps === 1 ? 'step' : 'steps'} with a reply`
  if (said > 0) return `the program counted ${said} calls, the trajectory has ${replies}`
  return `the program asked no model: its ${replies} were replayed or written by hand, as in a demonstration`
}

interface RunContext {
  readonly name: string
  readonly line: number
  readonly options: ImportOptions
}

interface Run {
  readonly draft: SessionDraft
  readonly calls: number
  readonly categories: readonly string[]
}

function readRun(document: JsonObject, steps: readonly unknown[], context: RunContext): Run {
  const { name, line, options } = context
  const categories: string[] = []
  const calls: { readonly step: JsonObject; readonly identity: string }[] = []
  for (const [index, value] of steps.entries()) {
    const step = asObject(value)
    const words = asString(step?.['response'])
    if (step === undefined || words === undefined || words === '') {
      categories.push('step without a reply')
      continue
    }
    categories.push('step: call')
    const content = toolSignature(String(index), canonicalArguments([words, step['action'] ?? null]) ?? '')
    calls.push({ step, identity: content })
  }
  const [first] = calls
  // Runs of one instance share its name, so the first reply tells them apart.
  const session = first === undefined ? name : `${name}/${first.identity}`
  const message = taskOf(document)
  const requested = modelOf(document)
  const items = calls.map(({ step, identity }, index): DraftItem => {
    const user = index === 0 && message !== undefined ? textFacts(message, options) : undefined
    return {
      kind: 'call',
      line,
      identity: JSON.stringify([session, index, identity]),
      facts: known({
        turn: 1,
        requested,
        served: requested === undefined ? undefined : { model: requested },
        prompt: known({ user }),
        end: 'served' as const,
        reply: { text: textFacts(asString(step['response']) ?? '', options), tools: toolsOf(step) },
      }),
    }
  })
  const info = asObject(document['info'])
  const label = asString(info?.['exit_status'])
  if (label !== undefined && items.length > 0) {
    const facts = { event: 'outcome' as const, success: null, label }
    items.push({ kind: 'event', line, identity: JSON.stringify([session, 'outcome']), facts })
  }
  return {
    categories,
    calls: calls.length,
    draft: {
      session,
      facts: {},
      version: asName(info?.['swe_agent_version']),
      order: 'file',
      derived: false,
      beginsInTheMiddle: false,
      items,
      counts: { ...noCounts, messages: message === undefined ? 0 : 1 },
      unfinishedAttempts: 0,
    },
  }
}

/** The last message before the first reply; those before it show how others solved their tasks. */
function taskOf(document: JsonObject): string | undefined {
  const history = (asList(document['history']) ?? []).map(asObject)
  const own = history.filter((message) => message?.['is_demo'] !== true)
  const first = own.findIndex((message) => message?.['role'] === 'assistant')
  const task = own.slice(0, first === -1 ? undefined : first).findLast((message) => message?.['role'] === 'user')
  return task === undefined ? undefined : messageText(task['content'])
}

/** Newer versions keep the configuration, as text. */
function modelOf(document: JsonObject): string | undefined {
  let config = asObject(document['replay_config'])
  const text = asString(document['replay_config'])
  if (text !== undefined) {
    try {
      config = asObject(JSON.parse(text))
    } catch {
      return undefined
    }
  }
  return asName(asObject(asObject(config?.['agent'])?.['model'])?.['name'])
}

function toolsOf(step: JsonObject): { readonly name: string; readonly signature: string }[] {
  const action = asString(step['action'])?.trim() ?? ''
  // A command may be called by its path, which is not kept.
  const name = /^(?:[^\s/]*\/)*([\w.-]{1,64})/.exec(action.slice(0, 1_024))?.[1]
  return name === undefined ? [] : [{ name, signature: toolSignature(name, canonicalArguments(action) ?? '') }]
}

function detect(beginning: string): boolean {
  const steps = /"trajectory":\s*\[/.test(beginning)
  return steps && beginning.includes('"observation"') && beginning.includes('"thought"')
}
