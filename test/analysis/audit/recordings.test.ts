import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { loadPolicyText } from '../../../src/policy/load.ts'
import type { Policy } from '../../../src/policy/core.ts'
import { audited, causesOf } from '../../support/audited.ts'
import { claudeResults } from '../../../src/trace/importers/claude-results.ts'
import { miniSweAgent } from '../../../src/trace/importers/mini-swe-agent.ts'
import { category, importLogs } from '../../support/import-logs.ts'
import { miniSweAgentCalls } from '../../support/billed-recordings.ts'
import { box, reroute } from '../../support/command.ts'
import { sharedData } from '../../support/shared-data.ts'

const calls = sharedData('mini-swe-agent/calls.csv')
const instances = sharedData('mini-swe-agent/instances.csv')
const trajectories = sharedData('mini-swe-agent/trajs')
const results = sharedData('iso-bench/claude_code_results.jsonl')

const files = box()
afterAll(files.dispose)

function catalogue(): Policy {
  const path = new URL('../../../policies/catalog/2026-06.route', import.meta.url)
  const { policy } = loadPolicyText('catalogue.route', readFileSync(path, 'utf8'))
  if (policy === undefined) throw new Error('the catalogue does not load')
  return policy
}

describe('recorded bills', () => {
  it.runIf(calls)('of 9,883 calls through a gateway come back to the last digit', () => {
    const result = audited(catalogue(), miniSweAgentCalls(calls ?? ''))
    expect(result).toMatchObject({
      calls: 10_222,
      exact: 9_883,
      withinTolerance: 0,
      unmatched: 0,
      unbilled: 339,
      estimates: { exact: 0, unmatched: 0 },
      causes: [],
    })
    expect(result.money.billedPicoUsd).toBe(result.money.repricedPicoUsd)
  })

  it.runIf(calls && instances)(
    'of 339 direct calls are estimates, told by the totals of their runs, and both their causes are found',
    async () => {
      const mapping = {
        mapping: 1,
        columns: {
          session: 'instance_id',
          id: 'generation_id',
          start: { name: 'created_unix', unit: 's' },
          model: 'model',
          input: 'prompt_tokens',
          cacheRead: 'cached_tokens',
          output: 'completion_tokens',
          reasoning: 'reasoning_tokens',
          cost: { name: 'usage_cost_usd', unit: 'usd' },
        },
        inputHoldsCached: true,
        outputHoldsReasoning: { column: 'provider', notFor: ['google'] },
        costSource: 'gateway',
      }
      const trace = `${files.path}/table.jsonl`
      const form = files.write('mapping.json', JSON.stringify(mapping))
      expect((await reroute(['import', 'table', calls ?? '', '--mapping', form, '-o', trace])).code).toBe(0)
      const command = ['audit', trace, '--totals', instances ?? '', '--format', 'json']
      const { code, out } = await reroute([...command, '--totals-columns', 'instance_id,instance_cost_usd'])
      expect(code).toBe(0)
      const result = JSON.parse(out)
      expect(result).toMatchObject({
        calls: 10_222,
        exact: 9_883,
        unmatched: 0,
        unbilled: 0,
        estimates: { exact: 0, withinTolerance: 0, unmatched: 339 },
        runTotals: { runs: 9, calls: 339, agreeing: 237, differing: 0, unusable: 0, unknown: 0 },
      })
      expect(result.causes).toMatchObject([
        { cause: 'other-rate', of: 'estimate', calls: 339, runs: 9 },
        { cause: 'reasoning-outside-output', of: 'estimate', calls: 339, runs: 9 },
      ])
      expect(result.causes[0].detail).toMatch(/^cache-read at \$0\.125 per 1M tokens, the price of `/)
      // The two causes explain the whole difference.
      const [rate, reasoning] = result.causes.map((each: { differencePicoUsd: string }) => BigInt(each.differencePicoUsd))
      const { estimatedPicoUsd, estimatesRepricedPicoUsd } = result.money
      expect(rate + reasoning).toBe(BigInt(estimatedPicoUsd) - BigInt(estimatesRepricedPicoUsd))
    },
  )

  it.runIf(trajectories)(
    'of 88 direct calls in trajectories are estimates, each explained to the last digit',
    async () => {
      const { calls: imported } = await importLogs(miniSweAgent, [trajectories ?? ''])
      const result = audited(catalogue(), imported)
      expect(result).toMatchObject({
        exact: 907,
        unmatched: 0,
        unbilled: 0,
        estimates: { exact: 8, withinTolerance: 0, unmatched: 80 },
      })
      expect(causesOf(result)).toEqual(['other-rate 76', 'reasoning-outside-output 4'])
      expect(result.causes[0]?.detail).toMatch(/^cache-read at \$0\.125 per 1M tokens/)
      const explained = result.causes.reduce((sum, { differencePicoUsd }) => sum + (differencePicoUsd ?? 0n), 0n)
      expect(explained).toBe(result.money.estimatedPicoUsd - result.money.estimatesRepricedPicoUsd)
    },
  )

  it.runIf(results)('of 178 models in results of Claude Code come back to the last digit', async () => {
    const imported = await importLogs(claudeResults, [results ?? ''])
    expect(imported.calls).toHaveLength(178)
    expect(category(imported, 'result without usage by model')).toBe(1)
    expect(audited(catalogue(), imported.calls)).toMatchObject({
      unmatched: 0,
      estimates: { exact: 178, withinTolerance: 0, unmatched: 0 },
      causes: [],
    })
  })
})
