import { describe, expect, it } from 'vitest'
import { sweAgent } from '../../../src/trace/importers/swe-agent.ts'
import { category, importLogFiles, importLogs } from '../../support/import-logs.ts'
import { sharedData } from '../../support/shared-data.ts'

const folder = sharedData('swe-agent')

describe.runIf(folder !== undefined)('recorded trajectories', () => {
  it('are 138 steps of 13 runs, of which nine asked no model', async () => {
    const { calls, sessions, events, report } = await importLogs(sweAgent, [folder ?? ''])
    expect([calls.length, sessions.length, events.length]).toEqual([138, 13, 13])
    expect(report.problems.filter(({ reason }) => reason.startsWith('the program asked no model'))).toHaveLength(9)
    expect(report.problemCount).toBe(9)
    expect(calls.every((call) => call.usage === undefined && call.startMicros === undefined)).toBe(true)
    expect(calls.filter((call) => call.prompt.user !== undefined)).toHaveLength(13)
    expect(JSON.stringify(calls)).not.toContain('"text":"')
  })
})

const step = (response: string, action: string): unknown => ({ action, observation: 'o', response, thought: 't', state: '{}' })

function trajectory(steps: readonly unknown[], calls = steps.length): string {
  const history = [
    { role: 'system', content: 'rules' },
    { role: 'user', content: 'a demo', is_demo: true },
    { role: 'user', content: [{ type: 'text', text: 'fix it' }] },
    { role: 'assistant', content: 'x' },
  ]
  const info = { exit_status: 'submitted', model_stats: { api_calls: calls } }
  const replay_config = JSON.stringify({ agent: { model: { name: 'model-a' } } })
  return JSON.stringify({ environment: 'main', trajectory: steps, history, info, replay_config }, null, 1)
}

describe('a trajectory', () => {
  it('is one run without tokens and times', async () => {
    const { calls, events, report } = await importLogFiles(sweAgent, {
      'one.traj': trajectory([step('look', '/usr/bin/ls -la'), step('again', 'ls -la'), step('', 'skip')], 2),
    })
    expect(calls).toMatchObject([
      { turn: 1, requested: 'model-a', prompt: { user: { chars: 6 } }, reply: { text: { chars: 4 }, tools: [{ name: 'ls' }] } },
      { turn: 1, reply: { tools: [{ name: 'ls' }] } },
    ])
    expect(calls[0]?.usage).toBeUndefined()
    expect(events).toMatchObject([{ event: 'outcome', success: null, label: 'submitted' }])
    expect(report.problemCount).toBe(0)
  })

  it('that stands twice is written once; another run of the same instance is its own', async () => {
    const { sessions, calls, report } = await importLogFiles(sweAgent, {
      'a/one.traj': trajectory([step('look', 'ls')]),
      'b/one.traj': trajectory([step('look', 'ls')]),
      'c/one.traj': trajectory([step('think', 'ls')]),
    })
    expect([sessions.length, calls.length, report.calls.duplicates]).toEqual([2, 2, 1])
  })

  it('that is hostile gives problems', async () => {
    const imported = await importLogFiles(sweAgent, {
      'a.traj': trajectory([null, step('__proto__', '__proto__'), 7]),
      'b.traj': '{"trajectory":[',
      'c.traj': '{"x":1}',
    })
    expect(imported.calls).toMatchObject([{ reply: { tools: [{ name: '__proto__' }] } }])
    expect(category(imported, 'step without a reply')).toBe(2)
    expect(category(imported, 'no trajectory')).toBe(1)
    expect(imported.report.problems.map(({ reason }) => reason).toSorted()).toEqual([
      'cut off',
      'the program counted 3 calls, the trajectory has 1 step with a reply',
    ])
  })
})
