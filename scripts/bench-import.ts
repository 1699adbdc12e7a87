import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { azure } from '../src/trace/importers/azure.ts'
import { claudeCode } from '../src/trace/importers/claude-code.ts'
import { codex } from '../src/trace/importers/codex.ts'
import type { Importer } from '../src/trace/importers/importer.ts'
import { miniSweAgent } from '../src/trace/importers/mini-swe-agent.ts'
import { mooncake } from '../src/trace/importers/mooncake.ts'
import { bestOf } from './processor-time.ts'

/**
 * The speed of importers, against reading the same files and `JSON.parse` of each line (of a
 * document for trajectories, splitting at commas for CSV). Processor time, the best of five, in one
 * process: others on the machine hardly enter. Recordings: `../shared/data`, or the argument.
 */
const { positionals } = parseArgs({ allowPositionals: true })
const data = positionals[0] ?? join(import.meta.dirname, '..', '..', 'shared', 'data')

interface Task {
  readonly importer: Importer
  readonly path: string
  readonly ends: string
  readonly parse: (text: string) => unknown
}

const eachLine = (text: string): unknown =>
  text.split('\n').map((line) => {
    try {
      return line === '' ? undefined : JSON.parse(line)
    } catch {
      return undefined
    }
  })
const eachCell = (text: string): unknown => text.split('\n').map((line) => line.split(','))

const tasks: readonly Task[] = [
  { importer: claudeCode, path: 'agent-sessions/claude', ends: '.jsonl', parse: eachLine },
  { importer: codex, path: 'agent-sessions/codex', ends: '.jsonl', parse: eachLine },
  { importer: miniSweAgent, path: 'mini-swe-agent/trajs', ends: '.traj.json', parse: JSON.parse },
  { importer: mooncake, path: 'mooncake', ends: '.jsonl', parse: eachLine },
  { importer: azure, path: 'azure2023', ends: '.csv', parse: eachCell },
]

const times = 5

async function imported(importer: Importer, path: string): Promise<number> {
  const run = importer.read([path], {})
  for await (const record of run.records) void record
  return run.report().calls.total
}

for (const { importer, path, ends, parse } of tasks) {
  const folder = join(data, path)
  if (!existsSync(folder)) {
    console.log(`${importer.format}: no recordings at ${path}`)
    continue
  }
  const files = readdirSync(folder).filter((name) => name.endsWith(ends)).map((name) => join(folder, name))
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0)
  const calls = await imported(importer, folder)
  const parsing = await bestOf(times, () => files.map((file) => parse(readFileSync(file, 'utf8'))))
  const importing = await bestOf(times, () => imported(importer, folder))
  const megabytes = bytes / 1_000_000
  console.log(
    `${importer.format}: ${files.length} files, ${megabytes.toFixed(1)} MB, ${calls} calls: read and parse ${parsing.toFixed(0)} ms, import ${importing.toFixed(0)} ms, ×${(importing / parsing).toFixed(1)}, ${((megabytes * 1_000) / importing).toFixed(0)} MB/s`,
  )
}
