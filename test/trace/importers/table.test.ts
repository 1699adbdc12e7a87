import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it, vi } from 'vitest'
import type { TraceRecord } from '../../../src/trace/record.ts'
import { table } from '../../../src/trace/importers/table.ts'
import type { TableMapping } from '../../../src/trace/importers/table/mapping.ts'
import { category, importLogFiles, importLogs } from '../../support/import-logs.ts'
import { sharedData } from '../../support/shared-data.ts'

/** Typed here, as the package need not be there. */
interface Duck {
  readonly DuckDBInstance: { create(path: string): Promise<{ connect(): Promise<Connection>; closeSync(): void }> }
}
interface Connection {
  run(sql: string): Promise<unknown>
  closeSync(): void
}
const packageName: string = '@duckdb/node-api'
const duck = (await import(packageName).catch(() => undefined)) as Duck | undefined
const folder = mkdtempSync(join(tmpdir(), 'table-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Writes a Parquet file with what a query gives. */
async function parquet(name: string, query: string): Promise<string> {
  const path = join(folder, name)
  const instance = await duck?.DuckDBInstance.create(':memory:')
  const connection = await instance?.connect()
  await connection?.run(`copy (${query}) to '${path.replaceAll("'", "''")}' (format parquet)`)
  connection?.closeSync()
  instance?.closeSync()
  return path
}

const mapping: TableMapping = {
  mapping: 1,
  columns: {
    session: 'talk',
    id: 'no',
    start: { name: 'at', unit: 'iso' },
    duration: { name: 'took', unit: 'ms' },
    timeToFirstToken: { name: 'first', unit: 's' },
    requested: 'asked',
    model: 'model',
    input: 'in',
    cacheRead: 'read',
    cacheWrite1h: 'written',
    output: 'out',
    reasoning: 'thought',
    cost: { name: 'cost', unit: 'us-cents' },
    status: 'status',
    error: 'error',
    finish: 'finish',
    team: 'team',
  },
  fixed: { provider: 'anthropic' },
  inputHoldsCached: true,
  outputHoldsReasoning: true,
  costSource: 'gateway',
}
const header = 'talk,no,at,took,first,asked,model,in,read,written,out,thought,cost,status,error,finish,team'
const served = 's1,c1,2026-05-01 10:00:00.25,1500.5,0.4,auto,claude-opus-4-7,1000,600,100,50.0,20,1.23456789012,200,,stop,core'
const denied = 's1,c2,2026-05-01T10:00:05Z,20,NaN,auto,claude-opus-4-7,,,,,,null,429,too many,,'

describe('a table of calls', () => {
  it('is read as its mapping says, packed or not, with a mark and CR LF', async () => {
    const text = `\uFEFF${[header, denied, served].join('\r\n')}\r\n`
    const { calls, report } = await importLogFiles(table, { 'calls.csv.gz': gzipSync(text) }, { mapping })
    expect(report.problems).toEqual([])
    const inOrder = calls.toSorted((a, b) => a.call - b.call)
    expect(inOrder).toMatchObject([
      {
        session: 's1',
        call: 1,
        id: 'c1',
        startMicros: 1_777_629_600_250_000,
        firstTokenMicros: 1_777_629_600_650_000,
        endMicros: 1_777_629_601_750_500,
        requested: 'auto',
        served: { model: 'claude-opus-4-7', provider: 'anthropic' },
        usage: { uncachedInput: 300, cacheRead: 600, cacheWrite5m: 0, cacheWrite1h: 100, output: 30, reasoning: 20 },
        cost: { picoUsd: '12345678901', source: 'gateway' },
        prompt: { tokens: 1000, signals: { team: 'core' } },
        reply: { finish: 'stop' },
        end: 'served',
      },
      { call: 2, end: 'exhausted', attempts: [{ status: 429, errorClass: 'rate-limit' }] },
    ])
    expect(inOrder[1]?.usage).toBeUndefined()
    expect(inOrder[1]?.cost).toBeUndefined()
  })

  it('takes the reasoning out of the output of some rows alone', async () => {
    const some: TableMapping = { ...mapping, outputHoldsReasoning: { column: 'finish', notFor: ['apart'] } }
    const apart = served.replace('c1', 'c3').replace(',stop,', ',apart,')
    const { calls } = await importLogFiles(table, { 'calls.csv': [header, served, apart].join('\n') }, { mapping: some })
    expect(calls.map(({ id, usage }) => [id, usage?.output, usage?.reasoning]).toSorted()).toEqual([
      ['c1', 30, 20],
      ['c3', 50, 20],
    ])
  })

  it('keeps the order of the file where it is told to', async () => {
    const text = [header, denied, served].join('\n')
    const { calls } = await importLogFiles(table, { 'calls.csv': text }, { mapping: { ...mapping, order: 'file', outputQuality: 'lower-bound' } })
    expect(calls[1]?.usage?.outputQuality).toBe('lower-bound')
    expect(calls.map(({ id, call }) => `${id} ${call}`)).toEqual(['c2 1', 'c1 2'])
  })

  it('without a column that the mapping names is refused, and says what it has', async () => {
    const imported = await importLogFiles(table, { 'calls.csv': 'no,in\nc1,5\n' }, { mapping: { mapping: 1, columns: { id: 'no', input: 'tokens', output: 'out' } } })
    expect(imported.calls).toEqual([])
    expect(imported.report.problems).toMatchObject([
      { reason: 'columns `tokens`, `out` of the mapping are not in the table, which has no, in' },
    ])
    expect(category(imported, 'row of another format')).toBe(1)
  })

  it('with cells that cannot be is read without them', async () => {
    const columns = { start: { name: 'at', unit: 's' }, input: 'in', output: 'out', cost: { name: 'cost', unit: 'usd' }, model: 'm' } as const
    const rows = [
      ['-5', '-1', '1', '1', 'm'],
      ['9'.repeat(30), '1.5', '1', '-1', 'm'],
      ['1e3', '9007199254740993', '1', '1e400', 'x'.repeat(300)],
      ['yesterday', '__proto__', '1', '0x10', '\u001b[2J'],
    ]
    const text = ['at,in,out,cost,m', ...rows.map((row) => row.join(','))].join('\n')
    const { calls, report } = await importLogFiles(table, { 'a.csv': text }, { mapping: { mapping: 1, columns, costSource: 'estimate' } })
    expect(calls).toHaveLength(4)
    expect(calls.filter(({ usage }) => usage !== undefined)).toEqual([])
    expect(calls.map(({ startMicros }) => startMicros)).toEqual([undefined, undefined, 1_000_000_000, undefined])
    const reasons = report.problems.map(({ reason }) => reason)
    expect(reasons.filter((reason) => reason === '`at` holds no time in s')).toHaveLength(3)
    expect(reasons.filter((reason) => reason === '`cost` holds no cost')).toHaveLength(3)
    expect(reasons).toContain('`m` has more than 256 characters')
  })

  it.runIf(sharedData('mini-swe-agent/calls.csv'))('of 10,222 recorded calls carries 9,883 bills', async () => {
    const { calls } = await importLogs(table, [sharedData('mini-swe-agent/calls.csv') ?? ''], {
      mapping: {
        mapping: 1,
        columns: { session: 'instance_id', id: 'generation_id', input: 'prompt_tokens', cost: { name: 'usage_cost_usd', unit: 'usd' } },
        costSource: 'gateway',
      },
    })
    expect([calls.length, calls.filter(({ cost }) => cost !== undefined).length]).toEqual([10_222, 9_883])
  })
})

const withoutPlace = (records: readonly TraceRecord[]): readonly unknown[] =>
  records.map((record) => ({ ...record, provenance: undefined }))

// The package that reads Parquet is optional.
describe.runIf(duck)('Parquet', () => {
  it('gives what CSV gives, whatever the types of its columns', async () => {
    const path = await parquet(
      'calls.parquet',
      `select 's1' as talk, 'c1' as no, timestamp '2026-05-01 10:00:00.25' as at, 1500.5::double as took,
        0.4::decimal(4,2) as first, 'auto' as asked, 'claude-opus-4-7' as model, 1000::ubigint as "in", 600 as "read",
        100::hugeint as written, 50::double as out, 20::smallint as thought, 1.23456789012::decimal(20,11) as cost,
        200 as status, null::varchar as error, 'stop'::blob as finish, 'core' as team, [1, 2] as more
       union all select 's1', 'c2', timestamp '2026-05-01 10:00:05', 20, null, 'auto', 'claude-opus-4-7', null, null,
        null, null, null, null, 429, 'too many', null, null, null`,
    )
    const fromParquet = await importLogs(table, [path], { mapping })
    const fromCsv = await importLogFiles(table, { 'calls.csv': [header, served, denied].join('\n') }, { mapping })
    expect(withoutPlace(fromParquet.records)).toEqual(withoutPlace(fromCsv.records))
    expect(fromParquet.calls).toHaveLength(2)
    expect(fromParquet.report.problems).toEqual([])
    expect(fromParquet.report.lines.read).toBe(2)
  })

  it.each(['timestamptz', 'timestamp_ns', 'timestamp_ms', 'timestamp_s', 'date'])('has instants of type %s', async (type) => {
    const path = await parquet(`${type}.parquet`, `select '2026-05-01'::${type} as at, 7 as "in"`)
    const { calls } = await importLogs(table, [path], { mapping: { mapping: 1, columns: { start: { name: 'at', unit: 'iso' }, input: 'in' } } })
    expect(calls).toMatchObject([{ startMicros: 1_777_593_600_000_000 }])
  })

  it('is opened by its very name, and no other file is', async () => {
    const tokens: TableMapping = { mapping: 1, columns: { id: 'n"', input: 'in' } }
    await parquet('x1.parquet', `select 'other' as "n""", 1 as "in"`)
    const path = await parquet(`x[1]*'.parquet`, `select 'own' as "n""", 2 as "in"`)
    const { calls } = await importLogs(table, [path], { mapping: tokens })
    expect(calls.map(({ id }) => id)).toEqual(['own'])
  })

  it('that lacks columns, is damaged or is none says so', async () => {
    const path = await parquet('few.parquet', 'select 1 as a')
    const few = await importLogs(table, [path], { mapping: { mapping: 1, columns: { input: 'in' } } })
    expect(few.report.problems).toMatchObject([{ reason: 'column `in` of the mapping is not in the table, which has a' }])
    const damaged = join(folder, 'damaged.parquet')
    writeFileSync(damaged, `PAR1${'\u0000'.repeat(500)}PAR1`)
    const { report } = await importLogs(table, [damaged], { mapping })
    expect(report.problems).toMatchObject([{ reason: expect.stringMatching(/^cannot be read as Parquet: /) }])
  })
})

describe('without the package that reads Parquet', () => {
  it('says how to get it', async () => {
    vi.doMock('@duckdb/node-api', () => {
      throw new Error('not installed')
    })
    const { readParquet } = await import('../../../src/trace/importers/table/read-parquet.ts')
    const problem = await readParquet('a.parquet', ['a'], () => undefined, async () => undefined)
    vi.doUnmock('@duckdb/node-api')
    expect(problem?.reason).toContain('`npm install @duckdb/node-api`')
  })
})
