import { Buffer, isUtf8 } from 'node:buffer'
import { unreadable } from './files.ts'
import type { TraceFile } from './files.ts'
import type { TraceLimits } from './limits.ts'
import type { QuarantineKind, TraceProblem } from './problem.ts'
import { UnpackFailure, packingOf, unpack } from './unpack.ts'

/** One line without its line break, or why it could not be read. `last`: no line break followed. */
export type Line =
  | { readonly line: number; readonly text: string; readonly last: boolean }
  | { readonly line: number; readonly kind: QuarantineKind; readonly reason: string }

export interface LineOptions {
  readonly limits: TraceLimits
  /** Bytes read from disk since the last call, before unpacking. */
  readonly onBytes: (bytes: number) => void
  readonly onProblem: (problem: TraceProblem) => void
}

/**
 * The lines of one file in batches, in memory bounded by one line: plain, gzip or zstd, LF or
 * CR LF, with or without a byte order mark and a last line break. What is wrong with the file
 * itself goes to `onProblem`, after the lines that could be read.
 */
export async function* readLines(file: TraceFile, options: LineOptions): AsyncGenerator<Line[]> {
  try {
    yield* linesOf(file, options)
  } catch (error) {
    if (error instanceof UnpackFailure) options.onProblem(unpackProblem(file.name, error))
    else if (isSystemError(error)) options.onProblem(unreadable(file.name, error))
    else throw error
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && typeof (error as { code?: unknown }).code === 'string'
}

async function* linesOf(file: TraceFile, options: LineOptions): AsyncGenerator<Line[]> {
  const packed = await peek(counted(file.open(), options.onBytes), 4)
  const packing = packingOf(packed.head)
  const plain = unpack(packing, packed.chunks)
  const { head, chunks } = await peek(
    packing === 'plain' ? plain : bounded(plain, packed.taken, options.limits),
    3,
  )
  if (head.length === 0) {
    options.onProblem(emptyFile(file.name))
    return
  }
  if (looksBinary(head)) {
    options.onProblem(binaryFile(file.name))
    return
  }
  yield* splitLines(withoutMark(chunks), options.limits.lineBytes, file.restOf?.lines)
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    onBytes(chunk.length)
    yield chunk
  }
}

interface Peeked {
  /** Everything read so far: at least the bytes asked for, fewer only at the end. */
  readonly head: Uint8Array
  readonly chunks: AsyncIterable<Uint8Array>
  /** Bytes that `chunks` has handed out. */
  readonly taken: () => number
}

async function peek(source: AsyncIterable<Uint8Array>, bytes: number): Promise<Peeked> {
  const iterator = source[Symbol.asyncIterator]()
  let head: Uint8Array = new Uint8Array(0)
  while (head.length < bytes) {
    const next = await iterator.next()
    if (next.done === true) break
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value])
  }
  let taken = 0
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      taken += head.length
      yield head
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
        taken += next.value.length
        yield next.value
      }
    } finally {
      await iterator.return?.()
    }
  }
  return { head, chunks: all(), taken: () => taken }
}

/** Below this many bytes any ratio is harmless. */
const ratioFromBytes = 256_000_000

async function* bounded(
  chunks: AsyncIterable<Uint8Array>,
  packedBytes: () => number,
  limits: TraceLimits,
): AsyncGenerator<Uint8Array> {
  let unpacked = 0
  for await (const chunk of chunks) {
    unpacked += chunk.length
    const { unpackedBytes, unpackedRatio } = limits
    if (unpacked > unpackedBytes) {
      throw new UnpackFailure('too-large', `more than ${unpackedBytes} bytes unpacked`)
    }
    if (unpacked > ratioFromBytes && unpacked > packedBytes() * unpackedRatio) {
      throw new UnpackFailure('too-large', `more than ${unpackedRatio} bytes for one packed byte`)
    }
    yield chunk
  }
}

/** A NUL near the start: no text has one, and UTF-16 has many. */
function looksBinary(head: Uint8Array): boolean {
  return head.subarray(0, 8_192).includes(0)
}

async function* withoutMark(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let first = true
  for await (const chunk of chunks) {
    const marked = first && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf
    first = false
    yield marked ? chunk.subarray(3) : chunk
  }
}

const lineFeed = 0x0a
const carriageReturn = 0x0d

/** Pieces of bytes as numbered lines; one longer than `lineBytes` is counted and dropped. */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  lineBytes: number,
  linesBefore = 0,
): AsyncGenerator<Line[]> {
  let line = linesBefore
  let held: Uint8Array[] = []
  let heldBytes = 0
  let tooLong = false
  const hold = (piece: Uint8Array): void => {
    heldBytes += piece.length
    if (heldBytes > lineBytes) {
      tooLong = true
      held = []
    } else if (piece.length > 0) held.push(piece)
  }
  const take = (last: boolean): Line => {
    line += 1
    if (heldBytes === 0) return { line, text: '', last }
    const [only] = held
    const bytes = held.length === 1 && only !== undefined ? only : Buffer.concat(held)
    const result = tooLong ? longLine(line, heldBytes, lineBytes) : decode(line, bytes, last)
    held = []
    heldBytes = 0
    tooLong = false
    return result
  }
  for await (const chunk of chunks) {
    const batch: Line[] = []
    let start = 0
    for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, start)) {
      hold(chunk.subarray(start, at))
      batch.push(take(false))
      start = at + 1
    }
    hold(chunk.subarray(start))
    if (batch.length > 0) yield batch
  }
  if (heldBytes > 0) yield [take(true)]
}

function decode(line: number, bytes: Uint8Array, last: boolean): Line {
  if (!isUtf8(bytes)) {
    return { line, kind: 'not-utf8', reason: 'the line is not UTF-8 text' }
  }
  const end = bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, end).toString('utf8')
  return { line, text, last }
}

function longLine(line: number, bytes: number, limit: number): Line {
  const reason = `the line has ${bytes} bytes, the limit is ${limit}`
  return { line, kind: 'too-long', reason }
}

function emptyFile(file: string): TraceProblem {
  return {
    kind: 'empty',
    file,
    message: `\`${file}\` is empty`,
    help: 'a trace has one JSON record a line; `reroute import` writes one from a log',
    fatal: true,
  }
}

function binaryFile(file: string): TraceProblem {
  return {
    kind: 'binary',
    file,
    message: `\`${file}\` is not a trace: binary`,
    help: 'a trace is JSON Lines in UTF-8, plain, gzip or zstd; convert other encodings first',
    fatal: true,
  }
}

function unpackProblem(file: string, failure: UnpackFailure): TraceProblem {
  switch (failure.kind) {
    case 'cut-off':
      return {
        kind: 'cut-off',
        file,
        message: `\`${file}\` is cut off: its compressed data ends too early`,
        help: 'copy the file again; the lines before the end were read',
        fatal: false,
      }
    case 'damaged':
      return {
        kind: 'damaged',
        file,
        message: `\`${file}\` is damaged: ${failure.message}`,
        help: 'copy the file again; the lines before the damage were read, but for the last few',
        fatal: false,
      }
    case 'too-large':
      return {
        kind: 'too-large',
        file,
        message: `\`${file}\` unfolds too far: ${failure.message}`,
        help: 'unpack the file yourself and read it plain',
        fatal: true,
      }
  }
}
