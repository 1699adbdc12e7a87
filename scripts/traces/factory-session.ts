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
import { countedText, thrashDigest, toolSignature } from './texts.ts'

/** One call of the script: what its prompt adds and what its reply holds. */
interface Step {
  /** Begins a turn. */
  readonly user?: string
  /** Tokens that the prompt adds to the one before and its reply. */
  readonly newTokens: number
  readonly say?: string
  readonly tools?: readonly ToolFacts[]
  readonly output: number
  readonly seconds: number
  readonly reminded?: true
}

const upgradeTool = 'UpgradeSessionModel'
const offered: readonly string[] = ['Read', 'Edit', 'Grep', 'Bash', upgradeTool]

function tool(name: string, input: object, failed: boolean): ToolFacts {
  return { name, signature: toolSignature(name, input), failed }
}

const failingTest = tool('Bash', { command: 'npm test -- parser' }, true)

/** Seven turns on the cheap model: four small jobs, then one that is too hard for it. */
const before: readonly Step[] = [
  {
    user: 'fix the typo in README.md',
    newTokens: 14_236,
    tools: [tool('Read', { file: 'README.md' }, false)],
    output: 88,
    seconds: 3,
  },
  { newTokens: 1_912, tools: [tool('Edit', { file: 'README.md' }, false)], output: 141, seconds: 3 },
  { newTokens: 203, say: 'Fixed the spelling in the second paragraph.', output: 37, seconds: 2 },
  {
    user: 'and the next one',
    newTokens: 58,
    tools: [tool('Edit', { file: 'README.md', at: 2 }, false)],
    output: 126,
    seconds: 3,
  },
  { newTokens: 198, say: 'Done.', output: 12, seconds: 2 },
  {
    user: 'and the one in the changelog',
    newTokens: 61,
    tools: [tool('Edit', { file: 'CHANGELOG.md' }, false)],
    output: 133,
    seconds: 3,
  },
  { newTokens: 187, say: 'Done.', output: 12, seconds: 2 },
  {
    user: 'sort the list of contributors',
    newTokens: 64,
    tools: [tool('Edit', { file: 'README.md', at: 3 }, false)],
    output: 318,
    seconds: 4,
  },
  { newTokens: 240, say: 'The contributors are sorted by name.', output: 29, seconds: 2 },
  {
    user: 'now make the parser incremental',
    newTokens: 77,
    tools: [tool('Read', { file: 'src/parser.ts' }, false)],
    output: 164,
    seconds: 4,
  },
  { newTokens: 9_430, tools: [tool('Edit', { file: 'src/parser.ts' }, false)], output: 2_204, seconds: 21 },
  { newTokens: 322, tools: [failingTest], output: 71, seconds: 3 },
  { newTokens: 2_871, say: 'Let me try a different approach.', output: 640, seconds: 9 },
  {
    user: 'go on',
    newTokens: 49,
    tools: [tool('Edit', { file: 'src/parser.ts', at: 2 }, false)],
    output: 1_875,
    seconds: 18,
  },
  { newTokens: 305, tools: [failingTest], output: 66, seconds: 3 },
  { newTokens: 2_940, say: "Actually, wait, that didn't work.", output: 512, seconds: 8 },
  {
    user: 'go on',
    newTokens: 133,
    say: 'Let me rethink this.',
    tools: [tool(upgradeTool, {}, false)],
    output: 58,
    seconds: 3,
    reminded: true,
  },
]

/** The rest of turn 7 and the turns after it, on the strongest model. */
const after: readonly Step[] = [
  { newTokens: 402, tools: [tool('Read', { file: 'src/parser.ts' }, false)], output: 211, seconds: 6 },
  {
    newTokens: 9_655,
    tools: [tool('Edit', { file: 'src/parser.ts', at: 3 }, false)],
    output: 3_480,
    seconds: 52,
  },
  { newTokens: 341, tools: [tool('Bash', { command: 'npm test -- parser' }, false)], output: 84, seconds: 4 },
  { newTokens: 1_120, say: 'The parser now reuses what an edit leaves alone.', output: 395, seconds: 9 },
  {
    user: 'add tests for edits at the end of a file',
    newTokens: 66,
    tools: [tool('Edit', { file: 'test/parser.test.ts' }, false)],
    output: 1_630,
    seconds: 25,
  },
  { newTokens: 310, tools: [tool('Bash', { command: 'npm test -- parser' }, false)], output: 79, seconds: 4 },
  { newTokens: 1_204, say: 'Four tests, all pass.', output: 120, seconds: 5 },
  {
    user: 'what does it cost on a long file?',
    newTokens: 52,
    tools: [tool('Bash', { command: 'npm run bench' }, false)],
    output: 143,
    seconds: 5,
  },
  { newTokens: 890, say: 'An edit is now independent of the length of the file.', output: 288, seconds: 8 },
  {
    user: 'good, write the changelog entry',
    newTokens: 57,
    tools: [tool('Edit', { file: 'CHANGELOG.md', at: 2 }, false)],
    output: 260,
    seconds: 7,
  },
  { newTokens: 215, say: 'Written.', output: 15, seconds: 3 },
]

const second = 1_000_000
/** 2026-06-15 09:00 UTC. */
const monday = 1_781_514_000 * second
/** Between the end of a reply and the next user message; between two calls of a turn. */
const thinkMicros = 41 * second
const toolMicros = 2 * second
/** Tokens of a prompt that no cache holds: the newest message. */
const uncachedTokens = 24

type Kind = 'router' | 'concrete'

/** The documented session, as a router session and as one whose person named the model. */
export function factorySession(): TraceRecord[] {
  return [
    ...session('factory-router-session', 'router', monday),
    ...session('factory-concrete-session', 'concrete', monday + 86_400 * second),
  ]
}

function session(id: string, kind: Kind, start: number): TraceRecord[] {
  const header: SessionRecord = {
    record: 'session',
    schema: 1,
    session: id,
    kind,
    source: { format: 'synthetic', version: '1' },
    policy: { name: 'factory-router' },
    phraseLists: [thrashDigest],
    signals: {
      surface: 'cli',
      team: 'compilers',
      user: 'u1',
      tags: [],
      path: null,
      toolchain: null,
      workflow: null,
      'plan-mode': false,
      'repo.name': 'parser',
      'repo.files': 412,
      'repo.language': 'typescript',
    },
  }
  const calls: CallRecord[] = []
  let clock = start
  let turn = 0
  let prompt = 0
  const add = (step: Step, model: string, provider: string, cached: number): void => {
    if (step.user !== undefined) turn += 1
    clock += step.user === undefined ? toolMicros : thinkMicros
    const last = calls.at(-1)
    prompt += step.newTokens + (last?.usage?.output ?? 0)
    const usage = usageOf(provider, prompt, cached, step.output)
    const end = clock + step.seconds * second
    calls.push({
      record: 'call',
      session: id,
      call: calls.length + 1,
      turn,
      id: `${id}-${calls.length + 1}`,
      startMicros: clock,
      firstTokenMicros: clock + second,
      endMicros: end,
      timeQuality: 'exact',
      ...(kind === 'concrete' ? { requested: model } : {}),
      served: { model, provider, region: 'us' },
      prompt: promptOf(step, prompt, calls.length === 0 && kind === 'router', provider),
      usage,
      cost: gatewayBill(model, provider, usage),
      attempts: [{ model, provider, region: 'us', startMicros: clock, endMicros: end, status: 200 }],
      end: 'served',
      reply: {
        text: step.say === undefined ? null : countedText(step.say),
        thinking: null,
        tools: step.tools ?? [],
        finish: step.tools === undefined ? 'stop' : 'tool-calls',
      },
      decision: { rule: ruleOf(calls, kind) },
    })
    clock = end
  }

  let cached = 0
  for (const step of before) {
    add(step, 'minimax-m2.7', 'factory', cached)
    cached = prompt - uncachedTokens
  }
  const tokensBefore = prompt
  const tokensAfter = Math.floor((tokensBefore * 30) / 100)
  const compaction: EventRecord = {
    record: 'event',
    event: 'compaction',
    session: id,
    beforeCall: calls.length + 1,
    atMicros: clock + second,
    tokensBefore,
    tokensAfter,
    trigger: 'auto',
    billed: false,
  }
  prompt = tokensAfter
  cached = 0
  for (const step of after) {
    add(step, 'claude-opus-4-7', 'anthropic', cached)
    cached = prompt - uncachedTokens
  }
  const outcome: EventRecord = {
    record: 'event',
    event: 'outcome',
    session: id,
    beforeCall: calls.length + 1,
    atMicros: clock + second,
    success: true,
    label: 'merged',
  }
  return [header, ...calls, compaction, outcome]
}

function ruleOf(calls: readonly CallRecord[], kind: Kind): string {
  const last = calls.at(-1)
  if (last === undefined) return kind === 'router' ? 'triage' : 'concrete'
  return last.reply?.tools?.some(({ name }) => name === upgradeTool) === true ? 'asked' : 'otherwise'
}

function promptOf(step: Step, tokens: number, judged: boolean, provider: string): PromptFacts {
  const hidden = provider === 'anthropic'
  return {
    tokens,
    ...(step.user === undefined ? {} : { user: countedText(step.user) }),
    newImages: 0,
    contextImages: 0,
    toolsOffered: hidden ? offered.filter((name) => name !== upgradeTool) : offered,
    reminded: step.reminded === true,
    ...(judged ? { classifiers: { triage: verdict() } } : {}),
  }
}

/** The documented verdict names one score. */
function verdict(): NonNullable<PromptFacts['classifiers']>[string] {
  const usage: Usage = {
    uncachedInput: 1_388,
    cacheRead: 0,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: 57,
    outputQuality: 'exact',
  }
  return {
    status: 'ok',
    scoresMillionths: { 'minimax-m2.7': 850_000 },
    model: 'gpt-5.4-mini',
    usage,
    cost: gatewayBill('gpt-5.4-mini', 'openai', usage),
    latencyMicros: 1_870_000,
  }
}

/** Everything but the newest message is cached; Anthropic says for how long, the other host does not. */
function usageOf(provider: string, prompt: number, cached: number, output: number): Usage {
  const written = prompt - cached - uncachedTokens
  const timed = provider === 'anthropic'
  return {
    uncachedInput: uncachedTokens,
    cacheRead: cached,
    cacheWrite5m: timed ? written : 0,
    cacheWrite1h: 0,
    ...(timed ? {} : { cacheWriteOther: written }),
    output,
    outputQuality: 'exact',
  }
}
