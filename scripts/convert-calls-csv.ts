import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { writeTrace } from '../src/trace/write.ts'
import { claudeTrace } from './traces/claude-calls.ts'
import { parseCsv } from './traces/csv.ts'
import { miniSweAgentTrace } from './traces/mini-swe-agent-calls.ts'

// Turns tables of calls into traces:
//   npx tsx scripts/convert-calls-csv.ts claude CALLS.csv -o FILE [--sessions N]
//   npx tsx scripts/convert-calls-csv.ts mini-swe-agent CALLS.csv INSTANCES.csv -o FILE [--sessions N]
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { output: { type: 'string', short: 'o' }, sessions: { type: 'string' } },
})

const [kind, ...files] = positionals
const [calls, instances] = files.map((file) => parseCsv(readFileSync(file, 'utf8')))
const sessions = values.sessions === undefined ? Infinity : Number(values.sessions)
const output = values.output ?? '-'

if (kind === 'claude' && calls !== undefined) {
  await writeTrace(output, claudeTrace(calls, sessions))
} else if (kind === 'mini-swe-agent' && calls !== undefined && instances !== undefined) {
  await writeTrace(output, miniSweAgentTrace(calls, instances, sessions))
} else {
  console.error('usage: convert-calls-csv.ts claude CALLS.csv -o FILE [--sessions N]')
  console.error('       convert-calls-csv.ts mini-swe-agent CALLS.csv INSTANCES.csv -o FILE [--sessions N]')
  process.exitCode = 2
}
