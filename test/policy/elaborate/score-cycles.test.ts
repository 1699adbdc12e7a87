import { describe, expect, it } from 'vitest'
import { parse } from '../../../src/language/parser.ts'
import { elaborate } from '../../../src/policy/elaborate/index.ts'
import { smallCatalogue } from '../../support/policy-of.ts'

/** The errors of a snippet over the small catalogue, with their help. */
function errorsOf(text: string): readonly string[] {
  const files = [smallCatalogue, `policy p ${text} on start { otherwise use small }`].map(
    (each) => parse({ name: 'x.route', text: each }).file,
  )
  return elaborate(files).diagnostics
    .filter((each) => each.severity === 'error')
    .map((each) => `${each.code} ${each.message}; ${each.help ?? ''}`)
}

describe('scorers that stand on themselves', () => {
  it('are refused, by way of the signals that they weigh', () => {
    const text = `
      signal a = when load.score > 0.1 then 1.0 otherwise 0.0
      scorer load { weight 0.5 a }
    `
    expect(errorsOf(text)).toEqual(['RT0210 the scorer `load` stands on itself; it goes round through `a`'])
  })

  it('are refused by way of each other', () => {
    const text = `
      signal a = when right.score > 0.1 then 1.0 otherwise 0.0
      signal b = when left.score > 0.1 then 1.0 otherwise 0.0
      scorer left { weight 0.5 a }
      scorer right { weight 0.5 b }
    `
    expect(errorsOf(text)).toEqual([
      'RT0210 the scorer `left` stands on itself; it goes round through `a`, `right`, `b`',
      'RT0210 the scorer `right` stands on itself; it goes round through `b`, `left`, `a`',
    ])
  })

  it('are refused by way of the benefit that they measure', () => {
    const text = `
      assume worth: success worth $2
      signal a = when benefit(big) > $1 then 1.0 otherwise 0.0
      scorer odds { weight 0.5 a }
    `
    expect(errorsOf(text)).toEqual(['RT0210 the scorer `odds` stands on itself; it goes round through `a`'])
  })

  it('a scorer that weighs another is none', () => {
    const text = `
      signal a = when turn > 1 then 1.0 otherwise 0.0
      scorer left { weight 0.5 a }
      signal b = when left.score > 0.1 then 1.0 otherwise 0.0
      scorer right { weight 0.5 b weight 0.5 a }
    `
    expect(errorsOf(text)).toEqual([])
  })
})
