import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { box, reroute, withoutPath } from '../support/command.ts'
import { schemaErrors } from '../support/schema.ts'

const files = box()
afterAll(files.dispose)

const blocks = '{"timestamp": 5, "input_length": 4, "output_length": 6, "hash_ids": [0]}\n'
const azure = files.write('one/requests.csv', 'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03,10,2\n')
files.write('one/readme.txt', 'about\n')
files.write('two/requests.csv', readFileSync(azure))
files.write('two/blocks.jsonl', blocks)
// An exporter may put any field into its rows.
const torn = files.write('torn/rows.jsonl', '{"call_type":"acompletion","spend":1,"request_id":"r","request_created_at":"x","delay_ms":1}\n')

describe('reroute import --detect', () => {
  it('names the format of all files that have one', async () => {
    const { code, out, err } = await reroute(['import', '--detect', join(files.path, 'one')])
    expect(code).toBe(0)
    expect(out).toBe('azure: 1 file\nno known format: 1 file (readme.txt)\n')
    expect(withoutPath(err, files)).toBe('next: reroute import azure one -o sessions.jsonl\n')
  })

  it('reads the standard input', async () => {
    const { code, out } = await reroute(['import', '--detect', '-'], blocks)
    expect([code, out]).toEqual([0, 'mooncake: 1 file\n'])
  })

  it('refuses a file that fits two formats', async () => {
    const { code, err } = await reroute(['import', '--detect', torn])
    expect(code).toBe(3)
    expect(withoutPath(err, files)).toContain('`torn/rows.jsonl` fits litellm and helicone')
    expect(err).toContain('help: ')
  })

  it('refuses files of different formats, files of none, and no files', async () => {
    const several = await reroute(['import', '--detect', join(files.path, 'two')])
    expect([several.code, several.err.includes('several formats: azure, mooncake')]).toEqual([3, true])
    const none = await reroute(['import', '--detect', join(files.path, 'one', 'readme.txt')])
    expect([none.code, none.err.includes('no known format in 1 file')]).toEqual([3, true])
    const missing = await reroute(['import', '--detect', join(files.path, 'nowhere')])
    expect([missing.code, missing.err.includes('does not exist')]).toEqual([3, true])
    const nothing = await reroute(['import', '--detect'])
    expect([nothing.code, nothing.err.includes('no path given')]).toEqual([2, true])
  })

  it('gives data', async () => {
    const { out } = await reroute(['import', '--detect', '--format', 'json', azure])
    expect(schemaErrors('detect-1', JSON.parse(out))).toEqual([])
    expect(JSON.parse(out)).toMatchObject({ schemaVersion: 1, format: 'azure', files: [{ formats: ['azure'] }] })
  })
})

describe('reroute import', () => {
  it('reads the standard input', async () => {
    const trace = join(files.path, 'trace.jsonl')
    const { code } = await reroute(['import', 'mooncake', '-', '-o', trace], blocks)
    expect(code).toBe(0)
    expect(readFileSync(trace, 'utf8').trim().split('\n')).toHaveLength(2)
  })
})

describe('reroute import table', () => {
  const calls = files.write('table/calls.csv', 'no,in,out\nc1,5,2\n')
  const mapping = files.write('table/mapping.json', '{"mapping":1,"columns":{"id":"no","input":"in","output":"out"}}')
  const trace = join(files.path, 'table.jsonl')

  it('needs a mapping, which no other format takes', async () => {
    const { code, out } = await reroute(['import', 'table', calls, '--mapping', mapping, '-o', trace])
    expect([code, out.split('\n')[0]]).toEqual([0, '1 file of table'])
    const without = await reroute(['import', 'table', calls, '-o', trace])
    expect([without.code, without.err]).toEqual([2, expect.stringContaining('a table says nothing of what its columns mean')])
    const other = await reroute(['import', 'azure', calls, '--mapping', mapping, '-o', trace])
    expect([other.code, other.err]).toEqual([2, expect.stringContaining('`--mapping` is for tables, not for azure')])
  })

  it('says what is wrong with a mapping', async () => {
    const wrong = files.write('table/wrong.json', '{"mapping":1,"columns":{"tokens":"in"}}')
    const { code, err } = await reroute(['import', 'table', calls, '--mapping', wrong, '-o', trace])
    expect([code, withoutPath(err, files)]).toEqual([3, expect.stringContaining('`table/wrong.json` is no mapping: `columns`: got the field "tokens"')])
  })

  it.each([
    ['https://example.invalid/calls.csv', "curl -fLO 'https://example.invalid/calls.csv'"],
    ['s3://bucket/it\'s.parquet', String.raw`aws s3 cp 's3://bucket/it'\''s.parquet' .`],
    ['GS://bucket/calls.parquet', "gcloud storage cp 'GS://bucket/calls.parquet' ."],
  ])('refuses the address %s with the command that copies it', async (address, command) => {
    const { code, err } = await reroute(['import', 'table', address, '--mapping', mapping, '-o', trace])
    expect([code, err]).toEqual([3, expect.stringContaining(command)])
  })
})

describe('reroute import --resume', () => {
  const row = (id: string): string => `{"request_id":"${id}","call_type":"acompletion","spend":1,"prompt_tokens":5,"model":"m"}\n`
  const trace = join(files.path, 'grown.jsonl')

  it('goes on from the trace of the last import', async () => {
    files.write('grown/a.jsonl', row('1'))
    const words = ['import', 'litellm', join(files.path, 'grown'), '--resume', '-o', trace]
    expect((await reroute(words)).code).toBe(0)
    files.write('grown/b.jsonl', row('2'))
    const { code, out } = await reroute(words)
    expect([code, out]).toEqual([0, expect.stringContaining('1 read, 1 as before')])
    expect(readFileSync(trace, 'utf8').trim().split('\n')).toHaveLength(4)
    const { mtimeMs } = statSync(trace)
    const again = await reroute([...words, '--format', 'json'])
    // Nothing is new: the trace is left alone.
    expect(statSync(trace).mtimeMs).toBe(mtimeMs)
    expect(schemaErrors('import-1', JSON.parse(again.out))).toEqual([])
    expect([again.code, JSON.parse(again.out)]).toMatchObject([
      0,
      { calls: { total: 0 }, resumed: { unchangedFiles: 2, readFiles: 0, grownFiles: 0, continuedFiles: 0, goneFiles: 0, keptRecords: 4 } },
    ])
  })

  it('goes on from either side of the moment when the new trace took the place of the old one', async () => {
    const log = join('killed', 'a.jsonl')
    const output = join(files.path, 'killed.jsonl')
    const words = ['import', 'litellm', join(files.path, 'killed'), '--resume', '-o', output]
    files.write(log, row('1'))
    await reroute(words)
    const [before, traceBefore] = [readFileSync(`${output}.resume.json`, 'utf8'), readFileSync(output, 'utf8')]
    files.write(log, row('1') + row('2'))
    await reroute(words)
    const [after, traceAfter] = [readFileSync(`${output}.resume.json`, 'utf8'), readFileSync(output, 'utf8')]
    for (const written of [traceBefore, traceAfter]) {
      files.write('killed.jsonl', written)
      files.write('killed.jsonl.resume.json', before)
      files.write('killed.jsonl.resume.next.json', after)
      expect(await reroute(words)).toMatchObject({ code: 0, err: '' })
      expect(readFileSync(output, 'utf8')).toBe(traceAfter)
      expect(readFileSync(`${output}.resume.json`, 'utf8')).toBe(after)
    }
  })

  it('says how to begin again where it cannot', async () => {
    files.write('grown/a.jsonl', row('3'))
    const words = ['import', 'litellm', join(files.path, 'grown'), '--resume', '-o', trace]
    const changed = await reroute(words)
    expect([changed.code, withoutPath(changed.err, files)]).toEqual([3, expect.stringContaining('`grown/a.jsonl` does not begin any more with')])
    expect(withoutPath(changed.err, files)).toContain('remove `grown.jsonl` and `grown.jsonl.resume.json` first')
    files.write('grown.jsonl.resume.json', '{}')
    expect((await reroute(words)).err).toContain('does not say what was read')
    const other = await reroute(['import', 'litellm', join(files.path, 'grown'), '--resume', '-o', files.write('other.jsonl', 'x')])
    expect([other.code, other.err]).toEqual([3, expect.stringContaining('was not imported with `--resume`')])
    const printed = await reroute(['import', 'litellm', join(files.path, 'grown'), '--resume', '-o', '-'])
    expect([printed.code, printed.err]).toEqual([2, expect.stringContaining('what is printed cannot be gone on from')])
  })
})
