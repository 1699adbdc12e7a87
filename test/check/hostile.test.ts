import { describe, expect, it } from 'vitest'
import { check } from '../../src/check/index.ts'
import { format } from '../../src/language/format.ts'
import { parse } from '../../src/language/parser.ts'
import { loadPolicyText } from '../../src/policy/load.ts'

/** Reads, checks and lays out whatever it is. */
function through(text: string, name = 'policy.route'): { readonly codes: readonly string[]; readonly laidOut: number } {
  const { policy, diagnostics, sources } = loadPolicyText(name, text)
  const found = policy === undefined ? [] : check(policy, sources)
  return {
    codes: [...new Set([...diagnostics, ...found].map(({ code }) => code))].toSorted(),
    laidOut: format(parse({ name, text }).file).length,
  }
}

const catalogue = `policy p
scale tier = [low]
provider p { region us }
model a { tier low served-by [p] price per 1M tokens { input $1 } }
`

function manyRules(count: number, guard: (index: number) => string): string {
  const rules = Array.from({ length: count }, (_, index) => `  rule r${index}: when ${guard(index)} then restart`)
  return `${catalogue}on start { otherwise use a }\non turn {\n${rules.join('\n')}\n  otherwise keep\n}\n`
}

describe('nothing stops the parser, the checker or the formatter', () => {
  it.each([
    ['one input', (index: number) => `turn is ${index}`, ['RT0310']],
    ['two inputs', (index: number) => `turn < ${index} and images > ${index % 50}`, ['RT0310']],
    ['texts', (index: number) => `path starts with "d${index}/"`, ['RT0310']],
  ])('10,000 rules over %s', (_title, guard, codes) => {
    const { codes: found, laidOut } = through(manyRules(10_000, guard))
    expect(found).toEqual(codes)
    expect(laidOut).toBeGreaterThan(400_000)
  }, 60_000)

  it('rules over two wide inputs: what is too much is said to be', () => {
    expect(through(manyRules(300, (index) => `message.length > ${index} chars and context.length < ${index} tokens`)).codes).toContain('RT0310')
  }, 60_000)

  it('15,000 names that nobody declared', () => {
    const signals = Array.from({ length: 15_000 }, (_, index) => `signal s${index} = nope${index} > 3`)
    expect(through(`${catalogue}on start { otherwise use a }\n${signals.join('\n')}\n`).codes).toEqual(['RT0201'])
  }, 60_000)

  it.each([
    ['letters', 'x'.repeat(10_000_000)],
    ['braces', '{'.repeat(10_000_000)],
    ['quotes', '"'.repeat(10_000_000)],
  ])('10 MB of %s', (_title, text) => {
    expect(through(text).codes).toEqual(['RT0115'])
  }, 60_000)

  it.each([
    ['parentheses', `signal s = ${'('.repeat(900)}true${')'.repeat(900)}`, ['RT0112']],
    ['negations', `signal s = ${'not '.repeat(900)}true`, ['RT0112']],
    ['choices', `on start { otherwise ${'use a else '.repeat(900)}keep }`, ['RT0112']],
    ['rows', `test "t" { ${'each { '.repeat(900)}${'} '.repeat(900)}}`, ['RT0112']],
  ])('nesting of %s', (_title, text, codes) => {
    expect(through(`${catalogue}${text}\n`).codes).toEqual(expect.arrayContaining([...codes]))
  })

  it('just under 1 MB of garbage', () => {
    const garbage = 'rule when } { then a otherwise [ 5m use -> == \u202e 0.7.7 ( \n'
    expect(through(garbage.repeat(Math.floor(900_000 / garbage.length))).codes).not.toEqual([])
  }, 60_000)
})
