import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { transcript } from '../support/claude-transcript.ts'
import { box, reroute, withoutPath } from '../support/command.ts'
import { schemaErrors } from '../support/schema.ts'

const files = box()
afterAll(files.dispose)

const root = join(import.meta.dirname, '..', '..')
const policy = join(root, 'policies', 'claude-code.route')
const words = 'rename the secret flag'
const logs = join(files.path, 'logs')
files.write(
  'logs/session.jsonl',
  transcript(`
    user "${words}"
    reply m1 text=hi out=5
    user "thank you"
    reply m2 text=bye out=4 stop=end_turn
  `),
)

describe('reroute import', () => {
  it('makes a trace that replays, keeps no words, and accounts for every line', async () => {
    const trace = join(files.path, 'trace.jsonl')
    const { code, out, err } = await reroute(['import', 'claude-code', logs, '--for', policy, '-o', trace])
    expect([code, err]).toEqual([0, ''])
    await expect(withoutPath(out, files).replace(/next: .*/, '')).toMatchFileSnapshot('goldens/import.txt')
    expect(readFileSync(trace, 'utf8')).not.toContain('secret')
    expect(statSync(trace).mode & 0o077).not.toBe(0)
    const replayed = await reroute(['replay', '--no-gate', policy, trace])
    expect([replayed.code, replayed.err]).toEqual([0, ''])
    expect(replayed.out).toContain('over 1 session, 2 calls')
  })

  it('keeps words for their owner alone, where it is told to', async () => {
    const trace = join(files.path, 'texts.jsonl')
    await reroute(['import', 'claude-code', logs, '--with-text', '-o', trace])
    expect(readFileSync(trace, 'utf8')).toContain(words)
    expect(statSync(trace).mode & 0o077).toBe(0)
  })

  it('gives the report as data, and says nothing else on standard output', async () => {
    const { out } = await reroute(['import', 'claude-code', logs, '--format', 'json', '-o', join(files.path, 'a.jsonl')])
    const data: unknown = JSON.parse(out)
    expect(schemaErrors('import-1', data)).toEqual([])
    expect(data).toMatchObject({ schemaVersion: 1, format: 'claude-code', calls: { total: 2 } })
  })

  it.each([
    ['a missing path', [join(logs, 'nowhere')], 'does not exist'],
    ['paths without logs', [files.write('empty/readme.txt', '').replace('/readme.txt', '')], 'no call of claude-code'],
  ])('says what is wrong with %s', async (_, paths, message) => {
    const { code, err } = await reroute(['import', 'claude-code', ...paths, '-o', join(files.path, 'b.jsonl')])
    expect(code).toBe(3)
    expect(err).toContain(message)
    expect(err).toContain('help: ')
  })

  it('says that the trace cannot be written, and that a policy does not load', async () => {
    const unwritable = await reroute(['import', 'claude-code', logs, '-o', join(files.path, 'no', 'b.jsonl')])
    expect([unwritable.code, unwritable.err]).toEqual([3, expect.stringContaining('the directory of')])
    const wrong = files.write('wrong.route', 'policy wrong\n')
    const noPolicy = await reroute(['import', 'claude-code', logs, '--for', wrong, '-o', join(files.path, 'c.jsonl')])
    expect([noPolicy.code, noPolicy.err]).toEqual([3, expect.stringContaining('error RT0')])
  })
})
