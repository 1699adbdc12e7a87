import type { TextFacts, ToolFacts, VerdictRecord } from '../../src/trace/record.ts'
import { gatewayBill } from './bill.ts'
import { between, chance, draw, pick } from './draw.ts'
import type { PoolModel } from './synthetic-world.ts'
import { countedText, toolSignature, withheldText } from './texts.ts'

/** What a session is like; drawn once from its name. */
export interface Character {
  readonly id: string
  /** 0 trivial to 99 hard. */
  readonly difficulty: number
  /** Whether the log keeps counts of texts, or lengths only. */
  readonly counted: boolean
}

/** How much of a task a model can do, 0 to 99. */
const strength: { readonly [model in PoolModel]: number } = {
  'claude-opus-4-7': 88,
  'kimi-k2.6': 62,
  'minimax-m2.7': 45,
}

export function succeeds({ id, difficulty }: Character, model: PoolModel): boolean {
  return strength[model] + between(-15, 15, id, 'luck') >= difficulty
}

export function verdictOf({ id, difficulty }: Character): VerdictRecord {
  const model = 'gpt-5.4-mini'
  const fate = draw(100, id, 'verdict')
  if (fate < 4) return { status: 'timeout', model, latencyMicros: 10_000_000 }
  if (fate < 7) return { status: 'error', model, latencyMicros: between(200_000, 900_000, id, 'verdict error') }
  const usage = {
    uncachedInput: between(900, 4_800, id, 'verdict input'),
    cacheRead: 0,
    cacheWrite5m: 0,
    cacheWrite1h: 0,
    output: fate < 10 ? 0 : between(48, 70, id, 'verdict output'),
    outputQuality: 'exact',
  } as const
  const asked = {
    model,
    usage,
    cost: gatewayBill(model, 'openai', usage),
    latencyMicros: between(1_100_000, 3_200_000, id, 'verdict latency'),
  }
  if (fate < 10) return { status: 'empty', ...asked }
  const scores: { [model: string]: number } = {}
  for (const [name, power] of Object.entries(strength)) {
    const margin = power - difficulty + between(-12, 12, id, name, 'score')
    scores[name] = Math.min(98, Math.max(3, 72 + Math.trunc(margin / 2))) * 10_000
  }
  return { status: 'ok', scoresMillionths: scores, ...asked }
}

const calm: readonly string[] = [
  'The change is in place.',
  'Both call sites now go through the same function.',
  'I moved the check in front of the write.',
  'All tests pass.',
  'The configuration is read once at the start.',
  'The index is built on the first query only.',
]

const lost: readonly string[] = [
  'Let me try a different approach.',
  "Hmm, wait. That didn't work.",
  'Actually, wait. I must be missing something in the setup.',
  "This isn't working; let me rethink the order of the steps.",
  'Let me take a step back and try another way.',
  'On second thought, the cache is the problem.',
]

const pondering: readonly string[] = [
  'The function is called from two places, so both have to change.',
  'Perhaps another approach is simpler here, but the tests pin the order.',
  'Let me reconsider what the caller expects.',
  'The failing test reads the file before it is written.',
]

export function textOf(character: Character, words: string): TextFacts {
  return character.counted ? countedText(words) : withheldText(words)
}

/** The visible text of a reply; a model out of its depth says so more often than not. */
export function visibleText(character: Character, struggling: boolean, key: string): TextFacts {
  const isLost = struggling && chance(65, key, 'lost')
  return textOf(character, pick(isLost ? lost : calm, key, 'words'))
}

/** Open models return no thinking; the other one thinks in two calls of three. */
export function thinkingText(character: Character, model: PoolModel, key: string): TextFacts | null {
  if (model !== 'claude-opus-4-7' || !chance(66, key, 'thinks')) return null
  return textOf(character, pick(pondering, key, 'thinking'))
}

const jobs = ['Read', 'Grep', 'Edit', 'Bash'] as const

/** The tool calls of one reply; a struggling model repeats the call that has just failed. */
export function toolsOf(struggling: boolean, last: ToolFacts | undefined, key: string): ToolFacts[] {
  if (struggling && last?.failed === true && chance(45, key, 'repeat')) {
    return [{ ...last, failed: chance(80, key, 'repeat fails') }]
  }
  const count = chance(15, key, 'two') ? 2 : 1
  return Array.from({ length: count }, (_, index) => {
    const name = pick(jobs, key, index, 'job')
    const signature = toolSignature(name, { key, index })
    const failed = chance(struggling ? 34 : 6, key, index, 'fails')
    return { name, signature, failed }
  })
}
