import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from '../../src/language/parser.ts'
import { format } from '../../src/language/format.ts'
import { priceCard, canonicalModel, modelNamed } from '../../src/policy/catalogue-queries.ts'
import { billed } from '../support/audited.ts'
import { box, reroute } from '../support/command.ts'
import { policyOf } from '../support/policy-of.ts'
import { sharedData } from '../support/shared-data.ts'

const files = box()
afterAll(files.dispose)

const entry = { litellm_provider: 'acme', input_cost_per_token: 4e-6, output_cost_per_token: 8e-6 }
const before = files.write(
  'prices.2025-10-23.json',
  JSON.stringify({ sample_spec: {}, m: entry, n: entry }),
)
const after = files.write(
  'prices.2026-07-24.json',
  JSON.stringify({ m: { ...entry, input_cost_per_token: 2e-6 }, n: entry }),
)

describe('reroute prices import', () => {
  it('writes a catalogue with a history, in whatever order the lists are named', async () => {
    const output = join(files.path, 'catalogue.route')
    const { code, out } = await reroute([
      'prices',
      'import',
      'litellm',
      after,
      before,
      '-o',
      output,
    ])
    expect(code).toBe(0)
    expect(out).toContain('2 models to ')
    expect(out).toContain('1 model changed price')
    const text = readFileSync(output, 'utf8')
    expect(text).toContain('price per 1M tokens from 2026-07-24 {')
    expect(format(parse({ name: 'c.route', text }).file)).toBe(text)
    expect(await reroute(['check', output])).toMatchObject({ code: 0 })
  })

  it('writes what an audit takes, which finds the price before the cut', async () => {
    const output = join(files.path, 'audited.route')
    await reroute(['prices', 'import', 'litellm', before, after, '-o', output])
    const startMicros = Date.parse('2026-08-01T00:00:00Z') * 1_000
    const call = billed(
      'm',
      { uncachedInput: 1_001, output: 77 },
      1_001n * 4_000_000n + 77n * 8_000_000n,
      { startMicros },
    )
    const header = { record: 'session', schema: 1, session: 's' }
    const trace = files.write('t.jsonl', `${JSON.stringify(header)}\n${JSON.stringify(call)}\n`)
    const { code, out } = await reroute(['audit', trace, '--catalog', output])
    expect(code).toBe(1)
    expect(out).toContain('stale-price')
  })

  it('picks models, and prints JSON', async () => {
    const { code, out } = await reroute([
      'prices',
      'import',
      'litellm',
      before,
      '--only',
      'n*',
      '-o',
      join(files.path, 'n.route'),
      '--format',
      'json',
    ])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ schemaVersion: 1, models: 1, changed: 0 })
    const piped = await reroute(['prices', 'import', 'litellm', before, '-o', '-'])
    expect(piped.out).toMatch(/^\/\/\/ Models and prices, imported from litellm\.\n/)
    expect(piped.err).toContain('2 models to -')
  })

  it('refuses what is no list, of an unknown day, or empty, and says what to do', async () => {
    const run = (...words: string[]): Promise<{ code: number; err: string }> =>
      reroute(['prices', 'import', ...words, '-o', '-'])
    const undatedPath = files.write('undated.json', JSON.stringify({ m: entry }))
    expect(await run('litellm', undatedPath, before)).toMatchObject({
      code: 3,
      err: expect.stringContaining('is not known'),
    })
    expect(await run('litellm', files.write('no.json', '{'))).toMatchObject({
      code: 3,
      err: expect.stringContaining('is no JSON'),
    })
    expect(await run('litellm', join(files.path, 'none.json'))).toMatchObject({
      code: 3,
      err: expect.stringContaining('does not exist'),
    })
    expect(await run('litellm', before, '--only', 'zzz')).toMatchObject({
      code: 3,
      err: expect.stringContaining('--only'),
    })
    expect(await run('litellm', before, after, '--date', '2026-01-01')).toMatchObject({ code: 2 })
    expect(await run('litellm', before, '--date', 'today')).toMatchObject({ code: 2 })
    expect(await run('nobody', before)).toMatchObject({ code: 2 })
    expect(await run('models.dev', files.path)).toMatchObject({
      code: 3,
      err: expect.stringContaining('no `.toml` file'),
    })
  })
})

const oldList = sharedData('prices/litellm/model_prices_and_context_window.2025-10-23.json')
const newList = sharedData('prices/litellm/model_prices_and_context_window.2026-07-24.json')
const json = sharedData('prices/models.dev/models.json')
const archive = sharedData('prices/models.dev/providers-and-models-toml.tar.gz')

describe('the real price lists', () => {
  it.runIf(oldList && newList)(
    'of LiteLLM load whole, and hold each price of the list digit by digit',
    async () => {
      const { code, out } = await reroute([
        'prices',
        'import',
        'litellm',
        oldList ?? '',
        newList ?? '',
        '-o',
        '-',
      ])
      expect(code).toBe(0)
      const policy = policyOf(out)
      const entries = JSON.parse(readFileSync(newList ?? '', 'utf8')) as {
        [key: string]: { [field: string]: unknown }
      }
      const fields = [
      ['input_cost_per_token', 'input'],
      ['output_cost_per_token', 'output'],
      ['cache_read_input_token_cost', 'cache-read'],
    ] as const
    const pairs = Object.entries(entries).flatMap(([key, entry]) => {
      const model = modelNamed(policy, canonicalModel(policy, key))
      const card = priceCard(model?.prices ?? [], {
        nowMicros: undefined,
        promptTokens: 1,
        serviceTier: undefined,
      })
      return fields.flatMap(([field, bucket]) => {
        const price = entry[field]
        if (model === undefined || typeof price !== 'number') return []
        // `toFixed` is exact: twelve places of a double of this size.
        const listed = BigInt(price.toFixed(12).replace('.', ''))
        return [{ key, bucket, listed, taken: card?.picoUsd[bucket] }]
      })
    })
    expect(pairs.filter(({ listed, taken }) => listed !== taken)).toEqual([])
    expect(pairs.length).toBeGreaterThan(5_000)
    expect(policy.models).toHaveLength(2_716)
      },
  )

  it.runIf(json)('of models.dev load as JSON', async () => {
    const { code, out } = await reroute([
      'prices',
      'import',
      'models.dev',
      json ?? '',
      '--date',
      '2026-07-02',
      '-o',
      '-',
    ])
    expect(code).toBe(0)
    expect(policyOf(out).models).toHaveLength(361)
  })

  it.runIf(archive)('of models.dev load as TOML', async () => {
    const directory = join(files.path, 'models-dev')
    mkdirSync(directory)
    expect(spawnSync('tar', ['-xzf', archive ?? '', '-C', directory]).status).toBe(0)
    const words = ['prices', 'import', 'models.dev', directory, '--date', '2026-07-02']
    const { code, out } = await reroute([
      ...words,
      '--only',
      'openai/*',
      '--only',
      'anthropic/*',
      '--only',
      'amazon-bedrock/*',
      '-o',
      '-',
    ])
    expect(code).toBe(0)
    expect(policyOf(out).models).toHaveLength(176)
    // All of it would be larger than any policy file may be.
    expect(await reroute([...words, '-o', '-'])).toMatchObject({
      code: 3,
      err: expect.stringContaining('--only'),
    })
  })
})

describe('the shipped catalogue', () => {
  const text = readFileSync(join(import.meta.dirname, '..', '..', 'policies', 'catalog', '2026-06.route'), 'utf8')

  it('names the source of every price', () => {
    const { models } = policyOf(text)
    const sources = [...text.matchAll(/^\/\/\/ Prices: .+\.\nmodel ([\w.-]+) \{/gm)].map(([, name]) => name)
    expect(sources.toSorted()).toEqual(models.map(({ name }) => name).toSorted())
  })

  it.runIf(newList)('has the prices of LiteLLM’s map where that is the source', () => {
    const entries = JSON.parse(readFileSync(newList ?? '', 'utf8')) as { [key: string]: { [field: string]: unknown } }
    const fields = {
      input: 'input_cost_per_token',
      output: 'output_cost_per_token',
      'cache-read': 'cache_read_input_token_cost',
      'cache-write-5min': 'cache_creation_input_token_cost',
      'cache-write-1h': 'cache_creation_input_token_cost_above_1hr',
    }
    const compared = policyOf(text).models.flatMap(({ name, prices }) =>
      prices.flatMap(({ aboveTokens, serviceTier, picoUsd }) =>
        Object.entries(fields).flatMap(([bucket, field]) => {
          const size = aboveTokens === 0 ? '' : `_above_${aboveTokens / 1_000}k_tokens`
          const price = entries[name]?.[field + size]
          // Its tiers are rounded to the cent of a million tokens.
          if (serviceTier !== null || typeof price !== 'number' || price === 0) return []
          const listed = BigInt(price.toFixed(12).replace('.', ''))
          return [[`${name} ${bucket}${size}`, picoUsd[bucket as keyof typeof picoUsd], listed] as const]
        }),
      ),
    )
    expect(compared.filter(([, own, listed]) => own !== listed)).toEqual([])
    expect(compared.length).toBeGreaterThan(50)
  })
})
