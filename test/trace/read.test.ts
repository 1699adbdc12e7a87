import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { sessionDigest, sharedEventsDigest, traceDigest } from '../../src/trace/canonical.ts'
import { sessionsOf } from '../../src/trace/merge.ts'
import { loadTrace, readTrace } from '../../src/trace/read.ts'
import type { TraceOptions, TraceSummary } from '../../src/trace/read.ts'
import type { TraceRecord } from '../../src/trace/record.ts'
import type { RecordedSession } from '../../src/trace/session.ts'
import { arbitraryRecords } from '../support/arbitrary-trace.ts'

const home = mkdtempSync(join(tmpdir(), 'reroute-test-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

let files = 0
function file(content: string | Uint8Array, suffix = '.jsonl'): string {
  const path = join(home, `${(files += 1)}${suffix}`)
  writeFileSync(path, content)
  return path
}

const lines = (records: readonly object[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('')

/** What a reading means, without where it was read. */
function meaning(sessions: readonly RecordedSession[]): unknown {
  return JSON.parse(JSON.stringify(sessions, (key, value: unknown) => (key === 'provenance' ? undefined : value)))
}

/** Keys in another order and white space between them: the same records, written by someone else. */
function reformatted(record: TraceRecord): string {
  return `  ${JSON.stringify(Object.fromEntries(Object.entries(record).toReversed()), null, ' ').replaceAll('\n', '')}\r\n`
}

function adds(summary: TraceSummary): boolean {
  const rows = summary.sessionRows + summary.callRows + summary.eventRows
  const kept = summary.headers + summary.calls + summary.events
  return (
    summary.lines === summary.blankLines + summary.quarantinedLines + rows &&
    rows === kept + summary.duplicateRows + summary.replacedRows
  )
}

const spilling: TraceOptions = { limits: { heldBytes: 700 } }

describe('laws of reading', () => {
  it('property: order, files, copies, formatting and spilling change nothing', async () => {
    const shuffled = arbitraryRecords.chain((records) =>
      fc.record({
        records: fc.constant(records),
        order: fc.shuffledSubarray([...records.keys(), ...records.keys()], { minLength: records.length * 2 }),
        parts: fc.integer({ min: 1, max: 3 }),
        heldBytes: fc.constantFrom(1, 700, 1_000_000),
        junk: fc.boolean(),
      }),
    )
    await fc.assert(
      fc.asyncProperty(shuffled, async ({ records, order, parts, heldBytes, junk }) => {
        const marker: TraceRecord = { record: 'session', schema: 1, session: 'marker' }
        const expected = sessionsOf([...records, marker])
        const texts = Array.from({ length: parts }, () => JSON.stringify(marker) + '\n')
        order.forEach((at, index) => {
          const record = records[at] as TraceRecord
          texts[index % parts] += index % 2 === 0 ? reformatted(record) : lines([record])
          if (junk) texts[index % parts] += index % 3 === 0 ? '\n' : '{"record":"call"}\n'
        })
        const paths = texts.map((text) => file(text))
        const reading = await loadTrace(paths, { limits: { heldBytes } })
        expect(meaning(reading.loaded)).toEqual(meaning(expected))
        const summary = reading.summary() as TraceSummary
        expect(adds(summary)).toBe(true)
        const shared = reading.sharedEvents
        expect(summary.digest).toBe(traceDigest(expected.map(sessionDigest), sharedEventsDigest(shared)))
        expect(summary.quarantinedLines).toBe(reading.quarantined.length)
        for (const path of paths) rmSync(path)
      }),
      { numRuns: 60 },
    )
  })

  it('property: the summary does not depend on spilling', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryRecords, async (records) => {
        const path = file(lines([{ record: 'session', schema: 1, session: 'm' }, ...records]))
        const held = await loadTrace([path])
        const spilled = await loadTrace([path], { limits: { heldBytes: 1 } })
        expect(spilled.summary()).toEqual(held.summary())
        expect(spilled.loaded).toEqual(held.loaded)
        expect(spilled.spilledBytes).toBeGreaterThan(0)
        rmSync(path)
      }),
      { numRuns: 40 },
    )
  })

  it('asks for the sessions twice and gets the same', async () => {
    const path = file(lines(calls('s', 9)))
    const reading = await readTrace([path], spilling)
    const first: RecordedSession[] = []
    for await (const session of reading.sessions()) first.push(session)
    const summary = reading.summary()
    const second: RecordedSession[] = []
    for await (const session of reading.sessions()) second.push(session)
    expect(second).toEqual(first)
    expect(reading.summary()).toEqual(summary)
    reading.dispose()
  })
})

function calls(session: string, count: number): TraceRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    record: 'call',
    session,
    call: index + 1,
    prompt: {},
    end: 'served',
  }))
}

describe('temporary files', () => {
  it('are private to their owner, and gone after dispose, even in the middle', async () => {
    const spillDirectory = mkdtempSync(join(home, 'spill-'))
    const path = file(lines([...calls('a', 20), ...calls('b', 20)]))
    const reading = await readTrace([path], { ...spilling, spillDirectory })
    const [run] = readdirSync(spillDirectory)
    const inside = join(spillDirectory, run ?? '')
    expect(readdirSync(inside).length).toBeGreaterThan(1)
    expect(statSync(inside).mode & 0o777).toBe(0o700)
    for (const name of readdirSync(inside)) expect(statSync(join(inside, name)).mode & 0o777).toBe(0o600)
    for await (const session of reading.sessions()) {
      expect(session.session).toBe('a')
      break
    }
    reading.dispose()
    reading.dispose()
    expect(readdirSync(spillDirectory)).toEqual([])
  })
})

describe('what is wrong is said', () => {
  const good = lines(calls('s', 1))

  it.each([
    ['a missing file', () => join(home, 'none.jsonl'), 'not-found'],
    ['an empty file', () => file(''), 'empty'],
    ['blank lines only', () => file('\n \n'), 'no-records'],
    ['a byte order mark only', () => file('\uFEFF'), 'no-records'],
    ['a binary file', () => file(Uint8Array.of(0x89, 0x50, 0, 0)), 'binary'],
    ['another kind of text', () => file('policy x\non start { }\n'), 'no-records'],
    ['a directory without traces', () => mkdtempSync(join(home, 'dir-')), 'no-trace-files'],
  ])('%s', async (_, make, kind) => {
    const path = make()
    const reading = await loadTrace([path])
    expect(reading.problems).toMatchObject([{ kind, file: path, fatal: true }])
    expect(reading.problems[0]?.message).toContain(path)
    expect(reading.loaded).toEqual([])
  })

  it('quarantines bad lines with file, line and field, and reads the rest', async () => {
    const path = file(`${good}{"record":"call","session":"s","call":0,"prompt":{},"end":"served"}\n${good.slice(0, 30)}`)
    const reading = await loadTrace([path])
    expect(reading.loaded).toHaveLength(1)
    expect(reading.quarantined).toEqual([
      { file: path, line: 2, kind: 'schema', field: 'call', reason: '`call`: got 0, expected an integer of at least 1' },
      { file: path, line: 3, kind: 'cut-off', reason: 'the last line is cut off: the record does not end' },
    ])
    expect([...reading.quarantinedBy]).toEqual([['schema', 1], ['cut-off', 1]])
    expect(adds(reading.summary() as TraceSummary)).toBe(true)
  })

  it('keeps so many quarantined lines and counts them all', async () => {
    const path = file(good + 'x\n'.repeat(50))
    const reading = await loadTrace([path], { limits: { quarantineKept: 3 } })
    expect(reading.quarantined).toHaveLength(3)
    expect(reading.lines.quarantinedLines).toBe(50)
  })

  it('ends at the first bad line when strict', async () => {
    const path = file(`${good}nonsense\n${good}`)
    const reading = await loadTrace([path], { strict: true })
    expect(reading.problems).toMatchObject([{ kind: 'strict', file: path, line: 2, fatal: true }])
    expect(reading.loaded).toEqual([])
  })

  it('keeps unknown fields and counts them once by name', async () => {
    const records = calls('s', 3).map((record) => ({ ...record, colour: 'red', reply: { mood: [1] } }))
    const reading = await loadTrace([file(lines(records))])
    expect([...reading.unknownFields].sort()).toEqual([['colour', 3], ['reply.mood', 3]])
    expect(reading.loaded[0]?.calls[2]).toMatchObject({ colour: 'red', reply: { mood: [1] } })
  })

  it('limits one session and the events that every session repeats', async () => {
    const path = file(lines([...calls('a', 1), ...calls('b', 90)]))
    const large = await loadTrace([path], { limits: { sessionBytes: 2_000 } })
    expect(large.problems).toMatchObject([{ kind: 'session-too-large', fatal: true }])
    expect(large.summary()).toBeUndefined()
    const events: TraceRecord[] = Array.from({ length: 5 }, (_, at) => ({ record: 'event', event: 'end', atMicros: at }))
    const shared = await loadTrace([file(lines(events))], { limits: { sharedEvents: 4 } })
    expect(shared.problems).toMatchObject([{ kind: 'too-many-shared-events', fatal: true }])
  })
})

describe('where traces are found', () => {
  it('reads a directory, deep, in the order of names, without following links out of it', async () => {
    const directory = mkdtempSync(join(home, 'tree-'))
    mkdirSync(join(directory, 'sub'))
    writeFileSync(join(directory, 'sub', 'a.jsonl'), lines(calls('a', 1)))
    writeFileSync(join(directory, 'b.jsonl'), lines(calls('b', 1)))
    writeFileSync(join(directory, 'notes.txt'), 'not read')
    symlinkSync(home, join(directory, 'up'))
    const reading = await loadTrace([directory])
    expect(reading.directories).toEqual([{ path: directory, files: 2 }])
    expect(reading.loaded.map(({ session }) => session)).toEqual(['a', 'b'])
    expect(reading.problems).toEqual([])
  })

  it('reads the standard input as `-`, and tells how far it is', async () => {
    async function* stdin(): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode(lines(calls('s', 2)))
    }
    const progress: (readonly [number, number | undefined])[] = []
    const reading = await loadTrace(['-'], {
      stdin: stdin(),
      onProgress: (read, total) => progress.push([read, total]),
    })
    expect(reading.loaded[0]?.calls[1]?.provenance).toEqual({ file: '-', line: 2 })
    expect(progress).toEqual([[lines(calls('s', 2)).length, undefined]])
    const path = file(lines(calls('s', 2)))
    await loadTrace([path], { onProgress: (read, total) => progress.push([read, total]) })
    expect(progress.at(-1)).toEqual([statSync(path).size, statSync(path).size])
  })

  it('keeps the origin that a record names itself', async () => {
    const provenance = { file: 'transcript.jsonl', line: 12 }
    const reading = await loadTrace([file(lines(calls('s', 1).map((record) => ({ ...record, provenance }))))])
    expect(reading.loaded[0]?.calls[0]?.provenance).toEqual(provenance)
  })
})
