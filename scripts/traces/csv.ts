/** One row, by column name. */
export type Row = ReadonlyMap<string, string>

/** Rows of a CSV file with a header. Quoted fields may hold commas and quotes, no line breaks. */
export function parseCsv(text: string): Row[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/).filter((line) => line !== '')
  const [head, ...rows] = lines.map(fields)
  return rows.map((row) => new Map((head ?? []).map((name, index) => [name, row[index] ?? ''])))
}

function fields(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  )
}

/** A field that must be there. */
export function field(row: Row, name: string): string {
  const value = row.get(name)
  if (value === undefined) throw new Error(`the file has no column ${name}`)
  return value
}

/** A count of tokens; an empty field is 0 where `otherwise` says so. */
export function count(row: Row, name: string, otherwise?: number): number {
  const text = field(row, name)
  if (text === '' && otherwise !== undefined) return otherwise
  if (!/^\d+$/.test(text)) throw new Error(`column ${name}: got ${text}, expected a whole number`)
  return Number(text)
}

/** `0.0052816` US dollars as `5281600000` pico-dollars, digit by digit. */
export function picoUsdOf(dollars: string): string {
  const match = /^(\d+)(?:\.(\d{1,12}))?$/.exec(dollars)
  if (match === null) throw new Error(`got ${dollars}, expected dollars with at most 12 decimals`)
  const [, whole = '0', decimals = ''] = match
  return BigInt(whole + decimals.padEnd(12, '0')).toString()
}

/** Calls by the column that names their session, sessions by name, calls by `call_index`. */
export function rowsBy(rows: readonly Row[], column: string): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) {
    const key = field(row, column)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  for (const group of groups.values()) {
    group.sort((a, b) => count(a, 'call_index') - count(b, 'call_index'))
  }
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/**
 * A part of the sessions: of all, ordered by number of calls, `wanted` at even distances, so that
 * short and long ones are in it. In the order of their names.
 */
export function spread(
  sessions: ReadonlyMap<string, readonly Row[]>,
  wanted: number,
): ReadonlyMap<string, readonly Row[]> {
  if (sessions.size <= wanted) return sessions
  const byLength = [...sessions].sort(([, a], [, b]) => a.length - b.length)
  const chosen = new Set(
    Array.from(
      { length: wanted },
      (_, index) => byLength[Math.floor((index * (byLength.length - 1)) / Math.max(1, wanted - 1))]?.[0],
    ),
  )
  return new Map([...sessions].filter(([name]) => chosen.has(name)))
}
