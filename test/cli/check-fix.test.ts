import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { fixFile } from '../../src/cli/fix-file.ts'
import { parse } from '../../src/language/parser.ts'
import { box, reroute, withoutPath } from '../support/command.ts'
import { smallCatalogue } from '../support/policy-of.ts'

const files = box()
afterAll(files.dispose)

const wrong = `policy p
${smallCatalogue}
on start {
  rule long: when context.lenght >= 10k then use big
  otherwise use smal
}
`

describe('reroute check --fix', () => {
  it('writes in what mends the file, and shows what is left', async () => {
    const file = files.write('a.route', wrong)
    const { code, out, err } = await reroute(['check', '--fix', file])
    expect(readFileSync(file, 'utf8')).toBe(
      wrong.replace('lenght >= 10k', 'length >= 10k tokens').replace('use smal\n', 'use small\n'),
    )
    expect([code, withoutPath(err, files)]).toEqual([0, 'a.route: 3 findings mended\n'])
    expect(out).not.toContain('error')
  })

  it('goes on to the mistake that one before it hid', async () => {
    const rule = (text: string): string => wrong.replace('on start {', `on start {\n  rule hidden: ${text}`)
    const file = files.write('hidden.route', rule('if context.length is greater than 16,000 tokens then use "mid"'))
    await reroute(['check', '--fix', file])
    expect(readFileSync(file, 'utf8')).toContain('rule hidden: when context.length > 16_000 tokens then use mid\n')
  })

  it('writes nothing with --dry-run, and prints a diff', async () => {
    const file = files.write('b.route', wrong)
    const { code, out } = await reroute(['check', '--fix', '--dry-run', file])
    expect(code).toBe(1)
    expect(readFileSync(file, 'utf8')).toBe(wrong)
    expect(withoutPath(out, files)).toMatchInlineSnapshot(`
      "--- b.route
      +++ b.route (mended)
      @@ -33,6 +33,6 @@
       pool main = [big, mid, small]
       
       on start {
      -  rule long: when context.lenght >= 10k then use big
      -  otherwise use smal
      +  rule long: when context.length >= 10k tokens then use big
      +  otherwise use small
       }
      "
    `)
  })

  it('leaves a sound file alone, and one it cannot mend', async () => {
    const sound = files.write('c.route', 'policy p\non start { otherwise stop "never" }\n')
    expect((await reroute(['check', '--fix', '--dry-run', sound])).code).toBe(0)
    const hopeless = files.write('d.route', 'policy p\nsetting a = nothing_like_it\n')
    const { code } = await reroute(['check', '--fix', hopeless])
    expect([code, readFileSync(hopeless, 'utf8')]).toEqual([1, 'policy p\nsetting a = nothing_like_it\n'])
  })

  it('is a mistake to ask for --dry-run alone, and says when a file is missing', async () => {
    expect((await reroute(['check', '--dry-run', files.write('e.route', wrong)])).code).toBe(2)
    expect((await reroute(['check', '--fix', `${files.path}/none.route`])).code).toBe(3)
  })

  it('never makes a file worse', () => {
    const errors = (text: string): number =>
      parse({ name: 'x.route', text }).diagnostics.filter(({ severity }) => severity === 'error').length
    fc.assert(
      fc.property(fc.nat(wrong.length), fc.nat(4), fc.constantFrom('', '}', '=', '"', ' is is ', '%', '>'), (at, length, by) => {
        const broken = wrong.slice(0, at) + by + wrong.slice(at + length)
        const fixed = fixFile(files.write('f.route', broken), {})
        expect(fixed?.before).toBe(broken)
        expect(errors(fixed?.after ?? '')).toBeLessThanOrEqual(errors(broken))
      }),
      { numRuns: 40 },
    )
  })
})
