import { readFileSync } from 'node:fs'
import { parseCsv, type Row } from '../../scripts/traces/csv.ts'
import { miniSweAgentTrace } from '../../scripts/traces/mini-swe-agent-calls.ts'
import type { CallRecord } from '../../src/trace/record.ts'

/** Every call of a table of mini-SWE-agent's calls, as the trace of it would hold them. */
export function miniSweAgentCalls(path: string): readonly CallRecord[] {
  return miniSweAgentTrace(rows(path), []).filter((record) => record.record === 'call')
}

function rows(path: string): readonly Row[] {
  return parseCsv(readFileSync(path, 'utf8'))
}
