import { describe, expect, it } from 'vitest'
import type { TraceFile } from '../../../src/trace/files.ts'
import { handedOut } from '../../../src/trace/importers/handed-out.ts'

const chunks = 40
const perChunk = 1_000

/** A file of many chunks, and how many of them have been read. */
function counted(): { readonly file: TraceFile; readonly read: () => number } {
  let read = 0
  async function* open(): AsyncGenerator<Uint8Array> {
    for (; read < chunks; read += 1) yield new Uint8Array(1)
  }
  return { file: { name: 'a', bytes: chunks, open }, read: () => read }
}

async function giveAll(file: TraceFile, give: (one: number) => void): Promise<void> {
  let given = 0
  for await (const chunk of file.open()) {
    for (let one = 0; one < perChunk * chunk.length; one += 1) give(given++)
  }
}

describe('what a reader hands out', () => {
  it('comes whole and in order, and the file is read on only as it is taken', async () => {
    const { file, read } = counted()
    let taken = 0
    let most = 0
    for await (const one of handedOut<number>(file, giveAll)) {
      expect(one).toBe(taken)
      taken += 1
      most = Math.max(most, read() * perChunk - taken)
      if (taken % perChunk === 0) await new Promise((wake) => setImmediate(wake))
    }
    expect(taken).toBe(chunks * perChunk)
    // Of 40,000.
    expect(most).toBeLessThan(15_000)
  })

  it('ends with the failure of the reader', async () => {
    const { file } = counted()
    const taken: number[] = []
    const reading = (async () => {
      for await (const one of handedOut<number>(file, async (_, give) => {
        give(1)
        throw new Error('broken')
      })) {
        taken.push(one)
      }
    })()
    await expect(reading).rejects.toThrow('broken')
    expect(taken).toEqual([1])
  })

  it('may be left before its end', async () => {
    const { file } = counted()
    for await (const one of handedOut<number>(file, giveAll)) if (one === 7_000) break
    expect(file.bytes).toBe(chunks)
  })
})
