import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import type { AuditResult } from '../../src/analysis/audit/result.ts'
import { billed } from '../support/audited.ts'
import { box, reroute, withoutPath } from '../support/command.ts'
import { schemaErrors } from '../support/schema.ts'

const files = box()
afterAll(files.dispose)

const june = Date.parse('2026-06-15T09:00:00Z') * 1_000

/** So many calls whose bill is this share, in hundredths, of $5, $25 and $0.50 a million. */
function trace(name: string, shares: readonly (bigint | undefined)[]): string {
  const calls = shares.map((share, index) => {
    const usage = {
      uncachedInput: 1_000 + 100 * index,
      cacheRead: 9_000 + 220 * index * index,
      output: 100 + ((60 * index) % 260),
    }
    const price =
      usage.uncachedInput * 5_000_000 + usage.cacheRead * 500_000 + usage.output * 25_000_000
    const bill = share === undefined ? undefined : (BigInt(price) * share) / 100n
    return billed('claude-opus-4-7', usage, bill, { startMicros: june, call: index + 1 })
  })
  const records = [{ record: 'session', schema: 1, session: 's' }, ...calls]
  return files.write(name, `${records.map((record) => JSON.stringify(record)).join('\n')}\n`)
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}

describe('reroute audit', () => {
  const good = trace('good.jsonl', [100n, 100n, undefined])
  const discounted = trace('discounted.jsonl', [75n, 75n, 75n, 75n])

  it('passes where every bill matches', async () => {
    const { code, out } = await reroute(['audit', good])
    expect(code).toBe(0)
    expect(out).toContain('2 bills of 3 calls: 100% match to the last digit')
    expect(out).toContain('1 call; by these prices at least $0.0164')
    expect(out).toContain('prices: the shipped catalogue (1 model of this trace)')
  })

  it('prints JSON by its schema, and no path but those that were given', async () => {
    const { code, out } = await reroute(['audit', discounted, '--format', 'json'])
    expect(code).toBe(1)
    const found = JSON.parse(out) as AuditResult
    expect(schemaErrors('audit-1', found)).toEqual([])
    expect(found).toMatchObject({
      exact: 0,
      unmatched: 4,
      unbilled: 0,
      estimates: { exact: 0, unmatched: 0 },
    })
    expect(found.causes.map(({ cause, calls }) => [cause, calls])).toEqual([['uniform-factor', 4]])
  })

  it('lays a contract over the catalogue, and names it', async () => {
    const contract = files.write(
      'contract.route',
      'override model claude-opus-4-7 {\n  price per 1M tokens { input $3.75 output $18.75 cache-read 0.10x }\n}\n',
    )
    const { code, out } = await reroute(['audit', discounted, '--prices', contract])
    expect(code).toBe(0)
    expect(oneLine(withoutPath(out, files))).toContain(
      'prices: the shipped catalogue (0 models of this trace), then contract.route (1 model of this trace)',
    )
  })

  it('lays committed-use rates over a contract, and names whose prices each figure is of', async () => {
    const contract = files.write(
      'contract.route',
      `override model claude-opus-4-7 { price per 1M tokens { input $4.25 output $21.25 cache-read 0.10x } }
       override model claude-sonnet-4-6 { price per 1M tokens { input $2.55 output $12.75 cache-read 0.10x } }\n`,
    )
    const committed = files.write(
      'committed.route',
      `override model claude-opus-4-7 {
         price per 1M tokens { input $4.25 output $21.25 cache-read 0.10x }
         price per 1M tokens from 2026-06-01 { input $2.50 output $12.50 cache-read 0.10x }
       }\n`,
    )
    const usage = { uncachedInput: 1_000, output: 500 }
    const may = june - 30 * 86_400_000_000
    const lines = [
      { record: 'session', schema: 1, session: 's' },
      billed('claude-opus-4-7', usage, 1_000n * 2_500_000n + 500n * 12_500_000n, { startMicros: june, call: 1 }),
      billed('claude-opus-4-7', usage, 1_000n * 4_250_000n + 500n * 21_250_000n, { startMicros: may, call: 2 }),
      billed('claude-sonnet-4-6', usage, 1_000n * 2_550_000n + 500n * 12_750_000n, { startMicros: june, call: 3 }),
      billed('claude-haiku-4-5', usage, 1_000n * 1_000_000n + 500n * 5_000_000n, { startMicros: june, call: 4 }),
    ]
    const mixed = files.write('mixed.jsonl', lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    const words = ['audit', mixed, '--prices', contract, '--prices', committed]
    const { code, out } = await reroute([...words, '--format', 'json'])
    const found = JSON.parse(withoutPath(out, files)) as AuditResult
    expect(code).toBe(0)
    expect(found.exact).toBe(4)
    expect(found.perModel.map(({ model, priceLayer }) => [model, priceLayer])).toEqual([
      ['claude-haiku-4-5', 'the shipped catalogue'],
      ['claude-opus-4-7', 'committed.route'],
      ['claude-sonnet-4-6', 'contract.route'],
    ])
    const screen = oneLine(withoutPath((await reroute(words)).out, files))
    expect(screen).toContain('billed $0.0236, priced $0.0236 by committed.route')
    expect(screen).toContain('billed $0.0089, priced $0.0089 by contract.route')
    expect(screen).toContain('billed $0.0035, priced $0.0035 by the shipped catalogue')
  })

  it('takes its own suggestion as a contract', async () => {
    const { out } = await reroute(['audit', discounted, '--format', 'json'])
    const [cause] = (JSON.parse(out) as AuditResult).causes
    const contract = files.write('suggested.route', cause?.suggestion ?? '')
    expect(await reroute(['audit', discounted, '--prices', contract])).toMatchObject({ code: 0 })
  })

  it('explains what does not match', async () => {
    const { code, out } = await reroute(['audit', discounted])
    expect(code).toBe(1)
    expect(out).toContain('Why they do not match')
    expect(oneLine(out)).toContain('4 bills of `claude-opus-4-7`')
    expect(oneLine(out)).toContain('every price times 3/4')
    expect(out).toContain('override model claude-opus-4-7 {')
  })

  it('claims no agreement of sums where no model has a price', async () => {
    const calls = [undefined, 1_000_000n].map((bill, at) =>
      billed('nobody-knows-it', { uncachedInput: 10, cacheRead: 0, output: 5 }, bill, { startMicros: june, call: at + 1 }),
    )
    const records = [{ record: 'session', schema: 1, session: 's' }, ...calls]
    const { out } = await reroute(['audit', files.write('unpriced.jsonl', `${records.map((record) => JSON.stringify(record)).join('\n')}\n`)])
    expect(oneLine(out)).toContain('1 not matched')
    expect(out).not.toMatch(/no difference|by these prices/)
  })

  it('cannot decide without a cost, and refuses what is no price', async () => {
    expect(await reroute(['audit', trace('none.jsonl', [undefined])])).toMatchObject({ code: 4 })
    const wrong = files.write(
      'wrong.route',
      'override model nobody {\n  price per 1M tokens { input $1 output $2 }\n}\n',
    )
    const { code, err } = await reroute(['audit', good, '--prices', wrong])
    expect(code).toBe(3)
    expect(err).toContain('nobody')
    expect(await reroute(['audit', good, '--tolerance', 'much'])).toMatchObject({ code: 2 })
    expect(await reroute(['audit', files.write('empty.jsonl', '')])).toMatchObject({ code: 3 })
  })

  it('names every cause in its schema', () => {
    const source = readFileSync(
      new URL('../../src/analysis/audit/cause.ts', import.meta.url),
      'utf8',
    )
    const ids = [...source.matchAll(/^ {2}\| '([a-z-]+)'/gm)].map(([, id]) => id)
    const schema = JSON.parse(
      readFileSync(new URL('../../docs/schemas/audit-1.schema.json', import.meta.url), 'utf8'),
    ) as {
      $defs: { cause: { properties: { cause: { enum: string[] } } } }
    }
    expect(schema.$defs.cause.properties.cause.enum).toEqual(ids)
  })

  it('compares the model of caches with the logged buckets', async () => {
    const { code, out } = await reroute(['audit', 'traces/claude-code-calls.jsonl.gz', '--caches'])
    expect(code).toBe(0)
    for (const line of [/hit rate +modelled \d+\.\d% \(.*\) of prompt tokens; logged 9\d\.\d%/, /this model +.* in the middle session/, /expiry +[+−]/]) {
      expect(out).toMatch(line)
    }
    const json = await reroute(['audit', 'traces/claude-code-calls.jsonl.gz', '--caches', '--seed', '1', '--format', 'json'])
    expect(schemaErrors('cache-audit-1', JSON.parse(json.out))).toEqual([])
    // A replay takes what was fitted, and nothing else.
    const fitted = files.write('caches.json', json.out)
    const own = await reroute(['replay', 'policies/always-cheapest.route', 'traces/weka.jsonl.gz', '--caches', fitted, '--no-gate'])
    const usual = await reroute(['replay', 'policies/always-cheapest.route', 'traces/weka.jsonl.gz', '--no-gate'])
    expect([own.code, usual.code]).toEqual([0, 0])
    expect(own.out).not.toBe(usual.out)
    const wrong = await reroute(['replay', 'policies/always-cheapest.route', 'traces/weka.jsonl.gz', '--caches', 'package.json'])
    expect([wrong.code, wrong.err]).toEqual([3, expect.stringContaining('`schemaVersion`: missing')])
  })

  it('does not compare caches where there are none, or one session only', async () => {
    expect((await reroute(['audit', trace('one.jsonl', [100n]), '--caches'])).code).toBe(4)
    const unknown = files.write('unknown.jsonl', `${JSON.stringify(billed('gpt-nobody', { uncachedInput: 5 }, undefined))}\n`)
    expect((await reroute(['audit', unknown, '--caches'])).code).toBe(3)
  })
})

describe('reroute audit --totals', () => {
  const header = { record: 'session', schema: 1, session: 's' }
  const call = { ...billed('claude-opus-4-7', { uncachedInput: 1_000 }, undefined), session: 's' }
  const trace = files.write('runs.jsonl', [header, call].map((record) => `${JSON.stringify(record)}\n`).join(''))
  const audit = (csv: string, ...more: readonly string[]): ReturnType<typeof reroute> =>
    reroute(['audit', trace, '--totals', files.write('runs.csv', csv), ...more])

  it('counts the calls of a run as estimates', async () => {
    const { code, out } = await audit('session,cost_usd\ns,0.005\n')
    expect(code).toBe(0)
    expect(out).toContain('1 exact, 0 within tolerance, 0 not matched')
    expect(out).toContain('1 for 1 call without a cost of their own')
  })

  it.each([
    ['a,b\ns,1\n', [], 'there is no column `session`, but `a`, `b`'],
    ['session,cost_usd\ns,1\ns,2\n', [], '`s` has two totals'],
    ['session,cost_usd\ns,free\n', [], 'got `free`, expected dollars'],
  ])('refuses %j', async (csv, more, message) => {
    const { code, err } = await audit(csv, ...more)
    expect(code).toBe(3)
    expect(err).toContain(message)
  })

  it('needs the file that its columns are of', async () => {
    const { code, err } = await reroute(['audit', trace, '--totals-columns', 'a,b'])
    expect(code).toBe(2)
    expect(err).toContain('`--totals-columns` is for `--totals`')
    expect((await audit('a,b\ns,1\n', '--totals-columns', 'a')).code).toBe(2)
  })
})
