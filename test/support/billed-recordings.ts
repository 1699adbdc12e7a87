import { readFileSync } from 'node:fs'
import { parseCsv, type Row } from '../../scripts/traces/csv.ts'
import { miniSweAgentTrace } from '../../scripts/traces/mini-swe-agent-calls.ts'
import { picoUsdOf } from '../../src/trace/importers/pico-usd.ts'
import type { CallRecord } from '../../src/trace/record.ts'

/** Every call of a table of mini-SWE-agent's calls, as the trace of it would hold them. */
export function miniSweAgentCalls(path: string): readonly CallRecord[] {
  return miniSweAgentTrace(rows(path), []).filter((record) => record.record === 'call')
}

/**
 * The runs whose calls carry no bill, each as one row: the sum of its tokens with the client's
 * estimate of its total cost. `calls` is how many there are.
 */
export function estimatedRuns(
  callsPath: string,
  instancesPath: string,
): { readonly sums: readonly CallRecord[]; readonly calls: number } {
  const totals = new Map(
    rows(instancesPath).map((row) => [
      row.get('instance_id') ?? '',
      Number(row.get('instance_cost_usd')),
    ]),
  )
  const bySession = new Map<string, CallRecord[]>()
  for (const call of miniSweAgentCalls(callsPath)) {
    if (call.cost === undefined)
      bySession.set(call.session, [...(bySession.get(call.session) ?? []), call])
  }
  const sums = [...bySession].map(([session, calls]): CallRecord => {
    const [first] = calls
    const sum = (field: 'uncachedInput' | 'cacheRead' | 'output' | 'reasoning'): number =>
      calls.reduce((total, { usage }) => total + (usage?.[field] ?? 0), 0)
    if (first === undefined) throw new Error(`${session} has no calls`)
    return {
      ...first,
      timeQuality: 'daily',
      usage: {
        uncachedInput: sum('uncachedInput'),
        cacheRead: sum('cacheRead'),
        cacheWrite5m: 0,
        cacheWrite1h: 0,
        output: sum('output'),
        reasoning: sum('reasoning'),
        outputQuality: 'exact',
      },
      cost: { picoUsd: picoUsdOf(totals.get(session) ?? Number.NaN) ?? '', source: 'estimate' },
    }
  })
  return { sums, calls: [...bySession.values()].reduce((total, { length }) => total + length, 0) }
}

function rows(path: string): readonly Row[] {
  return parseCsv(readFileSync(path, 'utf8'))
}
