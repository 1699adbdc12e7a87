import { createGunzip } from 'node:zlib'
import { Decompress } from 'fzstd'
import { zstdFrames } from './zstd-frames.ts'

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
      return gunzip(chunks)
    case 'zstd':
      // Node's own decoder, where there is one, takes a cut-off file for a whole one in Node 22.
      return unzstd(chunks)
  }
}

/**
 * Every member of a gzip file, piece by piece: what one piece unfolds to is lost where the piece turns
 * out to be damaged, so pieces are small, and what earlier ones unfolded to is handed out first.
 */
async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decoder = createGunzip()
  let ready: Uint8Array[] = []
  let failure: UnpackFailure | undefined
  let ended = false
  let wake = (): void => undefined
  decoder.on('data', (block: Uint8Array) => ready.push(block))
  decoder.on('error', (error) => {
    failure = failureOf(error)
    wake()
  })
  // Zeros after the last member end it, and then nobody is told that they were written.
  decoder.on('end', () => {
    ended = true
    wake()
  })
  const done = async (action: (then: () => void) => void): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve
      action(resolve)
    })
  function* handedOut(): Generator<Uint8Array> {
    const blocks = ready
    ready = []
    yield* blocks
    if (failure !== undefined) throw failure
  }
  let bytes = 0
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length; at += gzipPieceBytes) {
        const piece = chunk.subarray(at, at + gzipPieceBytes)
        if (!ended) await done((then) => decoder.write(piece, then))
        yield* handedOut()
        const rest = ended ? piece.subarray(Math.max(0, decoder.bytesWritten - bytes)) : piece.subarray(piece.length)
        if (rest.some((byte) => byte !== 0)) throw new UnpackFailure('damaged', 'something else follows its last member')
        bytes += piece.length
      }
    }
    if (!ended) await done(() => decoder.end())
    yield* handedOut()
  } finally {
    decoder.destroy()
  }
}

const gzipPieceBytes = 4_096

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
  let failure: UnpackFailure | undefined
  const decoder = new Decompress((block) => {
    if (block.length > 0) ready.push(block.slice())
  })
  const passing = zstdFrames(windowLimit)
  /** What was unpacked before a failure is handed out first. */
  function* pushed(piece: Uint8Array, final: boolean): Generator<Uint8Array> {
    const passed = passing(piece)
    const stopped = passed < piece.length
    try {
      decoder.push(piece.subarray(0, passed), final || stopped)
    } catch (error) {
      const cut = (error as { code?: unknown }).code === unexpectedEnd
      failure = new UnpackFailure(cut ? 'cut-off' : 'damaged', (error as Error).message)
    }
    if (stopped) failure = new UnpackFailure('too-large', 'a zstd window is larger than 128 MB')
    const blocks = ready
    ready = []
    yield* blocks
    if (failure !== undefined) throw failure
  }
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += pieceBytes) yield* pushed(chunk.subarray(at, at + pieceBytes), false)
  }
  yield* pushed(new Uint8Array(0), true)
}
