import { Readable, pipeline } from 'node:stream'
import type { Transform } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { Decompress } from 'fzstd'

export type Packing = 'plain' | 'gzip' | 'zstd'

/** A packed file that ends too early, is damaged or unfolds too far; caught where files are read. */
export class UnpackFailure extends Error {
  readonly kind: 'cut-off' | 'damaged' | 'too-large'
  constructor(kind: 'cut-off' | 'damaged' | 'too-large', message: string) {
    super(message)
    this.kind = kind
  }
}

/** Told by the first four bytes, whatever the file is called. */
export function packingOf(head: Uint8Array): Packing {
  const [a, b, c, d] = head
  if (a === 0x1f && b === 0x8b) return 'gzip'
  if (b === 0xb5 && c === 0x2f && d === 0xfd && a === 0x28) return 'zstd'
  // A skippable frame, which some packers put first.
  if (a !== undefined && a >> 4 === 5 && b === 0x2a && c === 0x4d && d === 0x18) return 'zstd'
  return 'plain'
}

/** The unpacked bytes, as they come. Memory is bounded by the window of the format (128 MB at most). */
export function unpack(
  packing: Packing,
  chunks: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  switch (packing) {
    case 'plain':
      return chunks
    case 'gzip':
      return through(chunks, createGunzip())
    case 'zstd':
      // Node's own decoder, where there is one, takes a cut-off file for a whole one in Node 22.
      return unzstd(chunks)
  }
}

async function* through(
  chunks: AsyncIterable<Uint8Array>,
  transform: Transform,
): AsyncGenerator<Uint8Array> {
  let sourceFailure: unknown
  const source = Readable.from(chunks)
  source.on('error', (error) => (sourceFailure = error))
  pipeline(source, transform, () => undefined)
  try {
    for await (const chunk of transform) yield chunk as Uint8Array
  } catch (error) {
    if (sourceFailure !== undefined) throw sourceFailure
    throw failureOf(error)
  }
}

function failureOf(error: unknown): UnpackFailure {
  const { code, message } = error as { code?: string; message?: string }
  return new UnpackFailure(code === 'Z_BUF_ERROR' ? 'cut-off' : 'damaged', message ?? String(error))
}

/** Small pieces, because one piece may unfold to many blocks of 128 kB before control comes back. */
const pieceBytes = 1024
const windowLimit = 128 * 1024 * 1024
const unexpectedEnd = 5

async function* unzstd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let ready: Uint8Array[] = []
  const decoder = new Decompress((block) => {
    if (block.length > 0) ready.push(block.slice())
  })
  const push = (piece: Uint8Array, final: boolean): void => {
    try {
      decoder.push(piece, final)
    } catch (error) {
      const cut = (error as { code?: unknown }).code === unexpectedEnd
      throw new UnpackFailure(cut ? 'cut-off' : 'damaged', (error as Error).message)
    }
  }
  let first = true
  for await (const chunk of chunks) {
    if (first && zstdWindow(chunk) > windowLimit) {
      throw new UnpackFailure('too-large', 'the zstd window is larger than 128 MB')
    }
    first = false
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      push(chunk.subarray(at, at + pieceBytes), false)
      const blocks = ready
      ready = []
      yield* blocks
    }
  }
  push(new Uint8Array(0), true)
  yield* ready
}

/** The window that the first frame asks for, in bytes; RFC 8878, 3.1.1.1. 0 where it is not told here. */
function zstdWindow(head: Uint8Array): number {
  const [magic, , , , flags, descriptor] = head
  if (magic !== 0x28 || flags === undefined || descriptor === undefined) return 0
  if ((flags & 0x20) !== 0) return 0
  const base = 2 ** (10 + (descriptor >> 3))
  return base + (base / 8) * (descriptor & 7)
}
