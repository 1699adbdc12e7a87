import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { azure } from '../../../../src/trace/importers/azure.ts'
import { claudeCode } from '../../../../src/trace/importers/claude-code.ts'
import type { Importer, ImportOptions } from '../../../../src/trace/importers/importer.ts'
import { codexExec } from '../../../../src/trace/importers/codex-exec.ts'
import { litellm } from '../../../../src/trace/importers/litellm.ts'
import { mooncake } from '../../../../src/trace/importers/mooncake.ts'
import { resumeImport } from '../../../../src/trace/importers/resume/resume.ts'
import type { ResumedRun } from '../../../../src/trace/importers/resume/resume.ts'
import { readState, stateText } from '../../../../src/trace/importers/resume/state.ts'
import type { ImportState } from '../../../../src/trace/importers/resume/state.ts'
import { canonicalJson } from '../../../../src/trace/canonical.ts'
import type { TraceRecord } from '../../../../src/trace/record.ts'

const folder = mkdtempSync(join(tmpdir(), 'resume-'))
afterAll(() => rmSync(folder, { recursive: true }))
let boxes = 0

/** As `writeTrace` does, without waiting for the disk. */
async function write(path: string, records: AsyncIterable<TraceRecord>): Promise<void> {
  const lines: string[] = []
  for await (const record of records) lines.push(`${canonicalJson(record)}\n`)
  writeFileSync(path, lines.join(''))
}

/** A directory of logs that grow, and a trace that follows them. */
function following(importer: Importer, options: ImportOptions = {}) {
  boxes += 1
  const logs = join(folder, String(boxes))
  const output = `${logs}.jsonl`
  let state: ImportState | undefined
  return {
    output,
    path: (name: string) => `${logs}-${name}`,
    names: new Set<string>(),
    write(name: string, text: string) {
      writeFileSync(this.path(name), text)
      this.names.add(name)
    },
    async start(more: ImportOptions = options) {
      const paths = [...this.names].map((name) => this.path(name))
      return resumeImport(importer, paths, more, { state, output, version: '1' })
    },
    /** Imports what is new; the counts of what that took. */
    async go() {
      const run = await this.start()
      if (run.kind === 'refused') throw new Error(run.reason)
      await write(output, run.records)
      state = readState(stateText(await run.stateFor(output)))
      return run.counts()
    },
    async reasonOf(more?: ImportOptions) {
      const run: ResumedRun | { kind: 'refused'; reason: string } = await this.start(more)
      return run.kind === 'refused' ? run.reason : 'goes on'
    },
    lines: () => readFileSync(output, 'utf8').trim().split('\n').filter((line) => line !== '').toSorted(),
    async linesAtOnce() {
      const whole = `${logs}-whole.jsonl`
      await write(whole, importer.read([...this.names].map((name) => this.path(name)), options).records)
      return readFileSync(whole, 'utf8').trim().split('\n').filter((line) => line !== '').toSorted()
    },
  }
}

const few = (name: string, count: number): fc.Arbitrary<string> => fc.nat(count - 1).map((at) => `${name}${at}`)

const gatewayRow = fc
  .record({
    request_id: fc.option(few('r', 12), { nil: undefined }),
    session_id: fc.option(few('s', 4), { nil: undefined }),
    startTime: fc.integer({ min: 1, max: 6 }),
    prompt_tokens: fc.nat(9),
  })
  .map((row) => ({ call_type: 'acompletion', spend: 1, completion_tokens: 1, endTime: 9, model: 'm', ...row }))
  // Without an id it is no row of a call.
  .map((row) => JSON.stringify(row))

/** Rows so long that a file of a few is read on from where it ended. */
const longRow = fc
  .record({ id: few('r', 20), session: few('s', 3), startTime: fc.integer({ min: 1, max: 6 }), chars: fc.integer({ min: 5_000, max: 30_000 }) })
  .map(({ id, session, startTime, chars }) =>
    JSON.stringify({ request_id: id, session_id: session, call_type: 'acompletion', spend: 1, prompt_tokens: 5, startTime, model: 'm', user: 'x'.repeat(chars) }),
  )

const transcriptRow = fc
  .record({
    type: fc.constantFrom('user', 'assistant', 'system'),
    uuid: few('u', 20),
    parentUuid: fc.option(few('u', 20)),
    session: few('s', 3),
    message: few('m', 8),
    agent: fc.option(few('a', 2), { nil: undefined }),
    second: fc.nat(50),
    output: fc.nat(9),
    // A side question repeats a message under a request of its own.
    request: fc.nat(1),
  })
  .map(({ type, session, message, agent, second, output, request, ...row }) =>
    JSON.stringify({
      ...row,
      type,
      sessionId: session,
      timestamp: `2026-05-01T00:00:${String(second).padStart(2, '0')}.000Z`,
      ...(agent === undefined ? {} : { isSidechain: true, agentId: agent }),
      ...(type === 'assistant'
        ? { requestId: `q${request}${message}`, message: { id: message, model: 'claude-opus-4-7', content: [], usage: { input_tokens: 1, output_tokens: output } } }
        : {}),
      ...(type === 'user' ? { message: { content: 'go on' } } : {}),
      ...(type === 'system' ? { subtype: 'compact_boundary', compactMetadata: { preTokens: 5 } } : {}),
    }),
  )

const azureRow = fc
  .record({ second: fc.nat(3), input: fc.nat(3) })
  .map(({ second, input }) => `2026-05-01 00:00:0${second},${input},1`)

/** Totals of a thread run on from file to file. */
const execRow = fc
  .oneof(
    few('t', 2).map((thread_id) => ({ type: 'thread.started', thread_id })),
    fc.constant({ type: 'turn.started' }),
    fc.record({ input: fc.nat(9), output: fc.nat(9) }).map(({ input, output }) => ({ type: 'turn.completed', usage: { input_tokens: input, output_tokens: output } })),
  )
  .map((row) => JSON.stringify(row))

const blockRow = fc
  .record({ timestamp: fc.nat(9), input_length: fc.nat(2000), output_length: fc.nat(9), hash_ids: fc.array(fc.nat(3), { maxLength: 3 }) })
  .map((row) => JSON.stringify(row))

describe.for([
  { importer: litellm, row: gatewayRow, head: [], end: 'jsonl' },
  { importer: claudeCode, row: transcriptRow, head: [], end: 'jsonl' },
  { importer: mooncake, row: blockRow, head: [], end: 'jsonl' },
  { importer: codexExec, row: execRow, head: [], end: 'jsonl' },
  { importer: azure, row: azureRow, head: ['TIMESTAMP,ContextTokens,GeneratedTokens'], end: 'csv' },
])('$importer.format', ({ importer, row, head, end }) => {
  it('imported in steps, as its logs grow, is what it is imported at once', async () => {
    const growing = fc.record({
      lines: fc.array(row, { maxLength: 8 }),
      // How many lines are there at each step; the last step has all.
      until: fc.tuple(fc.nat(8), fc.nat(8)),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(growing, { minLength: 1, maxLength: 5 }), async (files) => {
        const trace = following(importer)
        for (const step of [0, 1, 2]) {
          for (const [index, { lines, until }] of files.entries()) {
            const [least = 0, most = 0] = until.toSorted((a, b) => a - b)
            const count = [least, most, lines.length][step] ?? 0
            const text = [...head, ...lines.slice(0, count)].map((line) => `${line}\n`).join('')
            if (text !== '') trace.write(`${index}.${end}`, text)
          }
          await trace.go()
        }
        expect(trace.lines()).toEqual(await trace.linesAtOnce())
      }),
      { numRuns: 15 },
    )
  })
})

describe('a long log of lines that stand alone', () => {
  it('is read on from where it ended, and comes out as if it were read at once', async () => {
    const wanted = { steps: 0, continued: 0 }
    await fc.assert(
      fc.asyncProperty(
        fc.array(longRow, { minLength: 8, maxLength: 24 }),
        fc.array(longRow, { maxLength: 8 }),
        fc.array(fc.nat(24), { minLength: 2, maxLength: 3 }),
        // Where the second file tells of the same sessions, all of both is read again.
        fc.boolean(),
        fc.boolean(),
        async (rows, others, cuts, shared, halfLine) => {
          const trace = following(litellm)
          const other = others.map((row) => `${shared ? row : row.replace('"s', '"o').replace('"r', '"p')}\n`)
          for (const cut of [...cuts.toSorted((a, b) => a - b), rows.length]) {
            const text = rows.slice(0, cut).map((row) => `${row}\n`).join('')
            // A writer may be in the middle of a line.
            const begun = halfLine ? (rows[cut] ?? '').slice(0, 2_000) : ''
            if (text + begun !== '') trace.write('a.jsonl', text + begun)
            if (cut > 0 && other.length > 0) trace.write('b.jsonl', other.slice(0, cut).join(''))
            const { continuedFiles } = await trace.go()
            wanted.steps += 1
            wanted.continued += continuedFiles
            expect(trace.lines()).toEqual(await trace.linesAtOnce())
          }
        },
      ),
      { numRuns: 10 },
    )
    expect(wanted.continued).toBeGreaterThan(0)
  })

  it('is read again where another file shares a session with it', async () => {
    const trace = following(litellm)
    const long = (id: string, session: string): string => line(id, session).replace('"m"', `"${'m'.repeat(70_000)}"`)
    trace.write('a.jsonl', long('1', 'x'))
    expect(await trace.go()).toMatchObject({ readFiles: 1, grownFiles: 0, continuedFiles: 0 })
    trace.write('a.jsonl', long('1', 'x') + line('2', 'x'))
    expect(await trace.go()).toMatchObject({ readFiles: 0, grownFiles: 0, continuedFiles: 1, keptRecords: 2 })
    trace.write('a.jsonl', long('1', 'x') + line('2', 'x') + line('3', 'x'))
    trace.write('b.jsonl', line('4', 'x'))
    expect(await trace.go()).toMatchObject({ readFiles: 2, grownFiles: 1, continuedFiles: 0, keptRecords: 0 })
    expect(trace.lines()).toEqual(await trace.linesAtOnce())
  })
})

const line = (id: string, session: string, startTime = 1): string =>
  `${JSON.stringify({ request_id: id, session_id: session, call_type: 'acompletion', spend: 1, prompt_tokens: 5, startTime, model: 'm' })}\n`

describe('going on', () => {
  it('reads what is new, what grew and what shares a session with it, and nothing else', async () => {
    const trace = following(litellm)
    trace.write('a.jsonl', line('1', 'x'))
    trace.write('b.jsonl', line('2', 'y'))
    trace.write('c.jsonl', line('3', 'z'))
    expect(await trace.go()).toMatchObject({ readFiles: 3, unchangedFiles: 0, keptRecords: 0 })
    expect(await trace.go()).toMatchObject({ readFiles: 0, unchangedFiles: 3, keptRecords: 6 })
    trace.write('d.jsonl', line('4', 'y'))
    expect(await trace.go()).toMatchObject({ readFiles: 2, unchangedFiles: 2, keptRecords: 4 })
    trace.write('a.jsonl', line('1', 'x') + line('5', 'x'))
    expect(await trace.go()).toMatchObject({ readFiles: 1, unchangedFiles: 3, keptRecords: 5 })
    expect(trace.lines()).toEqual(await trace.linesAtOnce())
  })

  it('reads a side question again when the conversation that it repeats turns up', async () => {
    const reply = (session: string, request: string, more: object): string =>
      `${JSON.stringify({ type: 'assistant', uuid: request, parentUuid: null, sessionId: session, timestamp: '2026-05-01T00:00:01.000Z', requestId: request, message: { id: 'm1', content: [] }, ...more })}\n`
    const trace = following(claudeCode)
    trace.write('side.jsonl', reply('s1', 'q1', { isSidechain: true, agentId: 'a' }))
    await trace.go()
    trace.write('main.jsonl', reply('s2', 'q2', {}))
    expect(await trace.go()).toMatchObject({ readFiles: 2 })
    expect(trace.lines()).toEqual(await trace.linesAtOnce())
    expect(trace.lines().filter((one) => one.includes('"call":1'))).toHaveLength(1)
  })

  it('keeps what was read of files that are gone', async () => {
    const trace = following(litellm)
    trace.write('a.jsonl', line('1', 'x'))
    trace.write('b.jsonl', line('2', 'y'))
    await trace.go()
    const before = trace.lines()
    trace.names.delete('a.jsonl')
    expect(await trace.go()).toMatchObject({ readFiles: 0, goneFiles: 1, keptRecords: 4 })
    expect(trace.lines()).toEqual(before)
    trace.write('c.jsonl', line('3', 'x'))
    expect(await trace.reasonOf()).toMatch(/a\.jsonl` is gone, and shares a session or a call with files that are new/)
  })

  it.each([
    ['a changed beginning', (text: string) => text.replace('"1"', '"7"')],
    ['a file that was cut', (text: string) => text.slice(0, -5)],
    ['an emptied file', () => ''],
  ])('is refused after %s', async (_, change) => {
    const trace = following(litellm)
    const text = line('1', 'x') + line('2', 'x')
    trace.write('a.jsonl', text)
    await trace.go()
    trace.write('a.jsonl', change(text))
    expect(await trace.reasonOf()).toContain(`does not begin any more with the ${text.length} bytes that were read of it`)
  })

  it('is refused where the trace was edited, or is wanted otherwise', async () => {
    const trace = following(litellm)
    trace.write('a.jsonl', line('1', 'x'))
    await trace.go()
    expect(await trace.reasonOf({ withText: true })).toContain('with other `--for`')
    writeFileSync(trace.output, '{}\n')
    expect(await trace.reasonOf()).toContain('is not any more what the import wrote')
  })
})

describe('a state', () => {
  it('comes back from its text, and any other text is none', () => {
    const state: ImportState = {
      settings: 's',
      output: { bytes: 1, sha256: 'x' },
      files: [
        { path: 'p', bytes: 2, sha256: 'y', links: new Set(['aaaaaaaaaaa', 'bbbbbbbbbbb']) },
        { path: 'q', bytes: 3, sha256: 'z', lines: 4, links: new Set(['aaaaaaaaaaa']) },
      ],
    }
    expect(readState(stateText(state))).toEqual(state)
    for (const text of ['', '{', '[]', '{}', '{"importState":1}', stateText(state).replace('"p"', '5'), stateText(state).replace(':1,', ':-1,')]) {
      expect(readState(text)).toBeUndefined()
    }
  })
})
