import type { Cell } from '../read-csv.ts'

/** As much of DuckDB's package as is used; it need not be there to build this. */
interface DuckDb {
  readonly DuckDBInstance: {
    readonly create: (path: string, options: Readonly<Record<string, string>>) => Promise<Instance>
  }
  readonly listValue: (items: readonly string[]) => unknown
  readonly LIST: (item: unknown) => unknown
  readonly VARCHAR: unknown
}
interface Instance {
  readonly connect: () => Promise<Connection>
  readonly closeSync: () => void
}
interface Connection {
  readonly run: (sql: string, values?: Bound, types?: Bound) => Promise<unknown>
  readonly stream: (sql: string, values: Bound, types?: Bound) => Promise<Rows>
  readonly closeSync: () => void
}
interface Rows {
  readonly columnNames: () => readonly string[]
  readonly yieldRows: () => AsyncIterable<readonly (readonly unknown[])[]>
}
type Bound = Readonly<Record<string, unknown>>

export type ParquetProblem = { readonly reason: string }

const packageName = '@duckdb/node-api'
const memory = '512MB'

/**
 * The named columns of a Parquet file, row by row. The database may open this one file and nothing
 * else, loads no extension, writes nothing, and its configuration is locked before the file is
 * looked at. The file's name and the names of columns are bound to a fixed text of SQL. It reads on
 * when `ready` resolves.
 */
export async function readParquet(
  path: string,
  names: readonly string[],
  take: (cell: Cell, row: number) => void,
  ready: () => Promise<void>,
): Promise<ParquetProblem | undefined> {
  const duck = await load()
  if (duck === undefined) {
    return {
      reason: `reading Parquet needs the package ${packageName}: \`npm install ${packageName}\`, or save the table as CSV`,
    }
  }
  let instance: Instance | undefined
  let connection: Connection | undefined
  try {
    instance = await duck.DuckDBInstance.create(':memory:', {
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
      memory_limit: memory,
      temp_directory: '',
      threads: '1',
    })
    connection = await instance.connect()
    await lock(connection, duck, path)
    const { listValue, LIST, VARCHAR } = duck
    const types = { file: VARCHAR, names: LIST(VARCHAR) }
    const found = await connection.stream(describeColumns, { file: path }, { file: VARCHAR })
    const missing = names.filter((name) => !found.columnNames().includes(name))
    if (missing.length > 0) return missingColumns(missing, found.columnNames())
    const rows = await connection.stream(selectColumns, { file: path, names: listValue(names) }, types)
    const index = new Map(rows.columnNames().map((name, at) => [name, at]))
    let row = 0
    for await (const batch of rows.yieldRows()) {
      for (const values of batch) {
        row += 1
        take((name) => textOf(values[index.get(name) ?? -1]), row)
      }
      await ready()
    }
    return undefined
  } catch (error) {
    const [first = ''] = (error as Error).message.split('\n')
    return { reason: `cannot be read as Parquet: ${first.slice(0, 200)}` }
  } finally {
    connection?.closeSync()
    instance?.closeSync()
  }
}

const describeColumns =
  'select * from read_parquet($file, hive_partitioning = false, binary_as_string = true) limit 0'
const selectColumns =
  'select columns(name -> list_contains($names, name)) from read_parquet($file, hive_partitioning = false, binary_as_string = true)'

async function load(): Promise<DuckDb | undefined> {
  try {
    return (await import(packageName)) as DuckDb
  } catch {
    return undefined
  }
}

async function lock(connection: Connection, { listValue, LIST, VARCHAR }: DuckDb, path: string): Promise<void> {
  await connection.run('set allowed_paths = $paths', { paths: listValue([path]) }, { paths: LIST(VARCHAR) })
  await connection.run('set enable_external_access = false')
  await connection.run('set lock_configuration = true')
}

/** Why a table is not read as the mapping says. */
export function missingColumns(missing: readonly string[], found: readonly string[]): ParquetProblem {
  const names = missing.map((name) => `\`${name}\``).join(', ')
  const [noun, verb] = missing.length === 1 ? ['column', 'is'] : ['columns', 'are']
  return { reason: `${noun} ${names} of the mapping ${verb} not in the table, which has ${found.slice(0, 40).join(', ')}` }
}

/** A value as a cell of CSV would hold it. Instants are UTC; what is no plain value is nothing. */
function textOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value === '' ? undefined : value
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value)
    case 'object':
      return value === null ? undefined : (instantText(value as Fields) ?? decimalText(value as Fields))
    default:
      return undefined
  }
}

/** Of DuckDB's classes of values; which are told by their fields, as its package may not be there. */
interface Fields {
  readonly micros?: unknown
  readonly millis?: unknown
  readonly seconds?: unknown
  readonly nanos?: unknown
  readonly days?: unknown
  readonly months?: unknown
  readonly scale?: unknown
  readonly width?: unknown
  readonly value?: unknown
}

const perSecond = { seconds: 1n, millis: 1_000n, micros: 1_000_000n, nanos: 1_000_000_000n }

function instantText(fields: Fields): string | undefined {
  if (fields.months !== undefined) return undefined
  if (typeof fields.days === 'number') return isoText(BigInt(fields.days) * 86_400n, 1n)
  for (const [unit, share] of Object.entries(perSecond)) {
    const units = fields[unit as keyof typeof perSecond]
    if (typeof units === 'bigint') return isoText(units, share)
  }
  return undefined
}

function isoText(units: bigint, share: bigint): string | undefined {
  const micros = (units * 1_000_000n) / share
  const millis = Number(micros / 1_000n)
  if (micros < 0n || !(millis <= 8.64e15)) return undefined
  return `${new Date(millis).toISOString().slice(0, -1)}${(micros % 1_000n).toString().padStart(3, '0')}Z`
}

function decimalText(fields: Fields): string | undefined {
  return typeof fields.scale === 'number' && typeof fields.value === 'bigint' ? String(fields) : undefined
}
