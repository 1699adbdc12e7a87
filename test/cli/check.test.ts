import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { registry } from '../../src/language/registry.ts'
import { box, reroute, withoutPath } from '../support/command.ts'
import { sarifErrors, schemaErrors } from '../support/schema.ts'

const files = box()
afterAll(files.dispose)

const policies = join(import.meta.dirname, '..', '..', 'policies')

function catalogue(model: string): string {
  return `provider p {
  region us
}

model ${model} {
  accepts [text]
  context 200k tokens
  served-by [p]
  price per 1M tokens {
    input $1
    output $5
  }
}
`
}

function policy(body: string): string {
  return `policy mine\n\n${catalogue('m')}\n${body}`
}

describe('reroute check', () => {
  it('finds nothing in what is shipped', async () => {
    const shipped = readdirSync(policies).filter((name) => name.endsWith('.route'))
    const ran = await reroute(['check', '--strict', ...shipped.map((name) => join(policies, name))])
    expect([ran.code, ran.err]).toEqual([0, ''])
    expect(ran.out.trim().split('\n').map((line) => line.replace(/.*\/|:.*/g, ''))).toEqual(shipped)
  })

  it('shows every error at once, with code, place and remedy', async () => {
    const file = files.write(
      'wrong.route',
      policy(`setting limit = 1.7 from 0.0 to 1.0

on start {
  rule big:
    when context.lenght >= 10k tokens
    then use n
  otherwise use m
}
`),
    )
    const { code, out, err } = await reroute(['check', file])
    expect([code, err]).toEqual([1, ''])
    await expect(withoutPath(out, files)).toMatchFileSnapshot('goldens/check-wrong.txt')
  })

  it('gives the same as data', async () => {
    const { code, out } = await reroute(['check', '--format', 'json', join(files.path, 'wrong.route')])
    expect(code).toBe(1)
    const data: unknown = JSON.parse(out)
    expect(schemaErrors('diagnostics-1', data)).toEqual([])
    expect(data).toMatchObject({ diagnostics: [{ line: 17, column: 17 }, {}, {}] })
  })

  it('gives the same as SARIF, which its published schema allows', async () => {
    const { code, out } = await reroute(['check', '--format', 'sarif', join(files.path, 'wrong.route')])
    expect(code).toBe(1)
    const log = JSON.parse(out) as { runs: { results: object[]; tool: { driver: { rules: { id: string }[] } } }[] }
    expect(sarifErrors(log)).toEqual([])
    expect(sarifErrors({ ...log, runs: [{ results: [{ level: 'bad' }] }] })).not.toEqual([])
    expect(log.runs[0]?.results).toMatchObject([
      { ruleId: 'RT0213', level: 'error' },
      { ruleId: 'RT0201', locations: [{ physicalLocation: { region: { startLine: 21, startColumn: 10 } } }] },
      { ruleId: 'RT0201' },
    ])
    expect(log.runs[0]?.tool.driver.rules.map(({ id }) => id)).toEqual(registry.map(({ code }) => code))
  })

  it('gives the same as annotations of a pull request, one line each', async () => {
    const { out } = await reroute(['check', '--format', 'github', join(files.path, 'wrong.route')])
    const lines = withoutPath(out, files).trimEnd().split('\n')
    expect(lines).toHaveLength(3)
    expect(lines[1]).toMatch(
      /^::error file=wrong\.route,line=21,endLine=21,col=10,endColumn=24,title=RT0201 [^:,]*::nothing is named `context\.lenght`; did you mean `context\.length`\?$/,
    )
  })

  it('takes `__proto__` for a name that is not allowed, wherever it stands', async () => {
    for (const text of [`policy mine\n\n${catalogue('__proto__')}`, policy('pool __proto__ = [m]\n')]) {
      const { code, out } = await reroute(['check', files.write('proto.route', text)])
      expect(code).toBe(1)
      expect(out).toContain('error RT0108')
    }
  })

  it('keeps to --max-errors and says how many are left', async () => {
    const { out } = await reroute(['check', '--max-errors', '1', join(files.path, 'wrong.route')])
    expect(out.match(/^error RT/gm)).toHaveLength(1)
    expect(out).toContain('3 errors, 2 of them not shown (--max-errors)')
  })

  it.each([
    ['a missing file', () => join(files.path, 'nowhere.route'), 'there is no file'],
    ['a directory', () => files.path, 'is a directory, expected a `.route` file'],
    ['a binary file', () => files.write('binary.route', new Uint8Array([112, 0, 1])), 'got a binary file'],
    ['bytes that are no text', () => files.write('latin.route', new Uint8Array([0xe9, 0x28])), 'no UTF-8'],
    ['a file that is too large', () => files.write('large.route', 'a'.repeat(1_000_001)), 'larger than'],
  ])('says what is wrong with %s', async (_, path, message) => {
    const ran = await reroute(['check', path()])
    expect([ran.code, ran.out]).toEqual([3, ''])
    expect(ran.err).toContain(message)
    expect(ran.err.split('\n')).toHaveLength(3)
  })

  it('says what an empty file is missing', async () => {
    const { code, out } = await reroute(['check', files.write('empty.route', '')])
    expect(code).toBe(1)
    expect(out).toContain('error RT0010: the file declares nothing')
  })
})
