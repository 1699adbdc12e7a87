import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { loadTrace } from '../../src/trace/read.ts'
import type { TraceRecord } from '../../src/trace/record.ts'
import { writeTrace } from '../../src/trace/write.ts'
import { wholeCall, wholeRecords } from '../support/example-records.ts'

const home = mkdtempSync(join(tmpdir(), 'reroute-test-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const bare: TraceRecord = { record: 'session', schema: 1, session: 's' }

describe('writeTrace', () => {
  it('writes every kind of record so that it reads back the same, plain and packed', async () => {
    for (const name of ['a.jsonl', 'a.jsonl.gz']) {
      const path = join(home, name)
      expect(await writeTrace(path, wholeRecords)).toEqual({ records: wholeRecords.length, heldText: true })
      const [session] = (await loadTrace([path])).loaded
      const read = [session?.header, ...(session?.calls ?? []), ...(session?.events ?? [])]
      expect(read).toHaveLength(wholeRecords.length)
      for (const record of wholeRecords) expect(read).toContainEqual(record)
    }
    expect(gunzipSync(readFileSync(join(home, 'a.jsonl.gz')))).toEqual(readFileSync(join(home, 'a.jsonl')))
  })

  it('lets only the owner read a file that holds text', async () => {
    const path = join(home, 'mode.jsonl')
    await writeTrace(path, [wholeCall])
    expect(statSync(path).mode & 0o777).toBe(0o600)
    await writeTrace(path, [bare])
    expect(statSync(path).mode & 0o777).toBe(0o644 & ~process.umask())
  })

  it('leaves the old file and nothing else when it fails', async () => {
    const directory = mkdtempSync(join(home, 'fail-'))
    const path = join(directory, 'kept.jsonl')
    writeFileSync(path, 'old')
    async function* broken(): AsyncGenerator<TraceRecord> {
      yield bare
      throw new Error('broken off')
    }
    await expect(writeTrace(path, broken())).rejects.toThrow('broken off')
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(directory)).toEqual(['kept.jsonl'])
    await expect(writeTrace(join(directory, 'no', 'such.jsonl'), [bare])).rejects.toThrow('ENOENT')
  })

  it('writes `-` to the standard output and leaves it open', async () => {
    const chunks: string[] = []
    const stdout = new Writable({
      write(chunk, _encoding, done) {
        chunks.push(String(chunk))
        done()
      },
    })
    await writeTrace('-', [bare], { stdout })
    expect(chunks.join('')).toBe('{"record":"session","schema":1,"session":"s"}\n')
    expect(stdout.writableEnded).toBe(false)
  })
})
