import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { box, reroute } from '../support/command.ts'
import { smallCatalogue } from '../support/policy-of.ts'

const files = box()
afterAll(files.dispose)

const text = (chars: number): string => `policy p
${smallCatalogue}
on start { otherwise cheap: use small }
on turn { rule long: when message.length > ${chars} chars then use big otherwise keep }
`

describe('reroute snapshot', () => {
  it('writes what is committed, and shows what has changed since', async () => {
    const policy = files.write('p.route', text(100))
    const committed = join(files.path, 'p.meaning')
    expect((await reroute(['snapshot', policy, '-o', committed])).code).toBe(0)
    expect((await reroute(['snapshot', policy])).out).toBe(readFileSync(committed, 'utf8'))
    expect(await reroute(['snapshot', policy, '--check', committed])).toEqual({ code: 0, out: '', err: '' })
    files.write('p.route', `// laid out anew\n${text(100).replaceAll('\n', '\n\n')}`)
    expect((await reroute(['snapshot', policy, '--check', committed])).code).toBe(0)
    files.write('p.route', text(120))
    const { code, out } = await reroute(['snapshot', policy, '--check', committed])
    expect(code).toBe(1)
    expect(out.split('\n').filter((line) => /^[+-] /.test(line))).toEqual([
      '-        guard: message.length > 100 chars',
      '+        guard: message.length > 120 chars',
    ])
  })

  it('says what is wrong', async () => {
    const policy = files.write('q.route', text(1))
    expect((await reroute(['snapshot', policy, '--check', join(files.path, 'none')])).code).toBe(3)
    expect((await reroute(['snapshot', policy, '--check', 'a', '-o', 'b'])).code).toBe(2)
    expect((await reroute(['snapshot', files.write('bad.route', 'policy')])).code).toBe(3)
  })
})
