import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { createReplay } from '../src/replay/replay.ts'
import { compilePolicy } from '../src/policy/engine/compile-policy.ts'
import { fileSourceReader } from '../src/node/read-sources.ts'
import { loadPolicy } from '../src/policy/load.ts'
import { loadTrace } from '../src/trace/read.ts'
import { variantReplays } from '../src/cli/variants.ts'
import { bestOf } from './processor-time.ts'

/**
 * What a replay costs, against reading the same trace and `JSON.parse` of its lines, the least that
 * any tool in this language pays; in steps: reading with validation, a replay (where a host's health is
 * unknown, three), and in mode `projected` one for each end of what is assumed. Processor time, the best of three, in one process: others on the
 * machine hardly enter. Read the ratios; the milliseconds are this machine's.
 *
 *     npm run bench:replay [-- POLICY TRACE]
 */
const root = join(import.meta.dirname, '..')
const [policyPath, tracePath] = process.argv.slice(2)
const tasks =
  policyPath !== undefined && tracePath !== undefined
    ? [[policyPath, tracePath] as const]
    : ([
        ['factory-router.route', 'synthetic.jsonl'],
        ['claude-code.route', 'claude-code-calls.jsonl.gz'],
        ['litellm.route', 'mini-swe-agent.jsonl.gz'],
      ] as const).map(([policy, trace]) => [join(root, 'policies', policy), join(root, 'traces', trace)] as const)

const times = 3

for (const [path, trace] of tasks) {
  const { policy } = loadPolicy(path, fileSourceReader({}))
  if (policy === undefined) throw new Error(`${path} does not load`)
  const { loaded } = await loadTrace([trace])
  const calls = loaded.reduce((sum, session) => sum + session.calls.length, 0)
  const settings = { policy, evaluator: compilePolicy(policy) }
  const parsing = await bestOf(times, () => {
    const bytes = readFileSync(trace)
    const text = (trace.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
    return text.split('\n').map((line) => (line === '' ? undefined : (JSON.parse(line) as unknown)))
  })
  const reading = await bestOf(times, () => loadTrace([trace]))
  const replaying = await bestOf(times, () => {
    const run = createReplay(settings)
    for (const session of loaded) run.add(session)
    for (const _ of run.settle());
    return run.finish()
  })
  const projecting = await bestOf(times, () => {
    const variants = variantReplays({ ...settings, mode: 'projected' })
    for (const session of loaded) variants.add(session)
    return variants.results()
  })
  const cost = (milliseconds: number): string =>
    `${milliseconds.toFixed(0)} ms (×${(milliseconds / parsing).toFixed(1)}, ${((milliseconds * 1_000) / calls).toFixed(0)} µs a call)`
  console.log(`${basename(path)} over ${basename(trace)}, ${loaded.length} sessions, ${calls} calls: read and JSON.parse ${parsing.toFixed(0)} ms`)
  console.log(`  read, validate, group  ${cost(reading)}`)
  console.log(`  replay                 ${cost(replaying)}`)
  console.log(`  projected, every end   ${cost(projecting)}`)
}
