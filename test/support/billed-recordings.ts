import { readFileSync } from 'node:fs'
import { parseCsv, type Row } from '../../scripts/traces/csv.ts'
import { miniSweAgentTrace } from '../../scripts/traces/mini-swe-agent-calls.ts'
import type { CallRecord, TraceRecord } from '../../src/trace/record.ts'

/** A table of mini-SWE-agent's calls as a trace. */
export function miniSweAgentTable(path: string): readonly TraceRecord[] {
  return miniSweAgentTrace(rows(path), [])
}

/** Every call of a table of mini-SWE-agent's calls, as the trace of it would hold them. */
export function miniSweAgentCalls(path: string): readonly CallRecord[] {
  return miniSweAgentTable(path).filter((record) => record.record === 'call')
}

function rows(path: string): readonly Row[] {
  return parseCsv(readFileSync(path, 'utf8'))
}
