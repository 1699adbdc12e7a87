import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { box, reroute } from '../support/command.ts'
import { schemaErrors } from '../support/schema.ts'

const files = box()
afterAll(files.dispose)

const root = join(import.meta.dirname, '..', '..')
const canonical = join(root, 'policies', 'factory-router.route')
const documented = join(root, 'traces', 'factory-session.jsonl')
const synthetic = join(root, 'traces', 'synthetic.jsonl')
const documentedText = readFileSync(documented, 'utf8')

const hashes = (out: string): string[] => out.match(/^(run|outcome) [0-9a-f]{64}$/gm) ?? []

describe('reroute replay', () => {
  it('shows the documented session on one screen', async () => {
    const { code, out, err } = await reroute(['replay', canonical, documented])
    expect([code, err]).toEqual([4, ''])
    await expect(out).toMatchFileSnapshot('goldens/replay-documented.txt')
    expect(out.split('\n').length).toBeLessThanOrEqual(45)
    expect((await reroute(['replay', '--no-gate', canonical, documented])).code).toBe(0)
  })

  it('shows another router’s sessions, by model', async () => {
    const { code, out } = await reroute(['replay', canonical, synthetic, '--group-by', 'model'])
    expect(code).toBe(1)
    await expect(out).toMatchFileSnapshot('goldens/replay-synthetic.txt')
  })

  it('says which models had no price yet, and takes their first one where it is asked to', async () => {
    const late = files.write(
      'late.route',
      `policy late
scale tier = [standard]
provider north { region us }
model one { tier standard known-as ["claude-opus-4-7"] served-by [north] price per 1M tokens from 2099-01-01 { input $5 output $25 } }
on start { otherwise use one }
expect cheap: cost <= $25 assuming same-tokens
expect cheap-for-sure: cost <= $25 assuming [same-tokens, first-prices]
`,
    )
    const without = await reroute(['replay', late, synthetic])
    expect(without.out).toContain('no price yet on days of this log, first ones: `one` 2099-01-01: `--first-prices`')
    const { out } = await reroute(['replay', late, synthetic, '--first-prices', '--details'])
    expect(out).not.toContain('no price yet')
    expect(out).toMatch(/first-prices \d/)
    expect(out).toMatch(/`cheap` undecided: .*it turns on first-prices/)
    expect(out).toContain('`cheap-for-sure` fail')
    expect(hashes(out)).not.toEqual(hashes(without.out))
  })

  it('gives equal hashes whatever the order, the files and the packing', async () => {
    const lines = documentedText.trimEnd().split('\n')
    const shuffled = files.write('shuffled.jsonl', `${lines.toReversed().join('\n')}\n`)
    const packed = files.write('packed.jsonl.gz', gzipSync(lines.filter((_, at) => at % 2 === 0).join('\n')))
    const rest = files.write('rest.jsonl', lines.filter((_, at) => at % 2 === 1).join('\n'))
    const once = hashes((await reroute(['replay', canonical, documented])).out)
    expect(once).toHaveLength(2)
    expect(hashes((await reroute(['replay', canonical, shuffled])).out)).toEqual(once)
    expect(hashes((await reroute(['replay', canonical, rest, packed])).out)).toEqual(once)
    expect(hashes((await reroute(['replay', canonical, '-'], documentedText)).out)).toEqual(once)
  })

  it('gives data that its schema describes, and groups that add up to the total', async () => {
    const words = ['replay', canonical, documented, '--format', 'json', '--group-by', 'rule', '--sessions']
    const { out } = await reroute(words)
    const data = JSON.parse(out) as {
      totals: { calls: { recorded: number } }
      groups: { totals: { calls: { recorded: number } } }[]
      steps: unknown
    }
    expect(schemaErrors('replay-1', data)).toEqual([])
    expect(data.groups.reduce((sum, { totals }) => sum + totals.calls.recorded, 0)).toBe(data.totals.calls.recorded)
    expect(data.steps).toEqual([
      { from: 'minimax-m2.7', to: 'claude-opus-4-7', calls: 2, relative: '20x', input: '16.7x', output: '20.8x' },
    ])
  })

  it('writes every decision to a log', async () => {
    const [jsonl, csv] = [join(files.path, 'log.jsonl'), join(files.path, 'log.csv')]
    await reroute(['replay', canonical, documented, '--log', jsonl])
    await reroute(['replay', canonical, documented, '--log', csv])
    const rows = readFileSync(jsonl, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as object)
    expect(rows).toHaveLength(56)
    expect(rows.flatMap((row) => schemaErrors('decision-1', row))).toEqual([])
    expect(rows).toContainEqual(
      expect.objectContaining({ session: 'factory-router-session', call: 1, rule: 'triage', claim: 'observed' }),
    )
    expect(readFileSync(csv, 'utf8').trimEnd().split('\n')).toHaveLength(57)
    expect(statSync(jsonl).mode & 0o077).not.toBe(0)
  })

  it('shows words only when it is asked to', async () => {
    const secret = 'the quick secret'
    const text = documentedText.replace('"user":{"chars":25,', `"user":{"chars":25,"text":"${secret}",`)
    expect(text).toContain(secret)
    const trace = files.write('texts.jsonl', text)
    const log = join(files.path, 'texts.log')
    const outputs = await Promise.all(
      [[], ['--format', 'json', '--sessions'], ['--format', 'csv', '--sessions'], ['--sessions']].map((more) =>
        reroute(['replay', canonical, trace, ...more]),
      ),
    )
    const explained = ['explain', canonical, trace, '--session', 'factory-router-session', '--call', '1']
    for (const format of ['terminal', 'json']) outputs.push(await reroute([...explained, '--format', format]))
    await reroute(['replay', canonical, trace, '--log', log])
    expect(outputs.map(({ out, err }) => out + err).join('') + readFileSync(log, 'utf8')).not.toContain(secret)
    await reroute(['replay', canonical, trace, '--log', log, '--show-text'])
    expect(readFileSync(log, 'utf8')).toContain(secret)
    expect(statSync(log).mode & 0o077).toBe(0)
    expect((await reroute([...explained, '--show-text'])).out).toContain(secret)
  })

  it('counts only what is selected', async () => {
    const sessions = readFileSync(synthetic, 'utf8').split('\n').filter((line) => /"session":"synthetic-0[0-2]\d"/.test(line))
    const some = files.write('some.jsonl', sessions.join('\n'))
    const titles = async (...more: readonly string[]): Promise<string> => {
      const { out } = await reroute(['replay', canonical, some, '--no-gate', ...more])
      return /over [^·]*/.exec(out)?.[0].trim() ?? ''
    }
    const everything = await titles('--since', '2020-01-01', '--until', '2040-01-01T00:00Z')
    expect(everything).toBe(await titles())
    const parts = ['minimax-m2.7', 'kimi-k2.6', 'claude-opus-4-7'].map((model) => ['--where', `model=${model}`])
    const counts = await Promise.all([...parts, parts.flat()].map(async (where) => {
      const title = await titles(...where)
      return Number(/, ([\d,]+) (of|call)/.exec(title)?.[1]?.replace(',', ''))
    }))
    expect(counts.slice(0, 3).every((count) => count > 0)).toBe(true)
    expect(counts[3]).toBe(counts.slice(0, 3).reduce((sum, count) => sum + count, 0))
  })

  it('draws no control and no interval over sessions that are not selected', async () => {
    const { out } = await reroute(['replay', canonical, documented, '--no-gate', '--where', 'session=factory-router-session', '--format', 'json'])
    const { claims } = JSON.parse(out)
    expect(claims.controls.shuffle.sessions).toBe(1)
    expect(claims.delta.sampling[0].clusters).toBe(1)
  })

  it('says that nothing is selected', async () => {
    const { code, err } = await reroute(['replay', canonical, documented, '--until', '2020-01-01'])
    expect(code).toBe(3)
    expect(err).toContain('no call of the trace is selected')
  })

  it.each([
    ['--where', 'modle=x', 'did you mean `model`'],
    ['--where', 'model', 'expected FIELD=VALUE'],
    ['--since', 'yesterday', 'expected a day such as'],
    ['--since', '2026-02-30', 'expected a day such as'],
    ['--group-by', 'colour', 'Allowed choices are'],
    ['--mode', 'sideways', 'Allowed choices are'],
  ])('refuses %s %s', async (option, value, message) => {
    const { code, err } = await reroute(['replay', canonical, documented, option, value])
    expect(code).toBe(2)
    expect(err).toContain(message)
  })

  it('refuses a what-if on a policy that it does not reproduce, unless it is forced', async () => {
    const trace = files.write('other.jsonl', documentedText.replaceAll('"rule":"otherwise"', '"rule":"another"'))
    const log = join(files.path, 'refused.jsonl')
    const refused = await reroute(['replay', canonical, trace, '--log', log])
    expect(refused.code).toBe(1)
    expect(refused.out).toContain('! refused: ')
    expect(refused.out).not.toContain('What it costs')
    expect(() => statSync(log)).toThrow('ENOENT')
    const asData = await reroute(['replay', canonical, trace, '--format', 'json'])
    expect([asData.code, asData.out]).toEqual([1, ''])
    expect((await reroute(['replay', canonical, trace, '--force'])).out).toContain('What it costs')
  })
})

describe('wrong input to a replay', () => {
  const lines = documentedText.trimEnd().split('\n')
  const cut = `${lines.slice(0, 3).join('\n')}\n${(lines[3] ?? '').slice(0, 80)}`

  it('names file, line and reason of a line that is cut off, and goes on', async () => {
    const trace = files.write('cut.jsonl', cut)
    const ran = await reroute(['replay', '--force', canonical, trace])
    expect(ran.out).toContain('1 session, 2 calls')
    expect(ran.err).toContain('1 line of 4 not taken')
    expect(ran.err).toContain('cut.jsonl:4')
    const strict = await reroute(['replay', '--strict', canonical, trace])
    expect([strict.code, strict.out]).toEqual([3, ''])
    expect(strict.err).toContain('cut.jsonl')
  })

  it.each([
    ['a missing file', () => join(files.path, 'nowhere.jsonl'), 'nowhere.jsonl'],
    ['an empty file', () => files.write('empty.jsonl', ''), 'empty'],
    ['a binary file', () => files.write('binary.jsonl', new Uint8Array([0, 1, 2, 3])), 'binary'],
    ['a directory without traces', () => files.write('none/readme.txt', '').replace('/readme.txt', ''), 'none'],
    ['a trace without calls', () => files.write('header.jsonl', `${lines[0] ?? ''}\n`), 'no call'],
  ])('says what is wrong with %s', async (_, path, message) => {
    const { code, out, err } = await reroute(['replay', canonical, path()])
    expect([code, out]).toEqual([3, ''])
    expect(err).toContain(message)
    expect(err).toContain('help: ')
    expect(err).not.toContain('    at ')
  })

  it('says that the log cannot be written', async () => {
    const { code, err } = await reroute(['replay', canonical, documented, '--log', join(files.path, 'nowhere', 'log.csv')])
    expect(code).toBe(3)
    expect(err).toContain('the directory of')
  })

  it('takes `__proto__` and other words of JavaScript for names', async () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const trace = files.write('names.jsonl', documentedText.replaceAll('minimax-m2.7', name).replaceAll('"compilers"', `"${name}"`))
      for (const group of ['model', 'team', 'provider', 'user']) {
        const { code, out, err } = await reroute(['replay', '--force', '--no-gate', canonical, trace, '--group-by', group])
        expect([code, err]).toEqual([0, ''])
        expect(out).toContain(name)
      }
      const { out } = await reroute(['replay', '--force', '--no-gate', canonical, trace, '--group-by', 'model', '--format', 'json'])
      expect((JSON.parse(out) as { groups: { key: string }[] }).groups.map(({ key }) => key)).toContain(name)
    }
  })
})

describe('reroute explain', () => {
  const explain = (...more: readonly string[]): ReturnType<typeof reroute> =>
    reroute(['explain', canonical, documented, ...more])

  it('shows the upgrade of the documented session', async () => {
    const { code, out } = await explain('--session', 'factory-router', '--call', '18')
    expect(code).toBe(0)
    await expect(out).toMatchFileSnapshot('goldens/explain-upgrade.txt')
  })

  it('names what there is when it does not find what is asked for', async () => {
    const noCall = await explain('--session', 'factory-router-session', '--call', '99')
    expect([noCall.code, noCall.err]).toEqual([3, expect.stringContaining('its calls are 1 to')])
    const noSession = await explain('--session', 'factory-ruter-session', '--call', '1')
    expect([noSession.code, noSession.err]).toEqual([3, expect.stringContaining('did you mean `factory-router-session`')])
    const several = await explain('--session', 'factory', '--call', '1')
    expect([several.code, several.err]).toEqual([3, expect.stringContaining('several sessions begin with `factory`')])
  })
})
