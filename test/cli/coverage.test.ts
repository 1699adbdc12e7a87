import { writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { afterAll, describe, expect, it } from 'vitest'
import type { Context } from '../../src/cli/context.ts'
import { run } from '../../src/cli/run.ts'
import { plainStyle } from '../../src/report/style.ts'
import { box, reroute, withoutPath } from '../support/command.ts'
import { smallCatalogue } from '../support/policy-of.ts'

const files = box()
afterAll(files.dispose)

const policy = `policy p
${smallCatalogue}
on start {
  rule picture: when images > 0 then use big
  otherwise use small
}
test "a <b> & # c" { user "hi" -> small }
`

describe('reroute test --coverage', () => {
  const file = files.write('a.route', policy)

  it('shows what is missing by name', async () => {
    const { code, out } = await reroute(['test', '--coverage', file])
    expect([code, withoutPath(out, files)]).toMatchInlineSnapshot(`
      [
        0,
        "a.route: 1 test passes, 1 assertion
      coverage: rules 50.0% (1 of 2), condition outcomes 50.0% (1 of 2), boundary sides 50.0% (1 of 2), serving lines none (0 of 0)
        never  rule picture fires
        never  rule picture: \`images > 0\` is true
        never  rule picture: \`images > 0\` just above 0
      ",
      ]
    `)
  })

  it('fails below a threshold, and passes at it', async () => {
    const low = await reroute(['test', '--min-rules', '51', '--min-conditions', '50%', file])
    expect([low.code, withoutPath(low.err, files)]).toEqual([1, 'coverage: a.route: 1 of 2 rules, at least 51% are asked for\n'])
    expect((await reroute(['test', '--min-rules', '50', '--min-boundaries', '50', file])).code).toBe(0)
    expect((await reroute(['test', '--min-rules', '101', file])).code).toBe(2)
  })

  it('gives the same as data, with the tests that are missing', async () => {
    const { out } = await reroute(['test', '--suggest', '--format', 'json', file])
    expect(JSON.parse(out)).toMatchObject({
      files: [
        {
          coverage: { rules: { covered: 1, of: 2 }, conditionOutcomes: [{ condition: 'images > 0', false: 1, true: 0 }] },
          suggestions: {
            suggestions: [{ text: 'test "rule picture fires" {\n  user "go on" with { images 1 } -> big by picture\n}\n' }],
            notFound: [],
          },
        },
      ],
    })
  })

  it('suggests what can be copied', async () => {
    const { out } = await reroute(['test', '--suggest', file])
    const start = out.indexOf('// covers')
    const tests = out.slice(start, out.indexOf('1 test suggested'))
    const whole = files.write('whole.route', `${policy}\n${tests}`)
    expect((await reroute(['test', '--min-rules', '100', '--min-conditions', '100', '--min-boundaries', '100', whole])).code).toBe(0)
  })
})

describe('formats for continuous integration', () => {
  const file = files.write('b.route', `${policy}test "fails" { user "hi" -> big }\n`)

  it('are JUnit', async () => {
    const { code, out } = await reroute(['test', '--format', 'junit', file])
    expect([code, withoutPath(out, files)]).toMatchInlineSnapshot(`
      [
        1,
        "<?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="reroute" tests="2" failures="1" errors="0">
        <testsuite name="b.route" tests="2" failures="1" errors="0">
          <testcase classname="b.route" name="a &lt;b&gt; &amp; # c" file="b.route" line="39" assertions="1"/>
          <testcase classname="b.route" name="fails" file="b.route" line="40" assertions="1">
            <failure message="expected -&gt; big, got -&gt; small at south by otherwise">b.route:40:26</failure>
          </testcase>
        </testsuite>
      </testsuites>
      ",
      ]
    `)
  })

  it('are TAP', async () => {
    const { code, out } = await reroute(['test', '--format', 'tap', file])
    expect([code, withoutPath(out, files)]).toMatchInlineSnapshot(`
      [
        1,
        "TAP version 14
      1..2
      ok 1 - b.route: a <b> & \\# c
      not ok 2 - b.route: fails
        ---
        expected: "-> big"
        got: "-> small at south by otherwise"
        at: "b.route:40:26"
        ...
      ",
      ]
    `)
  })
})

describe('reroute mutate', () => {
  const file = files.write('c.route', policy)

  it('shows survivors with their places', async () => {
    const { code, out } = await reroute(['mutate', file])
    expect([code, withoutPath(out, files)]).toMatchInlineSnapshot(`
      [
        0,
        "c.route: mutation score 60.0%, 3 of 5 mutants killed
        survives  rule picture, move threshold: \`images > 0\` becomes \`images > 1\`
                  --> c.route:36:22
        survives  rule picture, change target: \`big\` becomes \`mid\`
                  --> c.route:36:3
      ",
      ]
    `)
  })

  it('fails below a score, and gives data', async () => {
    const { code, out, err } = await reroute(['mutate', '--min-score', '80', '--format', 'json', file])
    expect(code).toBe(1)
    expect(withoutPath(err, files)).toContain('at least 80% are asked for')
    expect(JSON.parse(out)).toMatchObject({ schemaVersion: 1, files: [{ equivalent: 0 }] })
  })

  it('needs tests', async () => {
    expect((await reroute(['mutate', files.write('d.route', 'policy p\non start { otherwise stop "never" }\n')])).code).toBe(3)
  })
})

describe('reroute test --watch', () => {
  it('runs again when a file changes, until it is interrupted', async () => {
    const file = files.write('watched/e.route', policy)
    const seen: string[] = []
    let interrupt = (): void => {}
    let heard = (): void => {}
    const until = async (text: string): Promise<void> => {
      while (!seen.join('').includes(text)) await new Promise<void>((resolve) => (heard = resolve))
    }
    const hear = (text: string): void => {
      seen.push(text)
      heard()
    }
    const context: Context = {
      out: async (text) => hear(text),
      note: hear,
      style: plainStyle,
      noteStyle: plainStyle,
      width: 100,
      showProgress: false,
      stdin: Readable.from([]),
      onInterrupt: (clean) => {
        interrupt = clean
        return () => {}
      },
    }
    const ended = run(['test', '--watch', file], context)
    await until('watching 1 file')
    await new Promise((resolve) => setTimeout(resolve, 50))
    writeFileSync(file, policy.replace('-> small }', '-> big }'))
    await until('fails')
    await new Promise((resolve) => setTimeout(resolve, 50))
    interrupt()
    expect(await ended).toBe(130)
  })

  it('is for terminals', async () => {
    expect((await reroute(['test', '--watch', '--format', 'tap', files.write('f.route', policy)])).code).toBe(2)
  })
})
