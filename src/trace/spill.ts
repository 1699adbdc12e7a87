import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { Buffer } from 'node:buffer'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Provenance } from './record.ts'
import { compareRows } from './merge.ts'
import type { RowKind, TraceRow } from './merge.ts'

/** Rows in, the same rows out sorted; past a limit they wait in sorted runs on disk. */
export interface RowStore {
  add(row: TraceRow): void
  /** Everything added so far, sorted by `compareRows`. May be asked for again. */
  sorted(): Generator<TraceRow>
  /** Bytes written to temporary files so far. */
  spilledBytes(): number
  /** Removes the temporary files; the store is empty afterwards. Safe to call twice. */
  dispose(): void
}

/** What a row costs beside its text. */
const rowOverheadBytes = 160

/** `directory` is where the temporary directory is made, by default that of the system. */
export function createRowStore(heldLimit: number, directory: string = tmpdir()): RowStore {
  let held: TraceRow[] = []
  let heldBytes = 0
  let isSorted = true
  let spilled = 0
  let home: string | undefined
  let runs: string[] = []

  function sortHeld(): readonly TraceRow[] {
    if (!isSorted) held.sort(compareRows)
    isSorted = true
    return held
  }

  function spill(): void {
    home ??= mkdtempSync(join(directory, 'reroute-'))
    const run = join(home, `${runs.length}.run`)
    runs.push(run)
    spilled += writeRun(run, sortHeld())
    held = []
    heldBytes = 0
  }

  return {
    add(row) {
      held.push(row)
      isSorted = false
      heldBytes += row.text.length + rowOverheadBytes
      if (heldBytes > heldLimit) spill()
    },
    sorted: () => mergeRuns([...runs.map(readRun), sortHeld()[Symbol.iterator]()]),
    spilledBytes: () => spilled,
    dispose() {
      if (home !== undefined) rmSync(home, { recursive: true, force: true })
      home = undefined
      runs = []
      held = []
      heldBytes = 0
    },
  }
}

const bufferBytes = 1 << 20

/** One row a line: its key as JSON, a tab (which JSON escapes), its text. Returns the bytes written. */
function writeRun(path: string, rows: readonly TraceRow[]): number {
  const file = openSync(path, 'wx', 0o600)
  let total = 0
  let parts: string[] = []
  let length = 0
  const flush = (): void => {
    total += writeAll(file, Buffer.from(parts.join('')))
    parts = []
    length = 0
  }
  try {
    for (const { session, kind, call, text, provenance } of rows) {
      const key = JSON.stringify([session, kind, call, provenance.file, provenance.line])
      parts.push(key, '\t', text, '\n')
      length += key.length + text.length
      if (length > bufferBytes) flush()
    }
    flush()
  } finally {
    closeSync(file)
  }
  return total
}

function writeAll(file: number, bytes: Buffer): number {
  let at = 0
  while (at < bytes.length) at += writeSync(file, bytes, at)
  return bytes.length
}

function* readRun(path: string): Generator<TraceRow> {
  const file = openSync(path, 'r')
  try {
    const chunk = Buffer.allocUnsafe(bufferBytes >> 2)
    let rest: Buffer = Buffer.alloc(0)
    for (let size = readSync(file, chunk); size > 0; size = readSync(file, chunk)) {
      const bytes = Buffer.concat([rest, chunk.subarray(0, size)])
      let start = 0
      for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, start)) {
        yield parseRow(bytes.toString('utf8', start, at))
        start = at + 1
      }
      rest = bytes.subarray(start)
    }
  } finally {
    closeSync(file)
  }
}

type RowKey = readonly [session: string, kind: RowKind, call: number, file: string, line: number]

function parseRow(line: string): TraceRow {
  const tab = line.indexOf('\t')
  const [session, kind, call, file, number] = JSON.parse(line.slice(0, tab)) as RowKey
  const provenance: Provenance = { file, line: number }
  return { session, kind, call, text: line.slice(tab + 1), provenance }
}

interface Head {
  readonly row: TraceRow
  readonly rest: Iterator<TraceRow>
}

/** Sorted sequences as one. A binary heap, so that the number of runs hardly matters. */
function* mergeRuns(runs: readonly Iterator<TraceRow>[]): Generator<TraceRow> {
  const heap: Head[] = []
  for (const rest of runs) {
    const next = rest.next()
    if (next.done !== true) siftUp(heap, { row: next.value, rest })
  }
  try {
    for (let top = heap[0]; top !== undefined; top = heap[0]) {
      yield top.row
      const next = top.rest.next()
      const replacement = next.done === true ? heap.pop() : { row: next.value, rest: top.rest }
      if (replacement !== undefined && replacement !== top) siftDown(heap, replacement)
    }
  } finally {
    for (const { rest } of heap) rest.return?.()
  }
}

function siftUp(heap: Head[], head: Head): void {
  let at = heap.length
  heap.push(head)
  while (at > 0) {
    const parent = (at - 1) >> 1
    const above = heap[parent] as Head
    if (compareRows(above.row, head.row) <= 0) break
    heap[at] = above
    at = parent
  }
  heap[at] = head
}

/** Puts `head` in the place of the top. */
function siftDown(heap: Head[], head: Head): void {
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    const left = heap[child]
    if (left === undefined) break
    const right = heap[child + 1]
    if (right !== undefined && compareRows(right.row, left.row) < 0) child += 1
    const smaller = heap[child] as Head
    if (compareRows(head.row, smaller.row) <= 0) break
    heap[at] = smaller
    at = child
  }
  heap[at] = head
}
