import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readRecordings } from '../../src/node/read-recordings.ts'
import { fileSourceReader } from '../../src/node/read-sources.ts'
import { loadPolicy } from '../../src/policy/load.ts'
import { runTests } from '../../src/replay/scenario.ts'
import { reroute } from '../support/command.ts'

const session = 'recorded "../traces/factory-session.jsonl" session "factory-router-session"'
const head = 'import "catalog/2026-06.route"\n'
const rules = `
phrases thrash = ["let me rethink"]
on start {
  rule no-verdict: when triage.status is not ok then use claude-opus-4-7
  otherwise triage: choose cheapest from main where score(it) >= 0.70 else use claude-opus-4-7
}
on turn, call {
  rule asked: when called("UpgradeSessionModel") then upgrade to claude-opus-4-7 else keep
  otherwise keep
}
pool main = [claude-opus-4-7, minimax-m2.7]
classifier triage { model gpt-5.4-mini scores main }
`

let root = ''
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'reroute-recordings-'))
  mkdirSync(join(root, '.git'))
  cpSync('policies', join(root, 'policies'), { recursive: true })
  cpSync('traces/factory-session.jsonl', join(root, 'traces/factory-session.jsonl'))
})
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

function policyFile(tests: string): string {
  const file = join(root, 'policies/mine.route')
  writeFileSync(file, `policy mine\n${head}${rules}\n${tests}\n`)
  return file
}

/** What cannot be read, else what the first failing test expected and got. */
async function outcome(test: string): Promise<readonly string[]> {
  const { policy, diagnostics } = loadPolicy(policyFile(`test "t" { ${test} }`), fileSourceReader({}))
  expect(diagnostics).toEqual([])
  if (policy === undefined) throw new Error('the policy does not load')
  const read = await readRecordings(policy)
  if (read.diagnostics.length > 0) return read.diagnostics.map((each) => `${each.code} ${each.message}`)
  return runTests(read.policy).map(({ failure }) => (failure === undefined ? 'passes' : `${failure.expected}: ${failure.got}`))
}

describe('a recorded fragment', () => {
  it.each([
    ['whole', `${session} -> claude-opus-4-7 by otherwise`, 'passes'],
    ['the first call, by the verdict that is recorded', `${session} calls 1 to 1 -> minimax-m2.7 by triage where asked(triage)`, 'passes'],
    ['a later call begins a session of its own, without a verdict', `${session} calls 2 to 2 -> claude-opus-4-7 by no-verdict`, 'passes'],
    ['what the log does not tell is unknown', `${session} -> claude-opus-4-7 check count thrash in last 5 assistant messages is 0`, 'count thrash in last 5 assistant messages is 0: count thrash in last 5 assistant messages unknown (thrash)'],
    ['what a fact says stands in its place', `given { triage { minimax-m2.7 0.10 } } ${session} calls 1 to 1 -> claude-opus-4-7 by triage`, 'passes'],
    ['goes on as a test does', `${session} calls 1 to 2 tool "UpgradeSessionModel" call -> claude-opus-4-7 by asked`, 'passes'],
    ['calls that are not there', `${session} calls 900 to 901 -> minimax-m2.7`, 'calls of the session `factory-router-session` in `../traces/factory-session.jsonl`: the session has calls 1 to 28'],
    ['another outcome', `${session} calls 1 to 1 -> claude-opus-4-7`, '-> claude-opus-4-7: -> minimax-m2.7 at minimax by triage'],
    ['no such session', 'recorded "../traces/factory-session.jsonl" session "none" -> minimax-m2.7', 'RT0012 no session `none` is in `../traces/factory-session.jsonl`'],
    ['no such file', 'recorded "../traces/none.jsonl" session "none" -> minimax-m2.7', 'RT0012 there is no such file'],
    ['a file that is no trace', 'recorded "factory-router.route" session "none" -> minimax-m2.7', 'RT0012 the recording does not end in `.jsonl` or `.jsonl.gz` or `.jsonl.zst`'],
    ['a path out of the project', 'recorded "../../x.jsonl" session "none" -> minimax-m2.7', 'RT0012 the recording leads out of the project'],
  ])('%s', async (_title, test, expected) => {
    expect(await outcome(test)).toEqual([expected])
  })

  it('that nobody has read fails', () => {
    const { policy } = loadPolicy(policyFile(`test "t" { ${session} -> minimax-m2.7 }`), fileSourceReader({}))
    expect(policy && runTests(policy).map(({ failure }) => failure?.got)).toEqual(['a recording that nobody has read'])
  })

  it('is read by `reroute test` and `reroute mutate`', async () => {
    const file = policyFile(`test "t" { ${session} calls 1 to 1 -> minimax-m2.7 by triage }`)
    expect(await reroute(['test', file])).toMatchObject({ code: 0 })
    expect(await reroute(['mutate', file])).toMatchObject({ code: 0 })
    const missing = policyFile(`test "t" { recorded "../traces/none.jsonl" session "x" -> minimax-m2.7 }`)
    const run = await reroute(['test', missing])
    expect(run.code).toBe(3)
    expect(run.err).toContain('RT0012')
    expect(await reroute(['check', missing])).toMatchObject({ code: 1, out: expect.stringContaining('RT0012') })
  })
})
