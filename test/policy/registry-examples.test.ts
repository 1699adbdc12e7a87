import { describe, expect, it } from 'vitest'
import { check } from '../../src/check/index.ts'
import { registry } from '../../src/language/registry.ts'
import { loadPolicyText } from '../../src/policy/load.ts'

/** Codes of reading, grammar, meaning and lints: what a text alone can raise. */
const examples = registry.flatMap(({ code, example }) =>
  example === undefined || code.startsWith('RT09') ? [] : [{ code, example }],
)

describe('the example of each diagnostic', () => {
  it.each(examples)('raises $code', ({ code, example }) => {
    const needsStart = code.startsWith('RT03') && !example.includes('on start')
    const text = needsStart ? `policy p\n${example}\non start { otherwise use requested }\n` : example
    const { policy, diagnostics, sources } = loadPolicyText('example.route', text, new Map([
      ['always-cheapest.route', 'policy always-cheapest on start { otherwise stop "never" }'],
    ]))
    const lints = policy === undefined ? [] : check(policy, sources)
    // A file on disk is refused by the reader of files, which a text does not have.
    const expected = code === 'RT0002' ? 'RT0001' : code
    expect([...diagnostics, ...lints].map((each) => each.code)).toContain(expected)
  })
})
