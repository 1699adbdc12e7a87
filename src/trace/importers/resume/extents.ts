import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Extent } from './state.ts'

/** A whole file, and whether it begins with what was read of it before. */
export interface Measured extends Extent {
  readonly begins: boolean
}

export async function measure(path: string, before?: Extent): Promise<Measured> {
  const whole = createHash('sha256')
  const head = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
    const piece = chunk as Buffer
    whole.update(piece)
    const rest = (before?.bytes ?? 0) - bytes
    if (rest > 0) head.update(piece.subarray(0, rest))
    bytes += piece.length
  }
  const begins = before !== undefined && bytes >= before.bytes && head.digest('hex') === before.sha256
  return { bytes, sha256: whole.digest('hex'), begins }
}
