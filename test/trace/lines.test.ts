import { Buffer } from 'node:buffer'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { defaultTraceLimits } from '../../src/trace/limits.ts'
import { readLines } from '../../src/trace/lines.ts'
import type { Line } from '../../src/trace/lines.ts'
import type { TraceProblem } from '../../src/trace/problem.ts'

interface Read {
  readonly lines: readonly Line[]
  readonly problems: readonly TraceProblem[]
  readonly bytes: number
}

async function read(chunks: readonly Uint8Array[], limits: Partial<typeof defaultTraceLimits> = {}): Promise<Read> {
  const problems: TraceProblem[] = []
  let bytes = 0
  async function* open(): AsyncGenerator<Uint8Array> {
    yield* chunks
  }
  const batches = readLines(
    { name: 'f', bytes: undefined, open },
    {
      limits: { ...defaultTraceLimits, ...limits },
      onBytes: (more) => (bytes += more),
      onProblem: (problem) => problems.push(problem),
    },
  )
  const lines: Line[] = []
  for await (const batch of batches) lines.push(...batch)
  return { lines, problems, bytes }
}

const utf8 = (text: string): Uint8Array => Buffer.from(text)
const texts = (result: Read): readonly string[] =>
  result.lines.map((line) => ('text' in line ? line.text : `<${line.kind}>`))

/** A zstd frame of raw blocks, written by hand: RFC 8878, 3.1.1. */
function zstdFrame(content: Uint8Array, block = 100): Uint8Array {
  const parts = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38])]
  for (let at = 0; at < content.length; at += block) {
    const piece = content.subarray(at, at + block)
    const header = (piece.length << 3) | (at + block >= content.length ? 1 : 0)
    parts.push(Buffer.from([header & 0xff, (header >> 8) & 0xff, header >> 16]), Buffer.from(piece))
  }
  return Buffer.concat(parts)
}

describe('readLines', () => {
  it('takes LF and CR LF, a byte order mark, and a last line without a line break', async () => {
    const result = await read([utf8('\uFEFFone\r\ntwo\n\nfour')])
    expect(texts(result)).toEqual(['one', 'two', '', 'four'])
    expect(result.lines.map((line) => line.line)).toEqual([1, 2, 3, 4])
    expect(result.lines.map((line) => 'last' in line && line.last)).toEqual([false, false, false, true])
  })

  it('property: does not depend on where chunks are cut or how the file is packed', async () => {
    const line = fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.replaceAll(/[\n\r\0\uFEFF]/g, '.'))
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 20 }),
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom('plain', 'gzip', 'zstd'),
        async (lines, ending, size, packing) => {
          const bytes = utf8(lines.map((text) => `x${text}${ending}`).join(''))
          const packed = packing === 'plain' ? bytes : packing === 'gzip' ? gzipSync(bytes) : zstdFrame(bytes)
          const chunks: Uint8Array[] = []
          for (let at = 0; at < packed.length; at += size) chunks.push(packed.subarray(at, at + size))
          const result = await read(chunks)
          const expected = lines.map((text) => `x${Buffer.from(text).toString('utf8')}`)
          expect(texts(result)).toEqual(expected)
          expect(result.problems).toEqual([])
          expect(result.bytes).toBe(packed.length)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('reads several frames and members in one file', async () => {
    expect(texts(await read([zstdFrame(utf8('a\n')), zstdFrame(utf8('b\n'))]))).toEqual(['a', 'b'])
    expect(texts(await read([gzipSync('a\n'), gzipSync('b\n')]))).toEqual(['a', 'b'])
  })

  it('hands out what stands before damage, and says what follows the last member', async () => {
    const text = utf8(Array.from({ length: 500 }, (_, index) => `${(index * 7_919) ** 3}\n`).join(''))
    for (const packed of [gzipSync(text), zstdFrame(text)]) {
      const followed = await read([Buffer.concat([packed, utf8('x'.repeat(5_000))])])
      expect(followed.problems[0]?.kind).toBe('damaged')
      expect(followed.lines.length).toBeGreaterThan(200)
    }
    const padded = await read([Buffer.concat([gzipSync(text), new Uint8Array(9_000)])])
    expect([padded.lines.length, padded.problems]).toEqual([500, []])
    const hidden = await read([Buffer.concat([gzipSync(text), new Uint8Array(9_000), gzipSync(text)])])
    expect([hidden.lines.length, hidden.problems[0]?.message]).toEqual([500, expect.stringContaining('something else follows its last member')])
  })

  it('quarantines a line that is too long without holding it, and goes on', async () => {
    const long = Array.from({ length: 100 }, () => Buffer.alloc(100_000, 'x'))
    const result = await read([utf8('a\n'), ...long, utf8('\nb\n')], { lineBytes: 1_000_000 })
    expect(texts(result)).toEqual(['a', '<too-long>', 'b'])
    expect(result.lines[1]).toMatchObject({ line: 2, reason: 'the line has 10000000 bytes, the limit is 1000000' })
  })

  it('quarantines a line that is not UTF-8 and keeps its neighbours', async () => {
    const result = await read([utf8('a\n'), Buffer.from([0xff, 0x41, 0x0a, 0xc3]), utf8('\nb')])
    expect(texts(result)).toEqual(['a', '<not-utf8>', '<not-utf8>', 'b'])
  })

  it.each([
    ['nothing', new Uint8Array(0), 'empty'],
    ['a lone byte order mark', utf8('\uFEFF'), undefined],
    ['NUL bytes', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0]), 'binary'],
    ['UTF-16', Buffer.from('\uFEFF{"record":1}', 'utf16le'), 'binary'],
    ['gzip of binary', gzipSync(Buffer.from([1, 2, 0, 3])), 'binary'],
    ['gzip of nothing', gzipSync(''), 'empty'],
  ])('tells what is wrong with a file of %s', async (_, bytes, kind) => {
    const result = await read([bytes])
    expect(result.problems[0]?.kind).toBe(kind)
    expect(texts(result).join('')).toBe('')
  })

  it('reads a cut-off or damaged packed file up to there and says so', async () => {
    const content = utf8(Array.from({ length: 4_000 }, (_, index) => `{"line":${index * 7919}}\n`).join(''))
    const gzip = gzipSync(content)
    const damaged = Buffer.from(gzip)
    damaged.fill(0xff, 5_000, 5_200)
    const cases = [
      ['cut-off', gzip.subarray(0, gzip.length - 900)],
      ['cut-off', zstdFrame(content).subarray(0, 40_000)],
      ['damaged', damaged],
    ] as const
    for (const [kind, bytes] of cases) {
      const result = await read([bytes])
      expect(result.problems.map((problem) => [problem.kind, problem.fatal])).toEqual([[kind, false]])
    }
    expect((await read([cases[0][1]])).lines.length).toBeGreaterThan(100)
  })

  it('stops at the limits of unpacking', async () => {
    const result = await read([gzipSync(Buffer.alloc(1_000_000, 'a\n'))], { unpackedBytes: 100_000 })
    expect(result.problems[0]).toMatchObject({ kind: 'too-large', fatal: true })
    const wideFrames = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf8]), Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0x40])]
    for (const frame of wideFrames) {
      // A later frame may ask for gigabytes too.
      const second = await read([zstdFrame(utf8('abc\n')), frame, new Uint8Array(40)])
      expect([texts(second), second.problems[0]?.kind]).toEqual([['abc'], 'too-large'])
    }
    const wide = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf8, 0x01, 0x00, 0x00])
    expect((await read([wide])).problems).toHaveLength(1)
  })
})
