import { basename } from 'node:path'
import type { TraceFile } from '../files.ts'
import type { LoggedCost, ToolFacts } from '../record.ts'
import { bucketsOf } from './buckets.ts'
import { messageText, replyFacts } from './chat-messages.ts'
import { answerIn } from './exchange.ts'
import { importerOf } from './import-sessions.ts'
import type { Importer, ImportOptions } from './importer.ts'
import { microsOfSeconds } from './instant.ts'
import { asCount, asList, asName, asNumber, asObject, asString } from './json.ts'
import type { JsonObject } from './json.ts'
import { known } from './known.ts'
import { picoUsdOf } from './pico-usd.ts'
import { readProviderUsage } from './provider-usage.ts'
import { readDocuments } from './read-documents.ts'
import { noCounts } from './session-draft.ts'
import type { DraftItem, ReadingContext, SessionDraft } from './session-draft.ts'
import { textFacts } from './text-facts.ts'
import { canonicalArguments, toolSignature } from './tool-signature.ts'

/** `<instance>.traj.json`, and `trajectory.json` with or without a name before it. */
const trajectoryName = /\btraj(?:ectory)?\.json(?:\.gz|\.zst)?$/i

/** Trajectories of mini-SWE-agent: `<instance>.traj.json`, one run a file. */
export const miniSweAgent: Importer = importerOf({
  format: 'mini-swe-agent',
  detect,
  refusal: (fileName) => (trajectoryName.test(fileName) ? undefined : 'no trajectory'),
  readFile,
})

async function readFile(
  file: TraceFile,
  context: ReadingContext,
): Promise<readonly SessionDraft[]> {
  const drafts: SessionDraft[] = []
  await readDocuments(file, context.tally, (document, line) => {
    const messages = asList(document['messages'])
    if (messages === undefined) return ['no trajectory']
    const name = asName(document['instance_id']) ?? basename(file.name).replace(/\.?traj(?:ectory)?\.json.*$/i, '')
    const problem = (reason: string): void => context.tally.problem({ file: file.name, line, reason })
    const run = readRun(document, messages.map(asObject), { line, name, options: context.options, problem })
    drafts.push(run.draft)
    return run.categories
  })
  return drafts
}

interface RunContext {
  readonly line: number
  readonly name: string
  readonly options: ImportOptions
  readonly problem: (reason: string) => void
}

interface Run {
  readonly draft: SessionDraft
  readonly categories: readonly string[]
}

function readRun(
  document: JsonObject,
  messages: readonly (JsonObject | undefined)[],
  context: RunContext,
): Run {
  const info = asObject(document['info'])
  const responses = messages.map(responseOf)
  const outside = responses.some(reasoningPassesOutput)
  const ids = responses.map((response) => asName(response?.['id']))
  const items: DraftItem[] = []
  const categories: string[] = []
  const counts = { ...noCounts, messages: 0, toolResults: 0, toolFailures: 0 }
  let user: string | undefined
  for (const [index, message] of messages.entries()) {
    const role = asString(message?.['role'])
    const response = responses[index]
    if (message === undefined) {
      categories.push('message: unreadable')
      context.problem('a message is no object')
    } else if (response === message || (role === 'assistant' && (response !== undefined || message['content'] !== undefined))) {
      const tools = toolsOf(message, observationsAfter(messages, index))
      counts.toolResults += tools.filter((tool) => tool.failed !== undefined).length
      counts.toolFailures += tools.filter((tool) => tool.failed === true).length
      items.push(callOf({ message, response, outside, tools, index, info }, user, context))
      user = undefined
      categories.push('message: call')
    } else {
      // What comes after the task is the environment's, in the person's name.
      if (role === 'user' && items.length === 0) {
        user = messageText(message['content'])
        counts.messages = 1
      }
      const observed = isToolResult(message) || (role === 'user' && items.length > 0)
      categories.push(`message: ${observed ? 'observation' : knownRole(role)}`)
    }
  }
  const said = asCount(asObject(info?.['model_stats'])?.['api_calls'])
  if (said !== undefined && said !== items.length) {
    context.problem(`the program counted ${said} calls, ${items.length} stand in the trajectory: retries and refused replies are not logged`)
  }
  const label = asString(info?.['exit_status'])
  if (label !== undefined) {
    // A submission is not yet a solution.
    const facts = { event: 'outcome' as const, success: null, label }
    items.push({ kind: 'event', line: context.line, identity: `outcome ${ids.find(Boolean) ?? context.name}`, facts })
  }
  const first = ids.find((id) => id !== undefined)
  return {
    categories,
    draft: {
      session: first === undefined ? context.name : `${context.name}/${first}`,
      facts: {},
      version: asString(info?.['mini_version']),
      order: 'file',
      derived: false,
      beginsInTheMiddle: false,
      items,
      counts,
      unfinishedAttempts: 0,
    },
  }
}

/** What the provider answered: beside the message, or, by the Responses interface, the message itself. */
function responseOf(message: JsonObject | undefined): JsonObject | undefined {
  if (message?.['object'] === 'response' || asList(message?.['output']) !== undefined) return message
  return asObject(asObject(message?.['extra'])?.['response'])
}

function isToolResult({ role, type }: JsonObject): boolean {
  return role === 'tool' || type === 'function_call_output'
}

/** What the environment said until the next reply. */
function observationsAfter(messages: readonly (JsonObject | undefined)[], index: number): readonly JsonObject[] {
  const after = messages.slice(index + 1)
  const next = after.findIndex((message) => message?.['role'] === 'assistant' || responseOf(message) !== undefined)
  return after.slice(0, next === -1 ? undefined : next).filter((message) => message !== undefined)
}

function knownRole(role: string | undefined): string {
  return role === 'user' || role === 'system' || role === 'tool' || role === 'assistant' || role === 'exit' ? role : 'other'
}

/**
 * Some hosts leave reasoning out of the completion. Where one call of a run says more reasoning than
 * completion, this holds for all of that run.
 */
function reasoningPassesOutput(response: JsonObject | undefined): boolean {
  const usage = asObject(response?.['usage'])
  const details = usage?.['completion_tokens_details'] ?? usage?.['output_tokens_details']
  const reasoning = asNumber(asObject(details)?.['reasoning_tokens'])
  const completion = asNumber(usage?.['completion_tokens']) ?? asNumber(usage?.['output_tokens'])
  return reasoning !== undefined && completion !== undefined && reasoning > completion
}

interface LoggedCall {
  readonly message: JsonObject
  readonly response: JsonObject | undefined
  readonly outside: boolean
  readonly tools: readonly ToolFacts[]
  readonly index: number
  readonly info: JsonObject | undefined
}

function callOf(
  { message, response, outside, tools, index, info }: LoggedCall,
  user: string | undefined,
  { line, name, options, problem }: RunContext,
): DraftItem {
  const id = asName(response?.['id'])
  const reading = readProviderUsage(response?.['usage'])
  if (!reading.ok) problem(reading.reason)
  const counts = reading.ok ? reading.counts : undefined
  const buckets =
    counts === undefined ? undefined : bucketsOf({ ...counts, outputHoldsReasoning: counts.outputHoldsReasoning && !outside })
  if (buckets !== undefined && !buckets.ok) problem(buckets.reason)
  const usage = buckets?.ok === true && buckets.promptTokens > 0 ? buckets : undefined
  const requested = asName(asObject(asObject(asObject(info?.['config'])?.['model']))?.['model_name'])
  const model = asName(response?.['model'])
  const { reply: answer, finish } = answerIn(response)
  const content = response?.['output'] === undefined ? message['content'] : answer?.['content']
  const reply = replyFacts({ ...answer, content }, options)
  const startMicros = microsOfSeconds(response?.['created'] ?? response?.['created_at'])
  const endMicros = microsOfSeconds(asObject(message['extra'])?.['timestamp'])
  const inOrder = startMicros === undefined || endMicros === undefined || startMicros <= endMicros
  return {
    kind: 'call',
    line,
    identity: id === undefined ? JSON.stringify([name, index, endMicros ?? null]) : `response ${id}`,
    facts: known({
      turn: 1,
      id,
      startMicros: inOrder ? startMicros : undefined,
      endMicros,
      timeQuality: startMicros === undefined && endMicros === undefined ? undefined : ('derived' as const),
      requested: requested ?? model,
      served: model === undefined ? undefined : known({ model, provider: asName(response?.['provider']) }),
      prompt: known({
        tokens: usage?.promptTokens,
        user: user === undefined ? undefined : textFacts(user, options),
        newImages: 0,
        contextImages: 0,
      }),
      usage: usage?.usage,
      cost: costOf(response, message),
      end: 'served' as const,
      reply: known({
        ...reply,
        thinking: reply.thinking ?? (usage?.usage.reasoning === 0 ? null : undefined),
        tools,
        finish,
      }),
    }),
  }
}

/** A gateway's bill stands in its usage; else the client reckoned, 0 where it knows no price. */
function costOf(response: JsonObject | undefined, message: JsonObject): LoggedCost | undefined {
  const billed = asNumber(asObject(response?.['usage'])?.['cost'])
  const reckoned = asNumber(asObject(message['extra'])?.['cost'])
  const dollars = billed ?? (reckoned === 0 ? undefined : reckoned)
  const picoUsd = dollars === undefined ? undefined : picoUsdOf(dollars)
  if (picoUsd === undefined) return undefined
  return { picoUsd, source: billed === undefined ? 'estimate' : 'gateway' }
}

/** Shell commands: as the program parsed them, or the only block of their kind. */
function toolsOf(message: JsonObject, observations: readonly JsonObject[]): ToolFacts[] {
  const parsed = asList(asObject(message['extra'])?.['actions'])?.map((action) => asObject(action) ?? { command: action })
  const commands = parsed ?? blocksIn(messageText(message['content'])).map((command): JsonObject => ({ command }))
  return commands.map((action) => {
    const command = asString(action['command'])
    const input = command === undefined ? undefined : canonicalArguments({ command })
    const code = returnCode(observationOf(action, commands.length, observations))
    return known({
      name: 'bash',
      signature: input === undefined ? undefined : toolSignature('bash', input),
      failed: code === undefined ? undefined : code !== 0,
    })
  })
}

/** By the id that newer versions give; else only where there is one command, and then the next message. */
function observationOf(action: JsonObject, commands: number, observations: readonly JsonObject[]): JsonObject | undefined {
  const id = asString(action['tool_call_id'])
  const named = id === undefined ? undefined : observations.find((one) => (one['tool_call_id'] ?? one['call_id']) === id)
  return named ?? (commands === 1 ? observations[0] : undefined)
}

function blocksIn(text: string): string[] {
  const blocks = [...text.matchAll(/```(?:mswea_)?bash[^\n]*\n([\s\S]*?)\n```/g)].map(([, block = '']) => block)
  return blocks.length === 1 ? blocks : []
}

function returnCode(next: JsonObject | undefined): number | undefined {
  const told = asNumber(asObject(next?.['extra'])?.['returncode'])
  if (told !== undefined) return told
  const words = asString(next?.['output']) ?? messageText(next?.['content'])
  const said = /^\s*<returncode>(-?\d+)<\/returncode>/.exec(words)?.[1]
  return said === undefined ? undefined : Number(said)
}

function detect(beginning: string): boolean {
  if (/"trajectory_format":\s*"mini-swe-agent/.test(beginning)) return true
  return /^\s*\{\s*"info":\s*\{/.test(beginning) && beginning.includes('"mini_version"')
}
