import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { SessionRecord } from '../../src/trace/record.ts'
import { box, reroute } from '../support/command.ts'
import { smallCatalogue } from '../support/policy-of.ts'
import { sarifErrors, schemaErrors } from '../support/schema.ts'
import { turns, type Turn } from '../support/turns.ts'

const files = box()
afterAll(files.dispose)

function policy(name: string, body: string, head = 'policy gated'): string {
  return files.write(`${name}.route`, `${head}\n${smallCatalogue}\n${body}`)
}

function trace(name: string, sessions: readonly (readonly [key: string, calls: readonly Turn[], header?: Partial<SessionRecord>])[]): string {
  const records = sessions.flatMap(([key, calls, header]) => {
    const session = turns(key, calls, header)
    return [session.header, ...session.calls]
  })
  return files.write(`${name}.jsonl`, records.map((record) => `${JSON.stringify(record)}\n`).join(''))
}

const threshold = (chars: number, more = ''): string => `
on start { otherwise cheap: use small }
on turn {
  rule long: when message.length > ${chars} chars then use big
  otherwise stay: keep
}
${more}`

const old = policy('old', threshold(100))
const moved = policy('moved', threshold(50))
const accepting = policy('accepting', threshold(50, 'expect bounded: calls >= 1 assuming same-tokens'))
const traffic = trace('traffic', [['a', [{}, { chars: 70 }, {}]], ['b', [{}, {}, {}]]])

describe('the worked example', () => {
  const folder = 'examples/policy-change'
  const limits = ['--max-cost-change', '2%', '--max-flips', '4%', '--min-availability', '98%']

  it.each([
    ['threshold-moved', 1],
    ['provider-dropped', 4],
    ['reformatted', 0],
  ])('%s', async (name, code) => {
    const outputs = (['markdown', 'junit', 'sarif', 'json'] as const).map((format) => [format, join(files.path, `${name}.${format}`)] as const)
    const ran = await reroute([
      'ci',
      `${folder}/${name}.route`,
      `${folder}/sessions.jsonl.gz`,
      '--against',
      `${folder}/policy.route`,
      ...limits,
      ...outputs.flatMap(([format, file]) => ['--output', `${format}=${file}`]),
    ])
    expect([ran.code, ran.err]).toEqual([code, ''])
    const [markdown = '', junit = '', sarif = '', json = ''] = outputs.map(([, file]) => readFileSync(file, 'utf8'))
    // Hashes are of the whole replay; that they are equal where they must be is tested elsewhere.
    const withoutHashes = (text: string): string => text.replace(/`[0-9a-f]{16}`/g, '`…`')
    await expect(withoutHashes(markdown)).toMatchFileSnapshot(`goldens/policy-change/${name}.md`)
    await expect(junit).toMatchFileSnapshot(`goldens/policy-change/${name}.xml`)
    await expect(sarif).toMatchFileSnapshot(`goldens/policy-change/${name}.sarif`)
    expect(sarifErrors(JSON.parse(sarif))).toEqual([])
    expect(schemaErrors('diff-1', JSON.parse(json))).toEqual([])
  })

  it('says that a change of layout, order and words changes no decision', async () => {
    const { code, out } = await reroute(['diff', `${folder}/policy.route`, `${folder}/reformatted.route`])
    expect(code).toBe(0)
    expect(out).toContain('no decision changes')
  })
})

describe('the exit code', () => {
  const judge = async (words: readonly string[]): Promise<{ code: number; out: string; err: string }> => reroute(['ci', ...words])

  it('is 0 where all that may be true satisfies what is asked', async () => {
    expect((await judge([moved, traffic, '--against', old, '--max-flips', '2'])).code).toBe(0)
    expect((await judge([accepting, traffic, '--against', old, '--max-cost-change', '$5'])).code).toBe(0)
    expect((await judge([old, traffic, '--against', old, '--max-cost-change', '0%', '--max-flips', '0'])).code).toBe(0)
  })

  it('is 1 where nothing that may be true does', async () => {
    const { code, out } = await judge([moved, traffic, '--against', old, '--max-flips', '1'])
    expect(code).toBe(1)
    expect(out).toContain('at most 1 calls decided differently; 2 of 6 (33.3%)')
    expect((await judge([accepting, traffic, '--against', old, '--max-cost-change', '0%'])).code).toBe(1)
    expect((await judge([accepting, traffic, '--against', old, '--max-cost-change', '-10%'])).code).toBe(1)
  })

  it('is 4 where the interval holds both, and names the assumption that decides', async () => {
    const words = [traffic, '--against', old, '--max-cost-change', '$0.01']
    const inside = await judge([accepting, ...words])
    expect(inside.code).toBe(4)
    expect(inside.out.replace(/\s+/g, ' ')).toMatch(
      /cost change undecided: at most \$0\.01; \+\$0\.0029 to \+\$0\.0592 \([^)]*\); it turns on same-tokens/,
    )
    // Without `assuming` the model has no say at all, however narrow it is.
    const unaccepted = await judge([moved, traffic, '--against', old, '--max-cost-change', '$5'])
    expect(unaccepted.code).toBe(4)
    expect(unaccepted.out.replace(/\s+/g, ' ')).toContain('no bounds; it turns on same-tokens (accepted by no expectation)')
  })

  it('is 4 for want of a price, which no limit is wide enough for', async () => {
    const unpriced = (chars: number): string =>
      policy(`unpriced-${chars}`, `${threshold(chars, 'expect bounded: calls >= 1 assuming same-tokens').replace('use big', 'use free')}
model free { tier standard accepts [text] context 100k tokens served-by [south] }`)
    const { code, out } = await judge([unpriced(50), traffic, '--against', unpriced(100), '--max-cost-change', '$1000'])
    expect(code).toBe(4)
    expect(out).toMatch(/cost change +undecided/)
    expect(out.replace(/\s+/g, ' ')).toContain('no price for')
  })

  it('is 1 where nothing is evaluated', async () => {
    const nothing = await judge([old, traffic, '--against', old])
    expect(nothing.code).toBe(1)
    expect(nothing.out).toContain('nothing was evaluated, which is a failure')
    const unselected = await judge([old, traffic, '--against', old, '--max-flips', '5', '--where', 'model=none'])
    expect(unselected.code).toBe(1)
    const junit = await judge([old, traffic, '--format', 'junit'])
    expect([junit.code, junit.out.match(/<failure/g)?.length]).toEqual([1, 1])
  })

  it('is 2 where a comparison has nothing to compare with', async () => {
    for (const words of [['--max-flips', '1%'], ['--max-cost-change', '2%'], ['--no-decision-moves'], ['--except', 'long'], ['--update-baseline'], ['--max-flips', 'few']]) {
      const { code, err } = await judge([old, traffic, ...words])
      expect([words, code]).toEqual([words, 2])
      expect(err).not.toBe('')
    }
  })
})

describe('a log that names its policy', () => {
  const named = (at: string): string =>
    trace(`named-${at.split(' ')[0]}`, [['a', [{ at }, { at, chars: 70 }, { at }], { policy: { name: 'gated' } }]])

  it('is compared where the old policy decides as it is recorded', async () => {
    const { code, out } = await reroute(['ci', moved, named('small south'), '--against', old, '--max-flips', '2'])
    expect(code).toBe(0)
    expect(out.replace(/\s+/g, ' ')).toContain('the log was decided by the old policy: 3 of 3 calls come out as recorded')
  })

  it('is worth nothing where it does not, unless it is forced', async () => {
    const words = [moved, named('mid south'), '--against', old, '--max-flips', '2']
    const refused = await reroute(['ci', ...words])
    expect([refused.code, refused.out.includes('recorded policy       fail')]).toEqual([1, true])
    expect((await reroute(['ci', ...words, '--force'])).code).toBe(0)
    expect((await reroute(['diff', old, moved, named('mid south')])).code).toBe(1)
  })
})

describe('decision moves', () => {
  it('fail but for those of rules that are named, seen in the traffic or not', async () => {
    const unseen = trace('unseen', [['a', [{}, {}]]])
    const words = ['--against', old, '--no-decision-moves']
    expect((await reroute(['ci', moved, unseen, ...words])).code).toBe(1)
    expect((await reroute(['ci', moved, traffic, ...words, '--except', 'long'])).code).toBe(0)
    expect((await reroute(['ci', moved, traffic, ...words, '--except', 'cheap'])).code).toBe(1)
    const misspelt = await reroute(['ci', moved, traffic, ...words, '--except', 'lnog'])
    expect([misspelt.code, misspelt.err.includes('did you mean `long`?')]).toEqual([2, true])
    const lasting = (minutes: number): string =>
      policy(`lasting-${minutes}`, `
state { level mood on tier for ${minutes}min }
on start { otherwise use small }
on turn { rule up: when mood is premium then use big otherwise keep }`)
    const kept = await reroute(['ci', lasting(2), unseen, '--against', lasting(1), '--no-decision-moves'])
    expect([kept.code, kept.out.replace(/\s+/g, ' ').includes('which no region tells')]).toEqual([4, true])
    const same = await reroute(['ci', old, traffic, '--against', old, '--no-decision-moves'])
    expect([same.code, same.out.includes('no decision changes')]).toEqual([0, true])
  })
})

describe('a baseline', () => {
  const path = join(files.path, 'baseline.json')

  it('is written from an accepted policy, and reproduced by the next run', async () => {
    expect((await reroute(['ci', old, traffic, '--baseline', path, '--update-baseline'])).code).toBe(0)
    expect(schemaErrors('baseline-1', JSON.parse(readFileSync(path, 'utf8')))).toEqual([])
    expect((await reroute(['ci', old, traffic, '--baseline', path, '--max-flips', '0', '--max-cost-change', '0%'])).code).toBe(0)
    const both = await reroute(['ci', moved, traffic, '--against', old, '--baseline', path, '--max-flips', '2'])
    expect(both.code).toBe(0)
    expect(both.out).toMatch(/baseline +pass/)
  })

  it('is of one selection and of the same faults', async () => {
    const words = ['ci', moved, traffic, '--against', old, '--baseline', path, '--max-flips', '9']
    const selected = await reroute([...words, '--where', 'session=a'])
    expect([selected.code, selected.err.includes('another selection: 6 calls of this traffic, 3 now')]).toEqual([3, true])
    const calm = await reroute([...words, '--faults', 'none'])
    expect([calm.code, calm.err.includes('other faults, arrivals, caches or another recorded policy')]).toEqual([3, true])
    const early = await reroute([...words, '--arrivals', 'recorded'])
    expect([early.code, early.err.includes('other faults, arrivals, caches')]).toEqual([3, true])
  })

  it('knows sums only: what it cannot tell is undecided', async () => {
    const { code, out } = await reroute(['ci', moved, traffic, '--baseline', path, '--max-flips', '5'])
    expect(code).toBe(4)
    expect(out.replace(/\s+/g, ' ')).toContain('a baseline keeps sums only: name the old policy with --against')
  })

  const text = (): string => readFileSync(path, 'utf8')
  it.each<[string, () => readonly string[], string]>([
    ['is missing', () => [join(files.path, 'nowhere.json'), traffic, old], 'does not exist'],
    ['is no JSON', () => [files.write('bad-1.json', '{'), traffic, old], 'it is no JSON'],
    ['is something else', () => [files.write('bad-2.json', '{"schemaVersion":2}'), traffic, old], 'no baseline of version 1'],
    ['was changed by hand', () => [files.write('bad-3.json', text().replace('"upgrades": 0', '"upgrades": 7')), traffic, old], 'its seal does not fit'],
    ['was made of other traffic', () => [path, trace('other', [['z', [{}]]]), old], 'it was made of other traffic'],
    ['is of another policy', () => [path, traffic, moved], 'it is of another policy than the old one'],
  ])('that %s cannot be compared with', async (_, bad, message) => {
    const [baseline = '', sessions = '', against = ''] = bad()
    const { code, out, err } = await reroute(['ci', moved, sessions, '--against', against, '--baseline', baseline, '--max-flips', '9'])
    expect([code, out]).toEqual([3, ''])
    expect(err).toContain(message)
  })
})

describe('a policy from a fork', () => {
  it('imports nothing from outside of the root, and quotes nothing of it', async () => {
    const secret = 'the secret of the runner'
    files.write('outside.route', `// ${secret}\n`)
    const inside = files.write('fork/p.route', 'policy p\nimport "../outside.route"\non start { otherwise stop "x" }\n')
    for (const root of [[], ['--root', join(files.path, 'fork')]]) {
      const { code, out, err } = await reroute(['ci', inside, traffic, '--max-upgrades', '5', ...root])
      expect([code, out]).toEqual([3, ''])
      expect(err).toContain('RT0002')
      expect(err).not.toContain(secret)
    }
  })

  it('acts in no output, whatever its texts and the ids of a trace are', async () => {
    const id = '::error::owned @octocat [x](http://a.example) <!-- reroute review --> | ` \u001b[31m ##[warning]w\n::set-output name=a::b'
    const hostile = policy('hostile', `${threshold(50)}
invariant watch: never message.length > 60 chars
deny odd: models where "${'::add-mask::x @team #1 |'}" in tags`.replaceAll('\u001b', ''))
    const sessions = trace('hostile', [[id, [{}, { chars: 70 }, {}]], ['##[error]x', [{}, { chars: 80 }]]])
    const commandLike = (line: string): boolean => /^\s*::|##\[/.test(line)
    const formats = ['terminal', 'markdown', 'json', 'csv', 'junit', 'sarif', 'github']
    const outputs = formats.flatMap((format) => ['--output', `${format}=${join(files.path, `hostile.${format}`)}`])
    const ran = await reroute(['ci', hostile, sessions, '--against', old, '--max-flips', '0', '--no-decision-moves', ...outputs])
    expect([ran.code, ran.err]).toEqual([1, ''])
    for (const format of formats) {
      const out = readFileSync(join(files.path, `hostile.${format}`), 'utf8')
      expect([format, format === 'csv' || out.includes('owned')]).toEqual([format, true])
      const lines = out.split('\n').filter((line) => format !== 'github' || !/^::(error|warning|notice) [^:]*::[^\n]*$/.test(line))
      expect([format, lines.filter(commandLike)]).toEqual([format, []])
      expect(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(out)).toBe(false)
    }
    const acting = readFileSync(join(files.path, 'hostile.markdown'), 'utf8').replace(/`[^`\n]*`/g, '')
    expect(acting.match(/<!--/g)).toHaveLength(1)
    expect(acting).not.toMatch(/octocat|a\.example|::|#1/)
  })
})
