import { chmodSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { box, reroute, withoutPath } from '../support/command.ts'

const files = box()
afterAll(files.dispose)

const untidy = 'policy p\nsetting   a = 1 from 0 to 2 // why\n'
const tidy = 'policy p\n\nsetting a = 1 from 0 to 2 // why\n'

describe('reroute fmt', () => {
  it('lays a file out in place, keeps its mode, and then changes nothing', async () => {
    const file = files.write('a.route', untidy)
    chmodSync(file, 0o640)
    expect(await reroute(['fmt', file])).toEqual({ code: 0, out: '', err: '' })
    expect(readFileSync(file, 'utf8')).toBe(tidy)
    expect(statSync(file).mode & 0o777).toBe(0o640)
    expect(await reroute(['fmt', '--check', file])).toEqual({ code: 0, out: '', err: '' })
    expect(readdirSync(files.path).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  it('changes nothing with --check or --diff, and exits 1', async () => {
    const file = files.write('b.route', untidy)
    const checked = await reroute(['fmt', '--check', file])
    const shown = await reroute(['fmt', '--diff', file])
    expect([checked.code, shown.code]).toEqual([1, 1])
    expect(withoutPath(checked.err, files)).toBe('b.route is laid out otherwise; `reroute fmt` mends it\n')
    expect(withoutPath(shown.out, files)).toMatchInlineSnapshot(`
      "--- b.route
      +++ b.route (formatted)
      @@ -1,2 +1,3 @@
       policy p
      -setting   a = 1 from 0 to 2 // why
      +
      +setting a = 1 from 0 to 2 // why
      "
    `)
    expect(readFileSync(file, 'utf8')).toBe(untidy)
  })

  it('prints what comes from the standard input', async () => {
    expect(await reroute(['fmt', '-'], untidy)).toEqual({ code: 0, out: tidy, err: '' })
  })

  it('leaves a file with errors alone and shows them', async () => {
    const file = files.write('c.route', 'policy p\npool main = [\n')
    const ran = await reroute(['fmt', file])
    expect(ran.code).toBe(3)
    expect(ran.err).toContain('error RT0')
    expect(readFileSync(file, 'utf8')).toBe('policy p\npool main = [\n')
  })
})
