import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { box, reroute, withoutPath } from '../support/command.ts'

const files = box()
afterAll(files.dispose)

const canonical = join(import.meta.dirname, '..', '..', 'policies', 'factory-router.route')

const at = (name: string): string => join(files.path, name)

describe('reroute new', () => {
  it('writes a policy that checks, is laid out, and whose tests pass', async () => {
    const file = at('mine.route')
    expect((await reroute(['new', file])).code).toBe(0)
    expect((await reroute(['check', '--strict', file])).code).toBe(0)
    expect((await reroute(['fmt', '--check', file])).code).toBe(0)
    const tested = await reroute(['test', file])
    expect([tested.code, withoutPath(tested.out, files)]).toEqual([0, 'mine.route: 2 tests pass, 5 assertions\n'])
  })

  it('replaces nothing unless it is told to', async () => {
    const file = files.write('kept.route', 'mine')
    const refused = await reroute(['new', file])
    expect([refused.code, readFileSync(file, 'utf8')]).toEqual([3, 'mine'])
    expect(refused.err).toContain('exists already')
    expect((await reroute(['new', '--force', file])).code).toBe(0)
    expect(readFileSync(file, 'utf8')).toContain('policy kept\n')
  })

  it.each([
    ['noextension', 2, 'ends in `.route`'],
    ['__proto__.route', 2, 'is no name of a policy'],
    ['nowhere/mine.route', 3, 'does not exist'],
  ])('refuses %s', async (name, code, message) => {
    const ran = await reroute(['new', at(name)])
    expect(ran.code).toBe(code)
    expect(ran.err).toContain(message)
    expect(existsSync(at(name))).toBe(false)
  })
})

describe('reroute test', () => {
  const failing = (): string => {
    const text = readFileSync(at('mine.route'), 'utf8')
    return files.write('failing.route', text.replace('-> deep-1 by stuck', '-> swift-1 by otherwise'))
  }

  it('says what was expected, what came, and where', async () => {
    const { code, out } = await reroute(['test', failing()])
    expect(code).toBe(1)
    await expect(withoutPath(out, files)).toMatchFileSnapshot('goldens/test-failing.txt')
  })

  it('shows with --explain how the call was decided, and gives the same as data', async () => {
    expect((await reroute(['test', '--explain', at('failing.route')])).out).toContain('rule stuck: chooses deep-1')
    const { code, out } = await reroute(['test', '--format', 'json', at('failing.route')])
    expect(code).toBe(1)
    expect(JSON.parse(out)).toMatchObject({
      schemaVersion: 1,
      files: [{ tests: [{ verdict: 'fail', failure: { expected: '-> swift-1 by otherwise' } }, { verdict: 'pass' }] }],
    })
  })

  it('fails when no test is found', async () => {
    const none = await reroute(['test', '--filter', 'nothing like it', at('mine.route')])
    expect(none.code).toBe(3)
    expect(none.err).toContain('no test has `nothing like it` in its title')
  })

  it('shows the errors of a policy that does not load, and a library for what it is', async () => {
    const wrong = await reroute(['test', files.write('wrong.route', 'policy wrong\npool = []\n')])
    expect(wrong.code).toBe(3)
    expect(wrong.err).toContain('error RT0')
    const library = await reroute(['test', files.write('library.route', 'setting a = 1 from 0 to 2\n')])
    expect(library.code).toBe(3)
    expect(library.err).toContain('is a library, expected a policy')
  })
})

describe('reroute eval', () => {
  it('decides one call and shows how', async () => {
    const { code, out, err } = await reroute(['eval', at('mine.route'), '--input', 'images=1'])
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain('call 1, turn 1: deep-1 by cheapest')
    expect(out).toContain('swift-1: dropped by modality')
    expect(out.endsWith('at acme\n')).toBe(true)
  })

  it('gives the same as data', async () => {
    const { out } = await reroute(['eval', at('mine.route'), '--format', 'json', '--message', 'hi'])
    expect(JSON.parse(out)).toMatchObject({
      decision: { model: 'swift-1', rule: 'cheapest', undetermined: false },
      providers: ['acme'],
      explanation: { value: 'swift-1 by cheapest' },
    })
  })

  it('exits 4 when the decision needs what is unknown', async () => {
    const facts = ['path=unknown', 'triage={ minimax-m2.7 0.85 }']
    const { code, out } = await reroute(['eval', canonical, '--input', ...facts])
    expect(code).toBe(4)
    expect(out).toContain('undetermined, missing: path')
  })

  it('takes facts as tests take them, and points at what was typed', async () => {
    const { code, err } = await reroute(['eval', at('mine.route'), '--input', 'turn=1', 'imges=1'])
    expect(code).toBe(3)
    expect(err).toMatchInlineSnapshot(`
      "error RT0201: \`turn\` follows from the steps, it cannot be given
       --> --input:3:5
      3 |     turn 1,
        |     ^^^^
        = help: a fact names a signal, a classifier, a scorer, a \`header\`, \`param\` or \`metadata\`

      error RT0201: no fact is named \`imges\`
       --> --input:4:5
      4 |     imges 1,
        |     ^^^^^
        = help: did you mean \`images\`?
        = fix: write \`images\`

      2 errors
      "
    `)
  })

  it.each([['images'], ['=1'], ['images 1']])('refuses %j for an input', async (input) => {
    expect((await reroute(['eval', at('mine.route'), '--input', input])).code).toBe(2)
  })
})
