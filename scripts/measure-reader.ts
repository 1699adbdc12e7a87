import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canonicalJson } from '../src/trace/canonical.ts'
import { readTrace } from '../src/trace/read.ts'
import { draw } from './traces/draw.ts'
import { syntheticTrace } from './traces/synthetic.ts'

// Makes a large trace in a temporary directory, its rows shuffled over the whole file, reads it and
// prints time and peak memory:
//   npx tsx scripts/measure-reader.ts [MEGABYTES]
const wanted = Number(process.argv[2] ?? 1_000) * 1_000_000
const home = mkdtempSync(join(tmpdir(), 'reroute-measure-'))
const path = join(home, 'large.jsonl')

try {
  writeLarge(path)
  const bytes = statSync(path).size
  const start = performance.now()
  const reading = await readTrace([path], { spillDirectory: home })
  const gathered = performance.now()
  let sessions = 0
  let calls = 0
  for await (const session of reading.sessions()) {
    sessions += 1
    calls += session.calls.length
  }
  const end = performance.now()
  const spilled = reading.spilledBytes
  reading.dispose()
  const megabytes = (count: number): string => `${Math.round(count / 1_000_000)} MB`
  const { digest } = reading.summary() ?? {}
  console.log(`${megabytes(bytes)}, ${sessions} sessions, ${calls} calls, digest ${digest}`)
  console.log(`gathered in ${Math.round(gathered - start)} ms, grouped in ${Math.round(end - gathered)} ms`)
  const peak = process.resourceUsage().maxRSS * 1_024
  console.log(`spilled ${megabytes(spilled)}; peak resident memory ${megabytes(peak)}`)
} finally {
  rmSync(home, { recursive: true, force: true })
}

/** The synthetic sessions again and again under new names, one block of copies shuffled at a time. */
function writeLarge(file: string): void {
  const records = syntheticTrace(120).filter((record) => record.session !== undefined)
  const lines = records.map(canonicalJson)
  const handle = openSync(file, 'wx')
  let written = 0
  for (let block = 0; written < wanted; block += 1) {
    const order = lines.map((_, at) => ({ at, key: draw(1 << 30, 'order', block, at) }))
    order.sort((a, b) => a.key - b.key)
    // Sessions of sixteen blocks overlap, so that no session lies together.
    const texts = order.map(({ at }) =>
      (lines[at] ?? '')
        .replaceAll('synthetic-', `copy-${draw(16, block, at)}-`)
        .replaceAll('"call":', `"call":${block}`),
    )
    written += writeSync(handle, `${texts.join('\n')}\n`)
  }
  closeSync(handle)
}
