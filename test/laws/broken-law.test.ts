import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readRecordings } from '../../src/node/read-recordings.ts'
import { fileSourceReader } from '../../src/node/read-sources.ts'
import { loadPolicy } from '../../src/policy/load.ts'
import { referenceEvaluator } from '../../src/policy/reference/decide.ts'
import { runTests } from '../../src/replay/scenario.ts'
import { replaySession } from '../../src/replay/session-replay.ts'
import { holdsOfSessions, smallText } from '../support/session-law.ts'

const upgrading = smallText(`
on start { otherwise use small else use mid else use big else stop "nothing" }
on turn, call {
  rule grown: when context.length >= 15k tokens then use big else keep
  otherwise keep
}`)

it('a law that a session breaks is shown by the fewest calls, as a trace and a test that passes', async () => {
  const failure = await holdsOfSessions(
    (policy, session) => {
      const { calls } = replaySession(session, { evaluator: referenceEvaluator(policy), mode: 'frozen', seed: '0' })
      const fired = calls.filter(({ decision }) => decision.rule === 'grown').map(({ call }) => call)
      // Planted: it does not hold, as soon as a session grows.
      expect(fired).toEqual([])
    },
    { policies: fc.constant(upgrading), numRuns: 100 },
  ).then(() => undefined, (error: unknown) => error)
  if (!(failure instanceof Error)) throw new Error('the planted law holds')
  expect(failure.message).toMatch(/seed: -?\d+, path: "[\d:]+"/)
  const folder = /a test of it: (.+)$/m.exec(failure.message)?.[1] ?? ''
  try {
    const records = readFileSync(join(folder, 'session.jsonl'), 'utf8').trim().split('\n').map((line): unknown => JSON.parse(line))
    const calls = records.filter((each) => typeof each === 'object' && each !== null && 'record' in each && each.record === 'call')
    // One that starts the session, and one that has grown.
    expect(calls).toMatchObject([{ call: 1 }, { call: 2, prompt: { tokens: expect.any(Number) } }])
    const { policy } = loadPolicy(join(folder, 'law.route'), fileSourceReader({ root: folder }))
    if (policy === undefined) throw new Error('what was written does not load')
    const read = await readRecordings(policy, { root: folder })
    expect(read.diagnostics).toEqual([])
    expect(runTests(read.policy)).toMatchObject([{ title: expect.stringContaining('the smallest session'), failure: undefined }])
    expect(readFileSync(join(folder, 'law.route'), 'utf8')).toContain('recorded "session.jsonl" session "s1"')
  } finally {
    if (folder !== '') rmSync(folder, { recursive: true })
  }
})
