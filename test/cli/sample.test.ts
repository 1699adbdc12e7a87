import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { box, reroute } from '../support/command.ts'

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const trace = root('traces/synthetic.jsonl')
const router = root('policies/factory-router.route')

describe('reroute sample', () => {
  const files = box()
  afterAll(files.dispose)

  it('writes whole sessions with their weights, the same ones each time', async () => {
    const [first, second] = [`${files.path}/first.jsonl`, `${files.path}/second.jsonl`]
    const words = ['sample', trace, '--cover', router, '--max', '12', '--format', 'json', '-o']
    const ran = await reroute([...words, first])
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(ran.out)).toMatchObject({ corpus: { sessions: 120, calls: 1935 }, sample: { sessions: 12 }, strataKept: expect.any(Number) })
    await reroute([...words, second])
    expect(readFileSync(second, 'utf8')).toBe(readFileSync(first, 'utf8'))
    const weights = readFileSync(first, 'utf8').match(/"standsForSessions":\d+/g)
    expect(weights).toHaveLength(12)
    expect(readFileSync(first, 'utf8')).not.toMatch(/provenance/)
    const replayed = await reroute(['replay', router, first, '--format', 'json'])
    expect(JSON.parse(replayed.out)).toMatchObject({ totals: { sessions: 12 } })
  })

  it('says how much traffic it stands for', async () => {
    const { out } = await reroute(['sample', trace, '--cover', router, '--max', '20', '-o', `${files.path}/a.jsonl.gz`])
    expect(out).toMatch(/^20 sessions of 120 to /)
    expect(out).toMatch(/stands for +120 sessions; weighted, /)
    expect(out).toMatch(/rules +9 of 9/)
  })

  it('fails where so few sessions cannot show everything, and names what is lost', async () => {
    const output = `${files.path}/two.jsonl`
    const { code, out } = await reroute(['sample', trace, '--cover', router, '--max', '2', '-o', output])
    expect(code).toBe(1)
    expect(out).toMatch(/rules +\d of 9, without /)
    expect(out).toMatch(/sessions stood for by none/)
    expect(readFileSync(output, 'utf8')).not.toBe('')
  })

  it('warns of words that it would have committed', async () => {
    const call = { record: 'call', session: 's', call: 1, end: 'served', prompt: { user: { chars: 2, text: 'hi' } } }
    const wordy = files.write('wordy.jsonl', `${JSON.stringify(call)}\n`)
    const { out } = await reroute(['sample', wordy, '--cover', router, '-o', `${files.path}/wordy-out.jsonl`])
    expect(out).toMatch(/it holds words/)
  })

  it('needs calls', async () => {
    const empty = files.write('empty.jsonl', `${JSON.stringify({ record: 'session', schema: 1, session: 's' })}\n`)
    expect(await reroute(['sample', empty, '--cover', router, '-o', `${files.path}/none.jsonl`])).toMatchObject({ code: 3 })
  })
})
