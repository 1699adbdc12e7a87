import { describe, expect, it } from 'vitest'
import { check } from '../../src/check/index.ts'
import { loadPolicyText } from '../../src/policy/load.ts'

/** Codes that `check` finds in a policy around these lines, with their lines. */
function found(lines: string): readonly string[] {
  const text = `policy p\n${lines}\non start { otherwise stop "never" }\n`
  const { policy, diagnostics, sources } = loadPolicyText('a.route', text)
  expect(diagnostics).toEqual([])
  if (policy === undefined) throw new Error('no policy')
  return check(policy, sources).map(({ code, location: { span } }) => {
    const line = text.slice(0, span.start).split('\n').length
    return `${code} ${text.split('\n')[line - 1] ?? ''}`
  })
}

describe('a lint that is allowed', () => {
  it.each([
    ['above', '// allow RT0317: for the next release\nsetting rest = 5'],
    ['behind', 'setting rest = 5 // allow RT0317: for the next release'],
    ['above, with other comments between', '// allow RT0317: why\n// more\n/// doc\nsetting rest = 5'],
    ['among several', '// allow RT0314, RT0317: both\nsetting rest = 5 state { latch a }'],
  ])('is not reported: %s', (_, lines) => {
    expect(found(lines).filter((each) => each.startsWith('RT0317'))).toEqual([])
  })

  it('needs a reason', () => {
    expect(found('// allow RT0317\nsetting rest = 5')).toEqual(['RT0325 // allow RT0317', 'RT0317 setting rest = 5'])
    expect(found('setting rest = 5 // allow RT0317:  ').map((each) => each.slice(0, 6))).toEqual(['RT0317', 'RT0325'])
  })

  it('has to be there', () => {
    expect(found('// allow RT0317: why\nscale size = [low, high]')).toContain('RT0326 // allow RT0317: why')
    expect(found('setting rest = 5 // allow RT0314: why')).toHaveLength(2)
  })

  it('is a lint: errors and what does not exist cannot be allowed', () => {
    expect(found('// allow RT0201: why')).toEqual(['RT0325 // allow RT0201: why'])
    expect(found('// allow RT9999: why')).toEqual(['RT0325 // allow RT9999: why'])
  })

  it('reaches no further than one line', () => {
    expect(found('// allow RT0317: why\nsetting one = 5\nsetting two = 5')).toEqual(['RT0317 setting two = 5'])
  })

  it('leaves ordinary comments alone', () => {
    expect(found('// allow nothing\n// to allow RT0317: no\n/// allow RT0317: no')).toEqual([])
  })
})
