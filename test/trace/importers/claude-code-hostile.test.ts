import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { claudeCode } from '../../../src/trace/importers/claude-code.ts'
import {
  accountedLines,
  importFiles,
  importNotation,
  importPaths,
  transcript,
} from '../../support/claude-transcript.ts'

describe('lines that cannot be read', () => {
  it.for([
    ['{"type":"user"', 'cut off'],
    ['no JSON\n', 'not JSON'],
    ['{"type":"user"}{"type":\n', 'not JSON'],
    ['{"type":"user"},{"type":"user"}\n', 'not JSON'],
    ['[1, 2]\n', 'JSON, but not an object'],
    ['null\n', 'JSON, but not an object'],
    ['"user"\n', 'JSON, but not an object'],
    ['\u0001\u001b\n', 'not JSON'],
  ] as const)('are counted and named: %j', async ([line, reason]) => {
    const { calls, report } = await importFiles({
      's1.jsonl': `${transcript('user hello\nreply m1')}${line}`,
    })
    expect(calls).toHaveLength(1)
    expect(report.problems).toMatchObject([{ line: 3, reason }])
    expect(report.problems[0]?.file).toMatch(/s1\.jsonl$/)
    expect(report.lines.read).toBe(3)
    expect(accountedLines(report)).toBe(3)
  })

  it('are not those that hold two objects, are blank or end in CR LF', async () => {
    const text = transcript('user hello\nreply m1 text="a}{b\\\\\\"{"\nreply m2')
    const [one = '', two = '', three = ''] = text.split('\n')
    const { calls, report } = await importFiles({ 's1.jsonl': `${one}\r\n\n${two} ${three}\n  ` })
    expect(calls.map((call) => call.id)).toEqual(['m1', 'm2'])
    expect(report.lines).toMatchObject({ read: 4, blank: 2, extraObjects: 1 })
    expect(report.problemCount).toBe(0)
    expect(accountedLines(report)).toBe(4)
  })

  it('are told up to a hundred, and counted beyond', async () => {
    const { report } = await importFiles({ 's1.jsonl': 'x\n'.repeat(250) })
    expect(report.problems).toHaveLength(100)
    expect(report.problemCount).toBe(250)
    expect(accountedLines(report)).toBe(250)
  })
})

describe('lines that are strange', () => {
  it('may have ten million characters', async () => {
    const { calls } = await importFiles({
      's1.jsonl': transcript(`user ${'x'.repeat(10_000_000)}\nreply m1`),
    })
    expect(calls[0]?.prompt.user).toEqual({ chars: 10_000_000 })
  })

  it('may nest deeper than a stack', async () => {
    const depth = 200_000
    const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`
    const row = transcript('reply m1 uuid=deep tool=Read#t1 args={"a":"DEEP"}')
    const text = transcript('user hello') + row.replace('"DEEP"', deep)
    const { calls, report } = await importFiles({ 's1.jsonl': text })
    expect(calls[0]?.reply?.tools).toEqual([{ name: 'Read' }])
    expect(accountedLines(report)).toBe(2)
  })

  it('may use names of the language', async () => {
    const { sessions, calls, report } = await importNotation(`
      user hello session=__proto__ uuid=__proto__
      reply __proto__ model=__proto__ session=__proto__ tool=__proto__#__proto__ args={"__proto__":1}
      reply constructor session=__proto__ tool=toString#hasOwnProperty
      result __proto__ failed session=__proto__
      result hasOwnProperty session=__proto__
      __proto__
    `)
    expect(sessions.map((one) => one.session)).toEqual(['__proto__'])
    expect(calls.map((call) => call.id)).toEqual(['__proto__', 'constructor'])
    expect(calls[0]).toMatchObject({ requested: '__proto__', served: { model: '__proto__' } })
    expect(calls[0]?.reply?.tools?.[0]).toMatchObject({ name: '__proto__', failed: true })
    expect(calls[1]?.reply?.tools?.[0]).toMatchObject({ name: 'toString', failed: false })
    expect(report.lines.unknownTypes).toEqual(['__proto__'])
    expect(({} as { a?: unknown }).a).toBeUndefined()
  })

  it('may leave out all but their type', async () => {
    const { calls, report } = await importFiles({
      'from-name.jsonl': [
        '{"type":"user"}',
        '{"type":"user","message":null}',
        '{"type":"user","message":{"content":[null,1,"x",{"type":"tool_result"}]}}',
        '{"type":"assistant"}',
        '{"type":"assistant","message":{"content":"words"},"requestId":"r"}',
        '{"type":"system"}',
        '{"type":"system","subtype":"api_error"}',
        '{"type":"system","subtype":"compact_boundary"}',
        '{"type":"progress","data":{"type":"agent_progress","message":{}}}',
        '{"type":"progress","data":{"type":"agent_progress","agentId":"a","message":{"type":"assistant"}}}',
        '{"type":7}',
        '{}',
      ].join('\n'),
    })
    expect(calls.map((call) => [call.session, call.end, call.requested, call.usage])).toEqual([
      ['from-name', 'served', undefined, undefined],
      ['from-name', 'served', undefined, undefined],
      ['from-name/agent-a', 'served', undefined, undefined],
    ])
    expect(accountedLines(report)).toBe(12)
    expect(report.lines.unknownTypes).toEqual(['no type'])
  })

  it('may carry counts that are none; the call stands, its usage is unknown', async () => {
    const { calls, report } = await importNotation(`
      user hello
      reply m1 in=-5
      reply m2 out=1.5
      reply m3 read="many"
      reply m4 w5=-1 w1=1
      reply m5 usage={"cache_creation_input_tokens":1} w5=9
      reply m6 usage={"input_tokens":null}
      reply m7 in=9007199254740993
      reply m8 in=7
    `)
    expect(calls.map((call) => call.usage?.uncachedInput)).toEqual([
      ...Array<undefined>(7).fill(undefined),
      7,
    ])
    expect(calls[0]?.prompt.tokens).toBeUndefined()
    expect(report.problems.map((problem) => problem.line)).toEqual([2, 3, 4, 5, 6, 7, 8])
    expect(report.problems[0]?.reason).toBe('usage: `input_tokens` is not a count')
  })

  it('may name a session with control codes, which are carried as they are', async () => {
    const session = '\u001b[31mred\u202e\n'
    const { calls } = await importFiles({
      's1.jsonl': transcript('user hello\nreply m1').replaceAll('"s1"', JSON.stringify(session)),
    })
    expect(calls[0]?.session).toBe(session)
  })

  it('may carry times that are none', async () => {
    const rows = transcript('user hello\nreply m1\nuser on\nreply m2').split('\n')
    const times = ['"yesterday"', '12', '"9999-99-99T00:00:00Z"', '"1969-01-01T00:00:00Z"']
    const text = times.map((time, index) =>
      (rows[index] ?? '').replace(/"timestamp":"[^"]*"/, `"timestamp":${time}`),
    )
    const { calls } = await importFiles({ 's1.jsonl': text.join('\n') })
    expect(calls.map((call) => [call.startMicros, call.endMicros, call.timeQuality])).toEqual([
      [undefined, undefined, undefined],
      [undefined, undefined, undefined],
    ])
  })
})

describe('files', () => {
  it('may be packed, and are told apart from others', async () => {
    const text = transcript('user hello\nreply m1')
    const { calls, report } = await importFiles({
      'a.jsonl.gz': gzipSync(text),
      'b.entire-metadata.json': '{}',
      'c.txt': text,
    })
    expect(calls).toHaveLength(1)
    expect(report.files).toBe(1)
    expect(report.ignoredFiles.map(({ reason }) => reason)).toEqual([
      'counts of another program',
      'no transcript',
    ])
  })

  it('may be missing, empty or binary', async () => {
    const missing = await importPaths(['/nowhere/at/all.jsonl'])
    expect(missing.records).toEqual([])
    expect(missing.report.ignoredFiles).toMatchObject([{ file: '/nowhere/at/all.jsonl' }])
    const { records, report } = await importFiles({
      'empty.jsonl': '',
      'binary.jsonl': new Uint8Array([0, 1, 2, 3]),
    })
    expect(records).toEqual([])
    expect(report.problemCount).toBe(2)
    expect(report.lines.read).toBe(0)
  })

  it('are recognised by their lines', () => {
    expect(claudeCode.detect(transcript('user hello\nreply m1'))).toBe(true)
    expect(claudeCode.detect(`{"type":"summary"}\n${transcript('user hello')}`)).toBe(true)
    expect(claudeCode.detect('{"record":"session","session":"s1","schema":1}\n')).toBe(false)
    expect(claudeCode.detect('{"timestamp":"x","type":"session_meta","payload":{}}')).toBe(false)
    expect(claudeCode.detect('')).toBe(false)
    expect(claudeCode.detect('no JSON')).toBe(false)
  })
})

// --- laws

const rowNotation = fc.oneof(
  fc.constantFrom(
    'user hello',
    'user look images=1',
    'meta note',
    'interrupt',
    'compact before=10',
    'error 529 wait=5',
    'failed "API Error: 529"',
    'synthetic "No response requested."',
    'stdout Set model to claude-b',
    'snapshot',
    'raw not JSON',
    'raw {"type":"unheard-of"}',
  ),
  fc
    .record({ id: fc.nat(6), model: fc.constantFrom('a', 'b'), out: fc.nat(9), tool: fc.nat(4) })
    .map(({ id, model, out, tool }) => `reply m${id} model=${model} out=${out} tool=T#t${tool}`),
  fc.nat(4).map((tool) => `result t${tool} failed`),
)
const notation = fc.array(rowNotation, { maxLength: 12 }).map((rows) => rows.join('\n'))

it('gives the same records and report whatever the order of the files', async () => {
  const files = fc.uniqueArray(
    fc.record({ name: fc.nat(99), session: fc.constantFrom('s1', 's2', 's3'), notation }),
    { minLength: 2, maxLength: 4, selector: ({ name }) => name },
  )
  await fc.assert(
    fc.asyncProperty(files, fc.infiniteStream(fc.nat()), async (written, keys) => {
      const byName = Object.fromEntries(
        written.map((file) => [`${file.name}.jsonl`, transcript(file.notation, file.session)]),
      )
      const names = Object.keys(byName)
      const shuffled = names
        .map((name) => ({ name, key: keys.next().value }))
        .toSorted((a, b) => a.key - b.key)
        .map(({ name }) => name)
      const forth = await importFiles(byName, {}, names)
      const other = await importFiles(byName, {}, shuffled)
      expect(other.records).toEqual(forth.records)
      expect(other.report.lines).toEqual(forth.report.lines)
      expect(other.report.calls).toEqual(forth.report.calls)
      // No call is written twice, and a session's calls count from 1 without a gap.
      const numbers = new Map<string, number>()
      for (const { session, call } of forth.calls) {
        expect(call).toBe((numbers.get(session) ?? 0) + 1)
        numbers.set(session, call)
      }
      const served = forth.calls.filter((call) => call.end === 'served').map((call) => call.id)
      expect(new Set(served).size).toBe(served.length)
    }),
    { numRuns: 60 },
  )
})

it('accounts for every line of anything', async () => {
  const line = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.json({ maxDepth: 3 }),
    rowNotation.map((row) => transcript(row).trimEnd()),
    fc
      .tuple(rowNotation, fc.nat(400))
      .map(([row, length]) => transcript(row).slice(0, length).replaceAll('\n', ' ')),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 10 }), async (lines) => {
      const text = lines.map((one) => `${one.replaceAll(/[\r\n]/g, ' ')}\n`).join('')
      fc.pre(!text.includes('\0'))
      const { report } = await importFiles({ 'any.jsonl': text })
      expect(report.lines.read).toBe(lines.length)
      expect(accountedLines(report)).toBe(lines.length)
    }),
    { numRuns: 100 },
  )
})
