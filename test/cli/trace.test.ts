import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { box, reroute } from '../support/command.ts'

describe('reroute trace upgrade', () => {
  const files = box()
  afterAll(files.dispose)
  const output = `${files.path}/new.jsonl`

  it('leaves a trace of the newest version as it is', async () => {
    const trace = fileURLToPath(new URL('../../traces/factory-session.jsonl', import.meta.url))
    const ran = await reroute(['trace', 'upgrade', trace, '-o', output])
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect(ran.out).toMatch(/is of version 1 already; nothing is written/)
    expect(existsSync(output)).toBe(false)
  })

  it('refuses a newer version and names it', async () => {
    const newer = files.write('newer.jsonl', `${JSON.stringify({ record: 'session', schema: 9, session: 's' })}\n`)
    const ran = await reroute(['trace', 'upgrade', newer, '-o', output])
    expect(ran).toMatchObject({ code: 3, out: '' })
    expect(ran.err).toMatch(/the trace is of version 9, this reroute reads up to 1/)
    expect(existsSync(output)).toBe(false)
  })

  it('is the only thing that `trace` does', async () => {
    expect(await reroute(['trace'])).toMatchObject({ code: 2 })
    expect(await reroute(['trace', 'downgrade', 'a.jsonl'])).toMatchObject({ code: 2 })
    expect((await reroute(['trace', 'upgrade', '--help'])).out).toMatch(/reroute trace upgrade old\.jsonl/)
  })
})
