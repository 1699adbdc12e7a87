import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { TRACE_SCHEMA_VERSION } from '../../src/trace/record.ts'
import { migrations, planUpgrade, upgraded } from '../../src/trace/upgrade.ts'
import type { LooseRecord, Migration, UpgradeTable } from '../../src/trace/upgrade.ts'
import { openUpgrade, UpgradeStopped } from '../../src/trace/upgrade-file.ts'
import { box } from '../support/command.ts'

function step(to: number): Migration {
  return (record) => ({ ...record, seen: [...(Array.isArray(record['seen']) ? record['seen'] : []), to] })
}

const chain: UpgradeTable = { to: 3, migrations: new Map([[1, step(2)], [2, step(3)]]) }

describe('the plan of an upgrade', () => {
  it('is empty for a trace of the newest version, and for one that names none', () => {
    expect(planUpgrade(new Set([TRACE_SCHEMA_VERSION]))).toEqual({ kind: 'current' })
    expect(planUpgrade(new Set())).toEqual({ kind: 'current' })
  })

  it('takes every step from the oldest on, in order', () => {
    const plan = planUpgrade(new Set([1]), chain)
    expect(plan).toMatchObject({ kind: 'upgrade', from: 1 })
    expect(upgraded({}, plan.kind === 'upgrade' ? plan.steps : [])).toEqual({ seen: [2, 3] })
  })

  it.each([
    ['a newer version, by its number', [7], /version 7, this reroute reads up to 3/],
    ['a version that nothing leads from', [0], /nothing leads from version 0 to version 1/],
    ['versions that are mixed', [2, 1], /versions 1 and 2 are in one file/],
    ['no number', ['1'], /names no version/],
    ['no version', [undefined], /names no version/],
  ])('is refused for %s', (_, versions, message) => {
    expect(planUpgrade(new Set<unknown>(versions), chain)).toMatchObject({ kind: 'refused', message: expect.stringMatching(message) })
  })

  it('has a step from every published version', () => {
    const published = Array.from({ length: TRACE_SCHEMA_VERSION - 1 }, (_, at) => at + 1)
    expect([...migrations.keys()].toSorted()).toEqual(published)
  })
})

describe('the upgrade of a file', () => {
  const files = box()
  afterAll(files.dispose)

  /** A version before the first one, made up for this test: it said `id` where 1 says `session`. */
  const before: UpgradeTable = {
    to: 1,
    migrations: new Map<number, Migration>([
      [0, ({ id, ...rest }: LooseRecord) => ({ ...rest, session: id, ...(rest['record'] === 'session' && { schema: 1 }) })],
    ]),
  }
  const header = JSON.stringify({ record: 'session', schema: 0, id: 's', odd: 1 })
  const call = JSON.stringify({ record: 'call', id: 's', call: 1, prompt: {}, end: 'served' })

  async function records(path: string): Promise<readonly unknown[]> {
    const opened = await openUpgrade(path, before)
    if (opened.kind !== 'upgrade') throw new Error(opened.kind)
    const all: unknown[] = []
    for await (const record of opened.records()) all.push(record)
    return all
  }

  it('comes to checked records of the newest version, with fields that nobody knows', async () => {
    const expected = [
      { record: 'session', schema: 1, session: 's', odd: 1 },
      { record: 'call', session: 's', call: 1, prompt: {}, end: 'served' },
    ]
    expect(await records(files.write('old.jsonl', `${header}\n\n${call}\n`))).toEqual(expected)
    expect(await records(files.write('old.jsonl.gz', gzipSync(`${header}\n${call}`)))).toEqual(expected)
  })

  it('ends at a line that does not come to a record', async () => {
    const path = files.write('bad.jsonl', `${header}\n${JSON.stringify({ record: 'call', id: 's' })}\n`)
    await expect(records(path)).rejects.toThrow(UpgradeStopped)
    await expect(records(path)).rejects.toThrow(/line 2: .*`call`/)
  })

  it.each([
    ['a line that is no JSON', `${header}\n{"record"`, /line 2: not a JSON object/],
    ['a list', `${header}\n[]\n`, /line 2: not a JSON object/],
    ['an empty file', '', /empty/],
  ])('fails for %s', async (_, text, message) => {
    const opened = await openUpgrade(files.write('wrong.jsonl', text), before)
    expect(opened).toMatchObject({ kind: 'failed', failure: { message: expect.stringMatching(message) } })
  })

  it('needs one file that it can read twice', async () => {
    expect(await openUpgrade('-')).toMatchObject({ kind: 'failed' })
    expect(await openUpgrade(`${files.path}/none.jsonl`)).toMatchObject({ kind: 'failed', failure: { message: expect.stringMatching(/no file/) } })
    files.write('directory/a.jsonl', call)
    expect(await openUpgrade(`${files.path}/directory`)).toMatchObject({ kind: 'failed', failure: { message: expect.stringMatching(/is a directory/) } })
  })
})
