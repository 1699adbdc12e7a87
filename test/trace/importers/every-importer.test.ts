import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { importers } from '../../../src/trace/importers/index.ts'
import { importLogFiles } from '../../support/import-logs.ts'
import type { ImportOptions } from '../../../src/trace/importers/importer.ts'

/** A file name that each format takes. */
const nameOf: ReadonlyMap<string, string> = new Map([
  ['claude-code', 'a.jsonl'],
  ['codex', 'a.jsonl'],
  ['mini-swe-agent', 'a.traj.json'],
  ['swe-agent', 'a.traj'],
  ['azure', 'a.csv'],
  ['burstgpt', 'a.csv'],
  ['mooncake', 'a.jsonl'],
  ['table', 'a.csv'],
])
const options: ImportOptions = {
  mapping: { mapping: 1, columns: { id: 'a', input: 'b', start: { name: 'TIMESTAMP', unit: 'iso' } } },
}

const word = fc.constantFrom(
  '__proto__', 'constructor', 'id', 'type', 'payload', 'data', 'messages', 'trajectory', 'requests', 'usage',
  'usageDetails', 'attributes', 'resourceSpans', 'scopeSpans', 'spans', 'startTime', 'hash_ids', 'input_length',
  'response', 'metadata', 'event.name', 'llm_metrics', 'token_usages', 'source', 'request_id', 'ai_model',
)
const leaf = fc.oneof(
  fc.constantFrom(null, true, -1, 0, 1, 2 ** 60, 1e308, '', 'x', '2026-01-01T00:00:00Z', '\u001b[2J', 'GENERATION', 'assistant'),
  fc.string(),
  word,
)
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(word, tie('value'), { maxKeys: 5 }),
  ),
}))
const line = fc.oneof(
  value.map((one) => JSON.stringify(one)),
  value.map((one) => JSON.stringify(one, null, 2)),
  value.map((one) => JSON.stringify(one).slice(0, -1)),
  fc.constantFrom('', '  ', '{', '}', '[', ']', '"', 'a,b', 'a,b,TIMESTAMP', '1,2,2026-01-01 00:00:00', '"a"b"', 'TIMESTAMP,ContextTokens,GeneratedTokens'),
)

describe.for(importers)('$format', (importer) => {
  it('accounts for every line of anything, and writes only what a replay takes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 6 }), fc.boolean(), async (lines, ended) => {
        const name = nameOf.get(importer.format) ?? 'a.json'
        const text = lines.join('\n') + (ended ? '\n' : '')
        // The helper checks records and lines.
        const { report } = await importLogFiles(importer, { [name]: text }, options)
        expect(report.files + report.ignoredFiles.length).toBe(1)
        const [, ...rest] = text.split('\n')
        const read = text === '' ? 0 : 1 + rest.length - (text.endsWith('\n') ? 1 : 0)
        expect(report.lines.read).toBe(read)
        expect(({} as { x?: unknown }).x).toBeUndefined()
      }),
      { numRuns: 60 },
    )
  })

  it('reads what lies a hundred thousand deep', async () => {
    const name = nameOf.get(importer.format) ?? 'a.json'
    const deep = (open: string, close: string): string => `${open.repeat(100_000)}1${close.repeat(100_000)}`
    const { calls, report } = await importLogFiles(importer, {
      [name]: `${deep('[', ']')}\n${deep('{"data":', '}')}\n`,
    }, options)
    expect(calls).toEqual([])
    expect(report.lines.read).toBe(2)
  })

  it('reads ten megabytes on a line, and what is no text', async () => {
    const name = nameOf.get(importer.format) ?? 'a.json'
    const long = `{"id":"${'x'.repeat(10_000_000)}"}\n`
    const { calls, report } = await importLogFiles(importer, {
      [name]: long,
      [`b-${name}`]: Uint8Array.from([0x7b, 0xff, 0xfe, 0x7d, 0x0a]),
      [`c-${name}`]: Uint8Array.from([0x00, 0x01]),
    }, options)
    expect(calls).toEqual([])
    expect(report.problems.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(['the line is not UTF-8 text', expect.stringContaining('binary')]),
    )
  })
})
