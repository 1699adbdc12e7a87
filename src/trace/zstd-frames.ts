/**
 * Follows the frames of a zstd stream as it passes, by their headers alone (RFC 8878, 3.1.1): a file may
 * hold many frames, and each of them may ask for gigabytes. Tells how many bytes of a piece may be
 * unpacked: all, or those before the header of a frame that asks for a larger window is complete. What
 * is no frame is left to the decoder.
 */
export function zstdFrames(windowLimit: number): (piece: Uint8Array) => number {
  let head: number[] = []
  let skip = 0
  let within: 'frame' | 'block' | 'unknown' = 'frame'
  let tooWide = false
  let checksumBytes = 0

  const takeFrame = (): void => {
    const [a = 0, , , , flags = 0] = head
    if (head.length < 5) return
    if (littleEndian(head, 0, 4) !== zstdMagic) {
      if (a >> 4 !== 5 || littleEndian(head, 1, 3) !== skippableMagic) within = 'unknown'
      else if (head.length === 8) next(littleEndian(head, 4, 4), 'frame')
      return
    }
    const single = (flags & 0x20) !== 0
    const idBytes = [0, 1, 2, 4][flags & 3] ?? 0
    const sizeBytes = [single ? 1 : 0, 2, 4, 8][flags >> 6] ?? 0
    const sizeAt = 5 + (single ? 0 : 1) + idBytes
    if (head.length < sizeAt + sizeBytes) return
    tooWide = (single ? littleEndian(head, sizeAt, sizeBytes) : windowOf(head[5] ?? 0)) > windowLimit
    checksumBytes = (flags & 4) === 0 ? 0 : 4
    next(0, 'block')
  }
  const takeBlock = (): void => {
    if (head.length < 3) return
    const header = littleEndian(head, 0, 3)
    const last = (header & 1) === 1
    const runLength = ((header >> 1) & 3) === 1
    next((runLength ? 1 : header >> 3) + (last ? checksumBytes : 0), last ? 'frame' : 'block')
  }
  const next = (bytes: number, then: typeof within): void => {
    head = []
    skip = bytes
    within = then
  }

  return (piece) => {
    for (let at = 0; at < piece.length && within !== 'unknown'; ) {
      const passed = Math.min(skip, piece.length - at)
      skip -= passed
      at += passed
      if (at === piece.length) break
      head.push(piece[at] ?? 0)
      at += 1
      if (within === 'frame') takeFrame()
      else takeBlock()
      if (tooWide) return at - 1
    }
    return piece.length
  }
}

const zstdMagic = 0xfd2fb528
/** Without its first byte, of which the lower half is free. */
const skippableMagic = 0x184d2a

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3))
  return base + (base / 8) * (descriptor & 7)
}

function littleEndian(bytes: readonly number[], from: number, count: number): number {
  return bytes.slice(from, from + count).reduceRight((value, byte) => value * 256 + byte, 0)
}
