import { describe, expect, it } from 'vitest'
import type { Policy } from '../../src/policy/core.ts'
import { compilePolicy } from '../../src/policy/engine/compile-policy.ts'
import { createReplay } from '../../src/replay/replay.ts'
import type { SessionRow } from '../../src/replay/session-row.ts'
import type { RecordedSession } from '../../src/trace/session.ts'
import { loadTrace } from '../../src/trace/read.ts'
import { policyOf } from '../support/policy-of.ts'

const always = (model: string): Policy => policyOf(`policy one
  scale tier = [low, high]
  provider anthropic { family anthropic }
  provider google-vertex { family google }
  model opus { tier high  known-as ["claude-opus-4-5-20251101"]  accepts [text, image]  context 2M tokens  max-output 64k tokens  served-by [anthropic]
    price per 1M tokens { input $5 output $25 cache-read 0.1x cache-write 1.25x }
    cache { lifetime [5min]  minimum 1k tokens } }
  model gemini { tier low  known-as ["google/gemini-3-pro-preview"]  accepts [text, image]  context 2M tokens  max-output 64k tokens  served-by [google-vertex]
    price per 1M tokens { input $2 output $12 cache-read $0.20 } }
  on start { otherwise use ${model} }
  on call {
    rule never: when context.length > 1999999 tokens then use opus
    rule neither: when context.length > 1999999 tokens then use gemini
    otherwise keep
  }`)

async function runs(): Promise<readonly RecordedSession[]> {
  const { loaded } = await loadTrace(['traces/mini-swe-agent.jsonl.gz'])
  return loaded.slice(0, 3)
}

function rowsUnder(policy: Policy, sessions: readonly RecordedSession[]): readonly SessionRow[] {
  const replay = createReplay({ policy, evaluator: compilePolicy(policy) })
  for (const session of sessions) replay.add(session)
  return replay.partial().sessions.map(({ row }) => row)
}

describe('what a session would cost under one model', () => {
  it('is what a policy costs that always takes it, prompt caches included', async () => {
    const sessions = await runs()
    const strong = rowsUnder(always('opus'), sessions)
    expect(strong.map(({ always: { opus } }) => opus?.delta.value)).toEqual(strong.map(({ delta }) => delta.value))
    expect(strong.every(({ diverged, delta }) => diverged && delta.value > 0n)).toBe(true)
  })

  it('is the log’s own figure where the log ran on it', async () => {
    const own = rowsUnder(always('gemini'), await runs())
    expect(own.map(({ diverged, always: { gemini } }) => [diverged, gemini?.delta.value])).toEqual(Array(3).fill([false, 0n]))
  })
})
