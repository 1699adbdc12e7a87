import { describe, expect, it } from 'vitest'
import { runTests } from '../../../src/replay/scenario.ts'
import { loadPolicyText } from '../../../src/policy/load.ts'
import { small, smallCatalogue } from '../../support/policy-of.ts'

const start = 'on start { rule picture: when images > 0 then use big otherwise use small }'

function results(test: string): readonly string[] {
  return runTests(small(`${start}\n${test}`)).map(({ title, failure }) => `${title}${failure === undefined ? '' : ' fails'}`)
}

function errors(test: string): readonly string[] {
  const text = `policy p import "base.route"\n${start}\n${test}\n`
  const { diagnostics } = loadPolicyText('my.route', text, new Map([['base.route', smallCatalogue]]))
  return diagnostics.map((each) => `${each.code} ${each.message}`)
}

describe('the rows of a test', () => {
  it.each([
    ['each row is a test', 'test "t" { each { user "a" -> small user "b" with { images 1 } -> big } }', ['t: row 1', 't: row 2']],
    ['a case has a name', 'test "t" { each { case "none" { user "a" -> small } case "one" { user "b" with { images 1 } -> small } } }', ['t: none', 't: one fails']],
    ['steps around it are common', 'test "t" { given { images 1 } each { wait 1s wait 2s } user "a" -> big }', ['t: row 1', 't: row 2']],
    ['two are multiplied', 'test "t" { each { wait 1s wait 2s } each { user "a" -> small case "x" { user "b" -> small } } }', ['t: row 1, row 1', 't: row 1, x', 't: row 2, row 1', 't: row 2, x']],
    ['inside a repetition, the same row each time', 'test "t" { repeat 2 times { each { user "a" -> small user "b" -> small } } check turns is 2 }', ['t: row 1', 't: row 2']],
    ['within a case', 'test "t" { each { case "c" { each { user "a" -> small user "b" -> small } } } }', ['t: c, row 1', 't: c, row 2']],
  ])('%s', (_title, test, expected) => {
    expect(results(test)).toEqual(expected)
  })

  it.each([
    ['no row', 'test "t" { each { } }', ['RT0213 `each` has no row']],
    ['a case twice', 'test "t" { each { case "c" { user "a" } case "c" { user "b" } } }', ['RT0202 a case titled "c" is already there']],
    ['a mistake around rows is reported once', 'test "t" { user "a" with { imags 1 } each { wait 1s wait 2s } }', ['RT0201 no fact is named `imags`']],
    ['more ways than there may be', `test "t" { ${'each { wait 1s wait 2s } '.repeat(12)} }`, ['RT0213 the test "t" goes more than 1000 ways']],
  ])('%s', (_title, test, expected) => {
    expect(errors(test)).toEqual(expected)
  })
})
