import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseCsv } from '../../../scripts/traces/csv.ts'
import { claudeTrace } from '../../../scripts/traces/claude-calls.ts'
import { miniSweAgentTrace } from '../../../scripts/traces/mini-swe-agent-calls.ts'
import { createCacheAudit } from '../../../src/analysis/caches/audit.ts'
import type { CacheAuditResult } from '../../../src/analysis/caches/result.ts'
import { sessionsOf } from '../../../src/trace/merge.ts'
import { loadTrace } from '../../../src/trace/read.ts'
import type { RecordedSession } from '../../../src/trace/session.ts'
import { catalogue } from '../../support/catalogue.ts'
import { schemaErrors } from '../../support/schema.ts'
import { plain } from '../../../src/report/plain.ts'
import { sharedData } from '../../support/shared-data.ts'

const claude = sharedData('agent-sessions/calls.csv')
const gemini = sharedData('mini-swe-agent/calls.csv')

function audited(sessions: readonly RecordedSession[], halvings: number): CacheAuditResult {
  const audit = createCacheAudit(catalogue, { seed: '0', halvings })
  for (const session of sessions) audit.add(session)
  return audit.finish()
}

function rows(path: string): ReturnType<typeof parseCsv> {
  return parseCsv(readFileSync(path, 'utf8'))
}

function expectToAddUp({ measured }: CacheAuditResult): void {
  const residuals = measured.residuals.reduce((sum, { picoUsd }) => sum + picoUsd, 0n)
  expect(measured.loggedPicoUsd + residuals).toBe(measured.model.modelledPicoUsd.value)
  expect(measured.residuals.reduce((sum, { calls }) => sum + calls, 0)).toBe(measured.calls)
}

describe('the cache model on sessions that it was not fitted on', () => {
  it.runIf(claude !== undefined)('is nearer to the logged cost than either baseline, in total and in the middle session', () => {
    const found = audited(sessionsOf(claudeTrace(rows(claude ?? ''))), 8)
    expect(found).toMatchObject({ sessions: 152, calls: 10_161, leftOut: {} })
    expectToAddUp(found)
    // One halving may be lucky for a baseline: the means over several are compared.
    const { model, baselines } = found.halvings
    const [constant, previous] = baselines
    for (const baseline of [constant, previous]) {
      expect(model.totalError).toBeLessThan(baseline?.totalError ?? 0)
      expect(model.medianSessionError).toBeLessThan(baseline?.medianSessionError ?? 0)
    }
    expect(model.totalError).toBeLessThan(30_000)
    expect(model.medianSessionError).toBeLessThan(50_000)
    const { hitRate, modelledPicoUsd } = found.measured.model
    expect(hitRate.lo).toBeLessThan(found.measured.loggedHitRate)
    expect(hitRate.hi).toBeGreaterThan(found.measured.loggedHitRate)
    expect(modelledPicoUsd.lo < found.measured.loggedPicoUsd && found.measured.loggedPicoUsd < modelledPicoUsd.hi).toBe(true)
  })

  it.runIf(gemini !== undefined)('of an automatic cache has a hit rate whose interval holds the logged one', () => {
    const found = audited(sessionsOf(miniSweAgentTrace(rows(gemini ?? ''), [])), 0)
    expect(found).toMatchObject({ sessions: 246, calls: 10_222, fitted: { kinds: ['automatic'] } })
    expectToAddUp(found)
    const { model, loggedHitRate } = found.measured
    expect(Math.round(loggedHitRate / 10_000)).toBe(84)
    expect(model.hitRate.lo).toBeLessThan(loggedHitRate)
    expect(model.hitRate.hi).toBeGreaterThan(loggedHitRate)
    expect(model.totalError).toBeLessThan(Math.abs(found.measured.baselines[1]?.totalError ?? 0))
  })

  it('comes near on the shipped part of them, and the whole is what its schema says', async () => {
    const { loaded } = await loadTrace(['traces/claude-code-calls.jsonl.gz'])
    const found = audited(loaded, 1)
    expect(schemaErrors('cache-audit-1', plain(found))).toEqual([])
    expectToAddUp(found)
    expect(found.halvings.model.medianSessionError).toBeLessThan(90_000)
    // The order in which sessions come changes nothing.
    expect(audited(loaded.toReversed(), 1)).toEqual(found)
  })
})
