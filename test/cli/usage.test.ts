import { describe, expect, it } from 'vitest'
import { commands } from '../../src/cli/commands.ts'
import { reroute } from '../support/command.ts'

describe('the command line', () => {
  it('lists its commands', async () => {
    const { code, out } = await reroute(['--help'])
    expect(code).toBe(0)
    for (const { name, summary } of commands) expect(out).toMatch(new RegExp(`^  ${name} +${summary}$`, 'm'))
  })

  it.each(commands.map(({ name }) => name))('teaches %s by examples', async (name) => {
    const { code, out, err } = await reroute([name, '--help'])
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^Examples?:$/m)
    expect(out).toContain(`  reroute ${name} `)
    expect((await reroute(['help', name])).out).toBe(out)
  })

  it.each([
    [[], 'Usage: reroute'],
    [['chekc'], 'Did you mean check?'],
    [['check'], "missing required argument 'policies'"],
    [['check', '--fromat', 'json', 'a.route'], 'Did you mean --format?'],
    [['check', '--format', 'xml', 'a.route'], 'Allowed choices are terminal, json'],
    [['check', '--max-errors', '-1', 'a.route'], 'expected a whole number from 1 on'],
    [['import', 'claude-code', '.'], 'no output given'],
    [['import', 'other', '.', '-o', 'x'], 'expected one of claude-code'],
    [['fmt', '\u001b[31m', '--\u202e'], "unknown option '--\\u{202E}'"],
  ])('%j is a wrong usage and says what is right', async (words, message) => {
    const { code, out, err } = await reroute(words)
    expect(code).toBe(2)
    expect(out).toBe('')
    expect(err).toContain(message)
    expect(err).not.toContain('    at ')
  })

  it('prints the version of the package', async () => {
    expect((await reroute(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
