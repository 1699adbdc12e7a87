import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { box, reroute } from '../support/command.ts'
import { sharedData } from '../support/shared-data.ts'

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const trace = root('traces/factory-session.jsonl')
const router = root('policies/factory-router.route')
const recording = sharedData('agent-sessions/claude/cli__488c5296-fc78-4fdf-8cfd-f1cae9454bd0.jsonl')

/** Every text in a value, however deep. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

describe('reroute pseudonymise', () => {
  const files = box()
  afterAll(files.dispose)

  it.runIf(recording !== undefined)('leaves no word, id, path or branch of a recording, whose words were kept', async () => {
    const policy = root('policies/claude-code.route')
    const [kept, shared] = [`${files.path}/kept.jsonl`, `${files.path}/shared.jsonl`]
    await reroute(['import', 'claude-code', recording ?? '', '--with-text', '-o', kept])
    expect(await reroute(['pseudonymise', kept, '--for', policy, '-o', shared])).toMatchObject({ code: 0, err: '' })
    const output = readFileSync(shared, 'utf8')
    // What the log itself says, and what anybody may know: words of the schema and of the policy.
    const known = [root('traces/schema/trace-1.schema.json'), policy, root('policies/catalog/2026-06.route')].map((path) => readFileSync(path, 'utf8')).join('\n')
    const log = readFileSync(recording ?? '', 'utf8').split('\n').filter((line) => line !== '').flatMap((line) => textsIn(JSON.parse(line)))
    const words = new Set(log.flatMap((text) => text.match(/[\p{L}\d_./-]{7,}/gu) ?? []).filter((word) => !known.includes(word)))
    expect(words.size).toBeGreaterThan(250)
    expect([...words].filter((word) => output.includes(word))).toEqual([])
  })

  it('writes a trace that replays to the same decisions, and another one each time', async () => {
    const [first, second] = [`${files.path}/first.jsonl`, `${files.path}/second.jsonl`]
    for (const output of [first, second]) {
      const ran = await reroute(['pseudonymise', trace, '--for', router, '-o', output])
      expect(ran).toMatchObject({ code: 0, err: '' })
      expect(ran.out).toMatch(/2 sessions, 56 calls/)
      expect(ran.out).toMatch(/session ids +hashed/)
    }
    const text = readFileSync(first, 'utf8')
    expect(text).not.toMatch(/factory-router-session|compilers|parser/)
    expect(text).not.toBe(readFileSync(second, 'utf8'))
    const rules = async (path: string): Promise<unknown> => {
      const ran = await reroute(['replay', router, path, '--format', 'json'])
      const { totals } = JSON.parse(ran.out) as { totals: { decisions: unknown; money: unknown } }
      return [totals.decisions, totals.money]
    }
    expect(await rules(first)).toEqual(await rules(trace))
  })

  it('reports as data', async () => {
    const ran = await reroute(['pseudonymise', trace, '--for', router, '-o', `${files.path}/a.jsonl`, '--format', 'json'])
    expect(JSON.parse(ran.out)).toMatchObject({ schemaVersion: 1, sessions: 2, calls: 56, sessionIds: 'hashed', times: 'shifted' })
  })

  it('refuses to hash ids that a policy draws by, and writes nothing', async () => {
    const output = `${files.path}/refused.jsonl`
    const split = root('policies/fixed-split.route')
    const ran = await reroute(['pseudonymise', trace, '--for', split, '-o', output])
    expect(ran).toMatchObject({ code: 1, out: '' })
    expect(ran.err).toMatch(/`bucket` is asked \(policy `fixed-split`\)/)
    expect(() => readFileSync(output)).toThrow(/ENOENT/)
    const kept = await reroute(['pseudonymise', trace, '--for', split, '-o', output, '--keep-drawn-ids'])
    expect(kept.code).toBe(0)
    expect(kept.out).toMatch(/session ids +kept in clear/)
  })

  it('says that fields which the schema does not name go', async () => {
    const odd = files.write('odd.jsonl', `${JSON.stringify({ record: 'call', session: 's', call: 1, prompt: {}, end: 'served', branch: 'secret' })}\n`)
    const output = `${files.path}/odd-out.jsonl`
    const ran = await reroute(['pseudonymise', odd, '--for', router, '-o', output])
    expect(ran.err).toMatch(/dropped: branch/)
    expect(readFileSync(output, 'utf8')).not.toMatch(/secret/)
  })

  it('needs a policy to know what decides', async () => {
    expect(await reroute(['pseudonymise', trace, '-o', '-'])).toMatchObject({ code: 2 })
  })
})
