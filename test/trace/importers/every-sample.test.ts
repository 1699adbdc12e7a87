import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { importScreen } from '../../../src/report/import-report.ts'
import { plainStyle } from '../../../src/report/style.ts'
import { detectFormats } from '../../../src/trace/importers/detect-format.ts'
import { importers } from '../../../src/trace/importers/index.ts'
import { box } from '../../support/command.ts'
import { importLogFiles, importLogs } from '../../support/import-logs.ts'
import type { ImportedLogs } from '../../support/import-logs.ts'
import { logSamples, ordinary, sampleOptions } from '../../support/log-samples.ts'
import type { SampleValues } from '../../support/log-samples.ts'

const files = box()
afterAll(files.dispose)

const screen = { style: plainStyle, width: 100 }
// Terminal control codes: those of C0 but for the line feed, and those of C1.
const control = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/

it('there is a sample of every format', () => {
  expect([...logSamples.keys()]).toEqual(importers.map(({ format }) => format))
})

describe.for(importers)('$format', (importer) => {
  const sample = logSamples.get(importer.format)
  if (sample === undefined) throw new Error(`no sample of ${importer.format}`)
  const { name, text, lacks = [] } = sample
  const imported = async (values: Partial<SampleValues>): Promise<ImportedLogs> =>
    importLogFiles(importer, { [name]: text({ ...ordinary, ...values }) }, sampleOptions)

  it('is two calls in order, and nothing is left over', async () => {
    const { calls, report } = await imported({})
    expect([calls.length, report.problemCount, report.calls.refused, report.lines.unknownTypes]).toEqual([2, 0, 0, []])
    expect(calls.map(({ usage }) => usage?.output)).toEqual(lacks.includes('tokens') ? [undefined, undefined] : importer.format === 'codex-exec' ? [20, 1] : [20, 20])
  })

  it('is told from every other format', async () => {
    const folder = join(files.path, `detect-${importer.format}`)
    mkdirSync(folder)
    writeFileSync(join(folder, name), text(ordinary))
    const { files: found } = await detectFormats([folder], importers)
    // A table is nobody’s: its mapping says what it is.
    expect(found.map(({ formats }) => formats)).toEqual([importer.format === 'table' ? [] : [importer.format]])
  })

  it('is written once, whatever a copy of it is called', async () => {
    const copies = await importLogFiles(importer, { [name]: text(ordinary), [`old/${name}`]: text(ordinary) }, sampleOptions)
    expect([copies.calls.length, copies.report.calls.duplicates]).toEqual([2, 2])
  })

  it.skipIf(lacks.includes('tokens')).each([
    ['negative', -5],
    ['past 2^53', 2 ** 60],
    ['fractions', 1.5],
    ['words', 'many'],
    ['long numbers', 1e308],
  ])('has an unknown usage where counts are %s, and says so', async (_, count) => {
    const { calls, report } = await imported({ input: count, output: count })
    expect(calls.map(({ usage }) => usage)).toEqual(calls.map(() => undefined))
    expect([calls.length, report.problemCount > 0]).toEqual([2, true])
  })

  it.skipIf(lacks.includes('time'))('takes times out of order', async () => {
    const { calls } = await imported({ starts: [20, 10] })
    expect(calls.map(({ call }) => call).toSorted()).toEqual(calls.length === 2 && calls[0]?.session === calls[1]?.session ? [1, 2] : [1, 1])
    const ends = calls.flatMap(({ startMicros, endMicros }) => (startMicros === undefined || endMicros === undefined ? [] : [endMicros - startMicros]))
    expect(ends.every((took) => took >= 0)).toBe(true)
  })

  it.skipIf(lacks.includes('session')).each([
    ['control codes', '\u001b]0;pwned\u0007\u001b[2J\u009b31m'],
    ['a prototype', '__proto__'],
    ['a path', '../../etc/passwd'],
    ['a megabyte', 'x'.repeat(1_000_000)],
    ['nothing', ''],
  ])('takes a session that is called %s', async (_, session) => {
    const result = await imported({ session })
    expect(result.report.lines.categories).not.toEqual([])
    expect(importScreen(result.report, screen)).not.toMatch(control)
    expect(({} as { x?: unknown }).x).toBeUndefined()
  })

  it('takes each of its fields under a name that it does not know', async () => {
    const whole = text(ordinary)
    const fields = new Set([...whole.matchAll(/"([\w.-]+)":/g)].flatMap(([, field = '']) => field))
    for (const field of fields) {
      const { calls } = await importLogFiles(importer, { [name]: whole.replaceAll(`"${field}":`, `"x-${field}":`) }, sampleOptions)
      // What is not told any more is unknown, or a part of it is: never more than was told.
      const most = calls.map(({ prompt, usage }) => Math.max(prompt.tokens ?? 0, usage?.output ?? 0))
      expect({ field, calls: calls.length <= 2, counts: most.every((count) => count <= 100) }).toEqual({ field, calls: true, counts: true })
    }
  })

  it('takes keys that are prototypes', async () => {
    const odd = text(ordinary).replaceAll('{"', '{"__proto__":{"x":1},"constructor":{"prototype":{"x":1}},"')
    const { calls } = await importLogFiles(importer, { [name]: odd }, sampleOptions)
    // Where the keys are names of models, these two are names too.
    expect(new Set(calls.map(({ requested }) => requested)).size).toBe(importer.format === 'claude-results' ? 3 : 1)
    expect(calls.length).toBeGreaterThanOrEqual(2)
    expect(({} as { x?: unknown }).x).toBeUndefined()
  })

  it('says what is wrong with a file that is cut off, empty, no text or unfolds too far', async () => {
    const whole = gzipSync(text(ordinary))
    const { report, calls } = await importLogFiles(importer, {
      [`cut/${name}`]: whole.subarray(0, whole.length - 12),
      [`empty/${name}`]: '',
      [`binary/${name}`]: new Uint8Array(5_000),
      // A frame of zstd that asks for a window of 3 GB.
      [`bomb/${name}`]: Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xac, ...new Uint8Array(40)]),
      [`latin/${name}`]: Buffer.concat([Buffer.from([0xe9, 0x0a]), Buffer.from(text(ordinary))]),
    }, sampleOptions)
    const reasons = report.problems.map(({ reason }) => reason).join('; ')
    for (const word of ['is cut off', 'is empty', 'binary', 'unfolds too far', 'not UTF-8']) expect(reasons).toContain(word)
    expect(calls.length).toBeLessThanOrEqual(4)
  })

  it('reads a directory with a pipe, a loop of links and names of control codes', async () => {
    const folder = join(files.path, `odd-${importer.format}`)
    mkdirSync(join(folder, 'deep'), { recursive: true })
    symlinkSync(folder, join(folder, 'deep', 'loop'))
    symlinkSync('nowhere', join(folder, `dangling-${name}`))
    execFileSync('mkfifo', [join(folder, `pipe-${name}`)])
    writeFileSync(join(folder, `\u001b[31m\n${name}`), `${text(ordinary)}`)
    writeFileSync(join(folder, `\u0007${name}`), '\u0000')
    const result = await importLogs(importer, [folder], sampleOptions)
    expect(result.calls).toHaveLength(2)
    expect(importScreen(result.report, screen)).not.toMatch(control)
    expect(result.report.ignoredFiles.map(({ file, reason }) => [file.split('/').at(-1), reason])).toEqual(
      expect.arrayContaining([[`pipe-${name}`, expect.any(String)], [`dangling-${name}`, expect.any(String)]]),
    )
  })
})
