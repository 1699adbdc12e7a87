import { describe, expect, it } from 'vitest'
import { lintsEntries } from '../../src/language/registry/lints.ts'
import { meaningEntries } from '../../src/language/registry/meaning.ts'
import { readingEntries } from '../../src/language/registry/reading.ts'
import { simulationEntries } from '../../src/language/registry/simulation.ts'
import { syntaxEntries } from '../../src/language/registry/syntax.ts'
import { parse } from '../../src/language/parser.ts'
import { diagnostic, registry, registryEntry } from '../../src/language/registry.ts'

describe('the registry', () => {
  it('has each code once, in order, in its family', () => {
    const codes = registry.map((entry) => entry.code)
    expect(codes).toEqual([...new Set(codes)].toSorted())
    for (const [entries, prefix] of [
      [readingEntries, 'RT00'],
      [syntaxEntries, 'RT01'],
      [meaningEntries, 'RT02'],
      [lintsEntries, 'RT03'],
      [simulationEntries, 'RT09'],
    ] as const) {
      for (const { code } of entries) expect(code).toMatch(new RegExp(`^${prefix}\\d\\d$`))
    }
  })

  it('says in a few words what a code is, and in sentences what it means', () => {
    for (const { code, title, explanation } of registry) {
      expect({ code, title }).toEqual({ code, title: expect.stringMatching(/^[^A-Z.][^.]{2,70}$/) })
      expect({ code, explanation }).toEqual({
        code,
        explanation: expect.stringMatching(/^[A-Z`].{20,}\.$/s),
      })
    }
  })

  it('has an example of each syntax error that raises it, and nothing else', () => {
    for (const { code, example } of syntaxEntries) {
      if (example === undefined) continue
      const { diagnostics } = parse({ name: 'example.route', text: `${example}\n` })
      expect({ example, codes: diagnostics.map((found) => found.code) }).toEqual({
        example,
        codes: [code],
      })
    }
  })

  it('makes diagnostics with the severity of their code', () => {
    const location = { source: { name: 'x', text: '' }, span: { start: 0, end: 0 } }
    expect(diagnostic('RT0101', location, 'got')).toEqual({
      code: 'RT0101',
      severity: 'error',
      message: 'got',
      location,
      help: undefined,
      related: [],
      fix: undefined,
    })
    expect(() => diagnostic('RT9999', location, 'got')).toThrow('RT9999')
    expect(registryEntry('__proto__')).toBeUndefined()
  })
})
