import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Extent } from './state.ts'

/** A whole file. */
export async function measure(path: string): Promise<Extent> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
    const piece = chunk as Buffer
    hash.update(piece)
    bytes += piece.length
  }
  return { bytes, sha256: hash.digest('hex') }
}

const endBytes = 1 << 16
const blockBytes = 1 << 12
const blocks = 16

/**
 * What tells the first `bytes` of a log from others without reading all of them: a digest of both ends
 * and of blocks in between; all of a short one.
 */
export async function fingerprint(path: string, bytes: number): Promise<string> {
  const hash = createHash('sha256')
  const file = await open(path, 'r')
  try {
    const take = async (from: number, length: number): Promise<void> => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from)
      hash.update(buffer.subarray(0, bytesRead))
    }
    const between = bytes - 2 * endBytes
    if (between <= blocks * blockBytes) await take(0, bytes)
    else {
      await take(0, endBytes)
      const step = Math.floor(between / blocks)
      for (let block = 0; block < blocks; block += 1) await take(endBytes + block * step, blockBytes)
      await take(bytes - endBytes, endBytes)
    }
    return hash.digest('hex')
  } finally {
    await file.close()
  }
}

/** Whether a file of at least so many bytes has a line break as the last of them. */
export async function endsLine(path: string, bytes: number): Promise<boolean> {
  if (bytes === 0) return false
  const file = await open(path, 'r')
  try {
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, bytes - 1)
    return buffer[0] === 0x0a
  } finally {
    await file.close()
  }
}
