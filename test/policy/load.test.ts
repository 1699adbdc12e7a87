import { describe, expect, it } from 'vitest'
import { loadPolicyText, maxFiles } from '../../src/policy/load.ts'

const start = 'on start { otherwise stop "never" }\n'

function codes(text: string, libraries: ReadonlyMap<string, string> = new Map()): string[] {
  return loadPolicyText('p.route', text, libraries).diagnostics.map((each) => each.code)
}

describe('imports', () => {
  it('are read once each, before the file that imports them', () => {
    const libraries = new Map([
      ['a.route', 'import "b.route"\nscale one = [x, y]\n'],
      ['b.route', 'scale two = [v, w]\n'],
    ])
    const loaded = loadPolicyText('p.route', `policy p import "a.route" import "b.route"\n${start}`, libraries)
    expect(loaded.diagnostics).toEqual([])
    expect(loaded.sources.map((source) => source.name)).toEqual(['b.route', 'a.route', 'p.route'])
    expect(loaded.policy?.scales.map((scale) => scale.name)).toEqual(['two', 'one'])
  })

  it('do not go round in a circle', () => {
    expect(codes(`policy p import "p.route"\n${start}`)).toEqual(['RT0005'])
    const libraries = new Map([['a.route', 'import "b.route"'], ['b.route', 'import "a.route"']])
    const { diagnostics } = loadPolicyText('p.route', `policy p import "a.route"\n${start}`, libraries)
    expect(diagnostics.map((each) => [each.code, each.location.source.name, each.help])).toEqual([
      ['RT0005', 'b.route', 'it goes through `a.route`, `b.route`'],
    ])
  })

  it('are at most so many', () => {
    const names = Array.from({ length: maxFiles }, (_, index) => `l${index}.route`)
    const libraries = new Map(names.map((name, index) => [name, `scale s${index} = [a${index}]\n`]))
    const all = names.map((name) => `import "${name}"`)
    expect(codes(`policy p ${all.slice(1).join('\n')}\n${start}`, libraries)).toEqual([])
    expect(codes(`policy p ${all.join('\n')}\n${start}`, libraries)).toEqual(['RT0006'])
  })

  it('are libraries', () => {
    const libraries = new Map([['other.route', `policy other ${start}`]])
    expect(codes('policy p import "other.route"', libraries)).toContain('RT0009')
  })
})

describe('limits', () => {
  const chain = (length: number, reverse: boolean): string => {
    const signals = Array.from({ length }, (_, index) =>
      index === 0 ? 'signal s0 = turn' : `signal s${index} = s${index - 1} + 1`,
    )
    return `policy p\n${(reverse ? signals.reverse() : signals).join('\n')}\n${start}`
  }

  it('signals stand on signals so deep, in whatever order they are written', () => {
    expect(codes(chain(100, false))).toEqual([])
    expect(codes(chain(100, true))).toEqual([])
    expect(codes(chain(101, false))).toEqual(['RT0008'])
    expect(codes(chain(101, true))).toEqual(['RT0008'])
    expect(codes(chain(5_000, true)).every((code) => code === 'RT0008')).toBe(true)
  })

  it('signals do not double without end', () => {
    const signals = Array.from({ length: 30 }, (_, index) =>
      index === 0 ? 'signal s0 = turn' : `signal s${index} = s${index - 1} + s${index - 1}`,
    )
    expect(codes(`policy p\n${signals.join('\n')}\n${start}`)).toEqual(['RT0008'])
  })

  it('rules are at most 10,000', () => {
    const rules = Array.from({ length: 10_001 }, (_, index) => `rule r${index}: remind "x"`)
    const text = (count: number): string =>
      `policy p\non start { ${rules.slice(0, count).join('\n')} otherwise stop "x" }`
    expect(codes(text(10_000))).toEqual([])
    expect(codes(text(10_001))).toEqual(['RT0007'])
  })

  it('a test does not repeat for ever', () => {
    const text = `policy p ${start} test "t" { repeat 1_000 times { repeat 1_000 times { call -> stop } } }`
    expect(codes(text)).toEqual(['RT0213'])
  })
})

describe('several mistakes', () => {
  it('are all said at once, and none because of another', () => {
    const text = `policy p
signal broken = nothing-there
signal over = broken and broken
model m {
  tier gold
}
on start {
  rule a: when over and broken then use m
  rule b: when images > 10s then use m
  otherwise use n
}
`
    expect(codes(text)).toEqual(['RT0201', 'RT0212', 'RT0204', 'RT0201'])
  })

  it('keep the mistakes of meaning that a mistake of grammar did not cause', () => {
    const text = `policy p
pool main = [
signal bad = message.length > 16k tokens
on start { otherwise choose first from main else stop "x" }
`
    const found = codes(text)
    expect(found.some((code) => code.startsWith('RT01'))).toBe(true)
    expect(found).not.toContain('RT0201')
  })
})
