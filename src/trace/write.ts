import { Buffer } from 'node:buffer'
import { createWriteStream } from 'node:fs'
import { chmod, rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { canonicalJson } from './canonical.ts'
import type { TextFacts, TraceRecord } from './record.ts'

export interface TraceWriteOptions {
  /** What `-` writes to; by default the standard output of the process. */
  readonly stdout?: Writable
  /** Called with the name under which the file lies, whole, before it takes its own. */
  readonly beforeNaming?: (temporary: string) => Promise<void>
}

export interface WrittenTrace {
  readonly records: number
  /** Whether a record held words; the file is then readable by its owner only. */
  readonly heldText: boolean
}

/**
 * Writes records, one canonical line each, in the order given. `-` is the standard output; a name
 * that ends in `.gz` is packed. The file appears whole under its name or not at all. With text in
 * it, its mode is 0600, else what the umask leaves of 0644.
 *
 * Rejects with the system's error when the file cannot be written; nothing is left behind then.
 */
export async function writeTrace(
  path: string,
  records: Iterable<TraceRecord> | AsyncIterable<TraceRecord>,
  options: TraceWriteOptions = {},
): Promise<WrittenTrace> {
  const tally = { records: 0, heldText: false }
  const lines = Readable.from(linesOf(records, tally), { objectMode: false })
  if (path === '-') {
    await pipeline(lines, options.stdout ?? process.stdout, { end: false })
    return tally
  }
  const temporary = `${path}.${process.pid}.part`
  const sink = createWriteStream(temporary, { flags: 'wx', mode: 0o600, flush: true })
  try {
    if (path.endsWith('.gz')) await pipeline(lines, createGzip({ level: 9 }), sink)
    else await pipeline(lines, sink)
    if (!tally.heldText) await chmod(temporary, 0o644 & ~process.umask())
    await options.beforeNaming?.(temporary)
    await rename(temporary, path)
    return tally
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') await rm(temporary, { force: true })
    throw error
  }
}

const batchLength = 1 << 16

async function* linesOf(
  records: Iterable<TraceRecord> | AsyncIterable<TraceRecord>,
  tally: { records: number; heldText: boolean },
): AsyncGenerator<Buffer> {
  let batch = ''
  for await (const record of records) {
    tally.records += 1
    tally.heldText ||= holdsText(record)
    batch += `${canonicalJson(record)}\n`
    if (batch.length > batchLength) {
      yield Buffer.from(batch)
      batch = ''
    }
  }
  if (batch !== '') yield Buffer.from(batch)
}

/** Whether a record keeps words that someone or some model wrote. */
export function holdsText(record: TraceRecord): boolean {
  if (record.record !== 'call') return false
  const texts: (TextFacts | null | undefined)[] = [
    record.prompt.user,
    record.reply?.text,
    record.reply?.thinking,
  ]
  return texts.some((facts) => facts?.text !== undefined)
}
