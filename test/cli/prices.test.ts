import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse } from '../../src/language/parser.ts'
import { format } from '../../src/language/format.ts'
import { loadPolicyText } from '../../src/policy/load.ts'
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
      expect(policy.models).toHaveLength(2_716)
      const rows = new Map(
        Object.entries({
          input_cost_per_token: 'input',
          output_cost_per_token: 'output',
          output_cost_per_reasoning_token: 'reasoning',
          cache_read_input_token_cost: 'cache-read',
          cache_creation_input_token_cost: 'cache-write-5min',
          cache_creation_input_token_cost_above_1hr: 'cache-write-1h',
          input_cost_per_audio_token: 'audio-input',
          output_cost_per_audio_token: 'audio-output',
          input_cost_per_image_token: 'image-input',
          output_cost_per_image_token: 'image-output',
          output_cost_per_image: 'generated-image',
        } as const),
      )
      const checked = { prices: 0, wrong: [] as string[] }
      for (const [path, day] of [[oldList, '2025-11-01'], [newList, '2026-08-01']] as const) {
        const entries = JSON.parse(readFileSync(path ?? '', 'utf8')) as { [key: string]: { [field: string]: unknown } }
        for (const [key, entry] of Object.entries(entries)) {
          const model = modelNamed(policy, canonicalModel(policy, key))
          if (model === undefined) continue
          for (const [field, price] of Object.entries(entry)) {
            const [tail = '', thousands = '0', tier] = /(?:_above_(\d+)k_tokens)?(?:_(flex|priority|batches))?$/.exec(field) ?? []
            const row = rows.get(tail === '' ? field : field.slice(0, -tail.length))
            if (row === undefined || typeof price !== 'number') continue
            const card = priceCard(model.prices, {
              nowMicros: Date.parse(day) * 1_000,
              promptTokens: Number(thousands) * 1_000 + 1,
              serviceTier: tier === 'batches' ? 'batch' : tier,
            })
            // `toFixed` is exact: twelve places of a double of this size.
            const listed = BigInt(price.toFixed(12).replace('.', ''))
            checked.prices += 1
            if (card?.picoUsd[row] !== listed) checked.wrong.push(`${day} ${key} ${field}`)
          }
        }
      }
      // Two have half a pico-dollar, which goes to the even one here; one entry was in another unit on
      // the first day, and is taken from the second list alone.
      expect(checked.wrong).toEqual([
        '2025-11-01 gemini-1.5-flash-exp-0827 output_cost_per_token',
        '2025-11-01 gemini-1.5-flash-preview-0514 output_cost_per_token',
        '2025-11-01 wandb/moonshotai/Kimi-K2-Instruct input_cost_per_token',
        '2025-11-01 wandb/moonshotai/Kimi-K2-Instruct output_cost_per_token',
      ])
      expect(checked.prices).toBeGreaterThan(11_000)
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
    // All of it would be larger than any policy file may be: it goes into two, if it goes into files.
    const whole = join(files.path, 'whole.route')
    const run = await reroute([...words, '-o', whole, '--format', 'json'])
    expect(JSON.parse(run.out)).toMatchObject({
      models: 4_716,
      parts: ['whole.2.route'],
      priceFields: { said: 12_024, all: 12_025 },
      unsaid: [{ field: 'cost.citation', models: 1 }],
    })
    const texts = [whole, join(files.path, 'whole.2.route')].map((path) => readFileSync(path, 'utf8'))
    const [first = '', second = ''] = texts
    expect(first).toContain('\nimport "whole.2.route"\n')
    const { policy } = loadPolicyText('whole.route', first, new Map([['whole.2.route', second]]))
    expect(policy?.models).toHaveLength(4_716)
    for (const text of texts) expect(format(parse({ name: 'c.route', text }).file)).toBe(text)
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
    const named: { readonly [name: string]: string } = {
      'gemini-3-flash': 'gemini/gemini-3-flash-preview',
      'gemini-3-pro': 'gemini/gemini-3-pro-preview',
      'gemini-3.1-pro': 'gemini/gemini-3.1-pro-preview',
      'deepseek-v4-pro': 'deepseek/deepseek-v4-pro',
      'deepseek-v4-flash': 'deepseek/deepseek-v4-flash',
    }
    const fields = {
      input: 'input_cost_per_token',
      output: 'output_cost_per_token',
      'cache-read': 'cache_read_input_token_cost',
      'cache-write-5min': 'cache_creation_input_token_cost',
      'cache-write-1h': 'cache_creation_input_token_cost_above_1hr',
      'audio-input': 'input_cost_per_audio_token',
      'web-search': 'search_context_cost_per_query',
    }
    const compared = policyOf(text).models.flatMap(({ name, prices }) =>
      prices.flatMap(({ aboveTokens, serviceTier, picoUsd }) => {
        const entry = entries[named[name] ?? name]
        const fast = (entry?.['provider_specific_entry'] as { readonly fast?: number } | undefined)?.fast
        const size = aboveTokens === 0 ? '' : `_above_${aboveTokens / 1_000}k_tokens`
        const tier = serviceTier === null || serviceTier === 'fast' ? '' : `_${serviceTier === 'batch' ? 'batches' : serviceTier}`
        return Object.entries(fields).flatMap(([bucket, field]) => {
          const isSearch = bucket === 'web-search'
          const value = entry?.[isSearch ? field : field + size + tier]
          const price = isSearch ? (value as { readonly search_context_size_medium?: number } | undefined)?.search_context_size_medium : value
          if (typeof price !== 'number' || price === 0) return []
          const times = serviceTier === 'fast' && !isSearch ? BigInt(fast ?? 0) : 1n
          const listed = BigInt(price.toFixed(12).replace('.', '')) * times
          return [[`${name} ${bucket}${size}${tier}`, picoUsd[bucket as keyof typeof picoUsd], listed] as const]
        })
      }),
    )
    expect(compared.filter(([, own, listed]) => own !== listed)).toEqual([
      // The list rounds it to the cent of a million tokens.
      ['gpt-5.4 cache-read_flex', 125_000n, 130_000n],
    ])
    expect(compared.length).toBeGreaterThan(140)
  })
})
