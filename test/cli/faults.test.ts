import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { OutageReport } from '../../src/replay/result/failover.ts'
import { readFaults } from '../../src/trace/faults/read-faults.ts'
import { box, reroute } from '../support/command.ts'
import { schemaErrors } from '../support/schema.ts'

const files = box()
afterAll(files.dispose)

const root = join(import.meta.dirname, '..', '..')
const canonical = join(root, 'policies', 'factory-router.route')
const documented = join(root, 'traces', 'factory-session.jsonl')
const header = '{"record":"faults","schema":1}\n'
const opus = '{"record":"fault","id":"first-days","hits":[{"provider":"anthropic"}],"from":"+0s","until":"+10d","error":529}\n'

const shipped = join(root, 'traces', 'faults', 'june.jsonl')

interface Data {
  readonly runId: string
  readonly outcomeHash: string
  readonly totals: { readonly attempts: { readonly total: number; readonly failed: { readonly [name: string]: number } } }
}

async function replay(...more: readonly string[]): Promise<Data> {
  const { out, err } = await reroute(['replay', canonical, documented, '--no-gate', '--format', 'json', ...more])
  expect(err).toBe('')
  return JSON.parse(out) as Data
}

/** Lines of the sessions of the synthetic trace that have a call in one of these half-open spans. */
function sessionsAt(...spans: readonly (readonly [from: string, to: string])[]): string {
  const micros = (text: string): number => Date.parse(text) * 1000
  const lines = readFileSync(join(root, 'traces', 'synthetic.jsonl'), 'utf8').trimEnd().split('\n')
  const records = lines.map((line) => JSON.parse(line) as { readonly session?: string; readonly startMicros?: number })
  const wanted = new Set(
    records
      .filter(({ startMicros = 0 }) => spans.some(([from, to]) => startMicros >= micros(from) && startMicros < micros(to)))
      .map(({ session }) => session),
  )
  return lines.filter((_, at) => wanted.has(records[at]?.session)).join('\n')
}

describe('reroute replay --faults', () => {
  it('is the log’s own errors by default, and with an empty script', async () => {
    const plain = await replay()
    const empty = files.write('empty.jsonl', header)
    expect(await replay('--faults', 'recorded')).toEqual(plain)
    expect(await replay('--faults', empty)).toEqual(plain)
  })

  it('fails what a script says, and is another run', async () => {
    const plain = await replay()
    const scripted = await replay('--faults', files.write('opus.jsonl', header + opus))
    expect(scripted.runId).not.toBe(plain.runId)
    // Each of the two sessions tries anthropic three times, goes to bedrock, and sticks to it.
    expect(scripted.totals.attempts.failed).toEqual({ overloaded: 6 })
    expect(scripted).toEqual(await replay('--faults', files.write('copy.jsonl', header + opus)))
  })

  it('leaves a run alone whose policy it does not touch, and says so', async () => {
    const stray = files.write('stray.jsonl', header + opus.replace('"anthropic"', '"antropic"'))
    const { out, err } = await reroute(['replay', canonical, documented, '--no-gate', '--format', 'json', '--faults', stray])
    expect(err).toMatch(/^note: the fault `first-days` hits no host of `factory-router`; its providers: anthropic, .*\n$/)
    expect((JSON.parse(out) as Data).outcomeHash).toBe((await replay()).outcomeHash)
  })

  it.each<[string, readonly string[], number, string]>([
    ['a file that is not there', ['--faults', 'nowhere'], 3, 'error: `nowhere` does not exist\n  help: name a fault file, or write recorded or none\n'],
    ['a preset that there is not', ['--faults', 'sample:antropic-api'], 2, 'did you mean `anthropic-api`?'],
    ['a directory', ['--faults', root], 3, 'is a directory'],
    ['two that exclude each other', ['--faults', 'none', '--faults', 'recorded'], 2, 'expected one of them'],
    ['a policy', ['--faults', canonical], 3, 'factory-router.route` line 1: not a JSON object\n  help: a fault file has one whole record a line\n'],
  ])('refuses %s', async (_, more, code, message) => {
    const ran = await reroute(['replay', canonical, documented, ...more])
    expect([ran.code, ran.out]).toEqual([code, ''])
    expect(ran.err).toContain(message)
  })

  it('names line and remedy of every mistake in a fault file', async () => {
    const wrong = files.write('wrong.jsonl', header + opus.replace('529', '"overlaoded"') + opus.replace('"+10d"', '"10 days"'))
    const { code, err } = await reroute(['replay', canonical, documented, '--faults', wrong])
    expect(code).toBe(3)
    expect(err).toContain('wrong.jsonl` line 2: `error`: got "overlaoded", expected one of')
    expect(err).toContain('help: did you mean `overloaded`?')
    expect(err).toContain('wrong.jsonl` line 3: `until`: got "10 days", expected an instant')
  })

  it('says what the faults did: on the screen, as data, and in the decision log', async () => {
    // Sessions of the hours in which a provider and its neighbour are out, and of those in which streams die.
    const trace = files.write('hours.jsonl', sessionsAt(['2026-06-17T09:00Z', '2026-06-17T11:30Z'], ['2026-06-20T10:00Z', '2026-06-20T12:00Z']))
    const log = join(files.path, 'log.jsonl')
    const words = ['replay', canonical, trace, '--no-gate', '--faults', shipped, '--log', log]
    const { out } = await reroute(words)
    await expect(out.slice(out.indexOf('Failover'), out.indexOf('How far'))).toMatchFileSnapshot('goldens/replay-faults.txt')
    const data = JSON.parse((await reroute([...words, '--format', 'json', '--sessions'])).out) as { outage: OutageReport }
    expect(schemaErrors('replay-1', data)).toEqual([])
    const { script } = data.outage
    if (script === undefined) throw new Error('a script')
    const { faults, callsHit, servedThere, servedElsewhere, lost } = script
    expect(servedThere + servedElsewhere + lost).toBe(callsHit)
    const rows = readFileSync(log, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as { faults: readonly string[]; end: string })
    const hit = rows.filter((row) => row.faults.length > 0)
    expect(rows.flatMap((row) => schemaErrors('decision-1', row))).toEqual([])
    expect([hit.length, hit.filter((row) => row.end !== 'served').length]).toEqual([callsHit, lost])
    expect(new Set(hit.flatMap((row) => row.faults))).toEqual(new Set(faults.filter((each) => each.attemptsFailed > 0).map((each) => each.id)))
  })

  it('draws incidents over the days of the trace, and says how to keep them', async () => {
    const drawn = await reroute(['replay', canonical, documented, '--no-gate', '--format', 'json', '--seed', '5', '--faults', 'sample:chatgpt@anthropic'])
    expect(drawn.err).toContain('drawn for anthropic:')
    const command = /to keep them: reroute (.*) -o faults\.jsonl/.exec(drawn.err)?.[1]?.split(' ') ?? []
    const kept = join(files.path, 'kept.jsonl')
    expect((await reroute([...command, '-o', kept])).code).toBe(0)
    const pinned = await replay('--seed', '5', '--faults', kept)
    expect(JSON.parse(drawn.out)).toEqual(pinned)
  })

  it('explains a call under the faults that it met', async () => {
    const file = files.write('explained.jsonl', header + opus)
    const words = ['explain', canonical, documented, '--session', 'factory-router', '--call', '18', '--faults', file]
    const { code, out } = await reroute(words)
    expect(code).toBe(0)
    expect(out.replaceAll(/\s+/g, ' ')).toMatch(
      /attempts \+0s to \+0s claude-opus-4-7 at anthropic failed \(overloaded, fault first-days\).* \+0.9s to \+6.9s claude-opus-4-7 at bedrock served/,
    )
  })

  it('refuses one id in two files', async () => {
    const [one, two] = ['one.jsonl', 'two.jsonl'].map((name) => files.write(name, header + opus))
    const { code, err } = await reroute(['replay', canonical, documented, '--faults', one ?? '', '--faults', two ?? ''])
    expect([code, err]).toEqual([3, expect.stringContaining('two.jsonl`: the fault `first-days` is in a file before it, too')])
  })
})

describe('reroute faults', () => {
  it('says what is in a file', async () => {
    const { code, out } = await reroute(['faults', 'check', shipped])
    expect(code).toBe(0)
    expect(out).toContain('june.jsonl: 6 faults')
    expect(out).toContain('us-cloud  2026-06-17T09:00:00Z to 2026-06-17T11:30:00Z  503 unavailable at anthropic, bedrock (one data centre under both)')
  })

  it('says it as data, too', async () => {
    const wrong = files.write('wrong-data.jsonl', header + opus.replace('529', '"overlaoded"'))
    const { code, out, err } = await reroute(['faults', 'check', shipped, wrong, '--format', 'json'])
    const data = JSON.parse(out) as { files: { faults: object[]; problems: { line: number; help: string }[] }[] }
    expect([code, err]).toEqual([3, ''])
    expect(schemaErrors('faults-check-1', data)).toEqual([])
    expect(data.files.map((each) => each.faults.length)).toEqual([6, 0])
    expect(data.files[1]?.problems).toMatchObject([{ line: 2, help: 'did you mean `overloaded`?' }])
  })

  it('shows no control code of a file', async () => {
    const file = files.write('hostile.jsonl', header + opus.replace('"first-days"', '"\\u001b[31mred"').replace('529', '529,"cause":"\\u001b[0m"'))
    const checked = await reroute(['faults', 'check', file])
    expect(checked.code).toBe(0)
    const replayedOn = await reroute(['replay', canonical, documented, '--no-gate', '--faults', file])
    expect(replayedOn.out).toContain('by ')
    expect(checked.out + replayedOn.out + replayedOn.err).not.toContain('\u001b')
  })

  it('draws the same for the same seed and days, as a file that reads back', async () => {
    const words = ['faults', 'sample', 'openai-api', '--from', '2026-06-01', '--until', '2026-07-01']
    const [one, two, other] = [await reroute(words), await reroute(words), await reroute([...words, '--seed', '1'])]
    expect(one.out).toBe(two.out)
    expect(one.out).not.toBe(other.out)
    const file = files.write('june.jsonl', one.out)
    expect((await reroute(['faults', 'check', file])).out).toContain(`${one.out.trimEnd().split('\n').length - 1} faults`)
  })

  it.each<[readonly string[], string]>([
    [['--from', '2026-06-02', '--until', '2026-06-01'], '`--until` is not after `--from`'],
    [['--from', '+0d', '--until', '2026-06-01'], '`--until` is not after `--from`'],
    [['--from', 'today', '--until', '2026-06-01'], 'expected a day such as'],
  ])('refuses %j', async (more, message) => {
    const { code, err } = await reroute(['faults', 'sample', 'chatgpt', ...more])
    expect([code, err]).toEqual([2, expect.stringContaining(message)])
  })
})

describe('docs/faults.md', () => {
  it('shows files that are right', () => {
    const page = readFileSync(join(root, 'docs', 'faults.md'), 'utf8')
    const blocks = [...page.matchAll(/```jsonl\n([^]*?)```/g)].map((found) => found[1] ?? '')
    expect(blocks.map((text) => readFaults(text).ok)).toEqual([true])
  })

  it('names every field of a fault, and no other', () => {
    const page = readFileSync(join(root, 'docs', 'faults.md'), 'utf8')
    const table = page.slice(page.indexOf('| field |'), page.indexOf('### Failure domains'))
    const named = [...table.matchAll(/^\| ([^|]+) \|/gm)].flatMap((row) => [...(row[1] ?? '').matchAll(/`(\w+)`/g)].map((name) => name[1]))
    const schema = JSON.parse(readFileSync(join(root, 'traces', 'schema', 'faults-1.schema.json'), 'utf8')) as {
      readonly $defs: { readonly fault: { readonly properties: object } }
    }
    expect(named.toSorted()).toEqual(Object.keys(schema.$defs.fault.properties).filter((name) => name !== 'record').toSorted())
  })
})
