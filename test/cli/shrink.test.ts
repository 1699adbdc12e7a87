import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { box, reroute, withoutPath } from '../support/command.ts'
import { smallCatalogue } from '../support/policy-of.ts'

const synthetic = fileURLToPath(new URL('../../traces/synthetic.jsonl', import.meta.url))
const canonical = fileURLToPath(new URL('../../policies/factory-router.route', import.meta.url))

describe('reroute shrink', () => {
  const files = box()
  afterAll(files.dispose)

  const policy = (threshold: string): string => `policy p\n${smallCatalogue}
on start { otherwise use small }
on turn, call {
  rule long: when context.length > ${threshold} tokens then use big else keep
  otherwise keep
}
invariant cheap: never after is big
`
  const calls = [10_000, 20_000, 60_000, 70_000].map((tokens, at) =>
    JSON.stringify({ record: 'call', session: 's', call: at + 1, prompt: { tokens }, end: 'served', served: { model: 'small', provider: 'south' } }),
  )
  const trace = files.write('t.jsonl', `${calls.join('\n')}\n`)
  const one = files.write('one.route', policy('50k'))
  const output = `${files.path}/small.jsonl`

  it('writes the smallest trace that breaks an invariant, and a test that holds it', async () => {
    const ran = await reroute(['shrink', one, trace, '--session', 's', '--breaks', 'cheap', '-o', output])
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect(withoutPath(ran.out, files)).toMatch(/^2 calls of 4 left in small\.jsonl: `cheap` is broken/)
    const test = ran.out.slice(ran.out.indexOf('test "'))
    files.write('two.route', `${policy('50k')}\n${test}`)
    expect(readFileSync(output, 'utf8')).toMatch(/"tokens":50001/)
    expect(await reroute(['test', `${files.path}/two.route`, '--root', files.path])).toMatchObject({ code: 0, err: '' })
    const moved = files.write('moved.route', `${policy('60k')}\n${test}`)
    expect(await reroute(['test', moved, '--root', files.path])).toMatchObject({ code: 1 })
  })

  it('keeps what two policies choose differently', async () => {
    const other = files.write('other.route', policy('65k'))
    const ran = await reroute(['shrink', one, trace, '--session', 's', '--against', other, '-o', output, '--format', 'json'])
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(ran.out)).toMatchObject({ schemaVersion: 1, calls: 4, isMinimal: true, shrunk: { session: 's', calls: 2 } })
  })

  it('keeps the few sessions that act on it, where sessions share state', async () => {
    const shared = files.write('shared.route', `policy p\n${smallCatalogue}
on start { rule down: when outage(south, 60s) then use big  otherwise use small }
on turn, call { otherwise keep }
serve any { failover on [any] }
`)
    const second = 1_000_000
    const callOf = (session: string, at: number, failed: boolean): string =>
      JSON.stringify({
        record: 'call', session, call: 1, startMicros: at * second, endMicros: at * second + 9, prompt: { tokens: 900 }, end: 'served',
        served: { model: 'small', provider: failed ? 'north' : 'south' },
        ...(failed && { attempts: [
          { model: 'small', provider: 'south', startMicros: at * second, endMicros: at * second + 5, errorClass: 'server' },
          { model: 'small', provider: 'north', startMicros: at * second + 5, endMicros: at * second + 9 },
        ] }),
      })
    const lines = [callOf('a', 1000, false), callOf('b', 1010, true), callOf('c', 1020, false), callOf('s', 1030, false)]
    const traffic = files.write('traffic.jsonl', `${lines.join('\n')}\n`)
    const ran = await reroute(['shrink', shared, traffic, '--session', 's', '--call', '1', '-o', output])
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect(ran.out).toMatch(/^1 call of 1 left in .+: `down` decides for `big`/)
    expect(ran.out).toMatch(/\nwith 1 session of 3 that act on it: b \(1 call\)\n/)
    const again = await reroute(['explain', shared, output, '--session', 's', '--call', '1', '--format', 'json'])
    expect(JSON.parse(again.out)).toMatchObject({ explanation: { value: 'big by down' } })
  })

  it('says what is wrong', async () => {
    const base = ['shrink', one, trace, '--session', 's', '-o', output]
    expect(await reroute(base)).toMatchObject({ code: 2 })
    expect((await reroute([...base, '--breaks', 'cheap', '--call', '1'])).err).toMatch(/one of/)
    expect(await reroute([...base, '--breaks', 'no-such'])).toMatchObject({ code: 3 })
    expect((await reroute(['shrink', canonical, synthetic, '--session', 'synthetic-001', '--call', '2', '--max-tries', '1', '-o', output])).code).toBe(1)
  })
})
