import fc from 'fast-check'
import { expect, it } from 'vitest'
import { check } from '../../../src/check/index.ts'
import { loadPolicyText } from '../../../src/policy/load.ts'
import { lawRuns } from '../../support/law-runs.ts'
import { shippedRouteFiles } from '../../support/route-files.ts'

const shipped = shippedRouteFiles()
const libraries = new Map(shipped.map((source) => [source.name, source.text]))
const texts = shipped.map((source) => source.text)
/** Words, numbers, texts and signs of every policy there is. */
const words = [...new Set(texts.flatMap((text) => text.match(/"[^"\n]*"|[\w.$%-]+|[^\s\w]/g) ?? []))]

interface Change {
  readonly at: number
  readonly word: string
  readonly how: 'replace' | 'insert' | 'remove' | 'copy'
}

function changed(text: string, changes: readonly Change[]): string {
  const tokens = text.match(/\s+|"[^"\n]*"|\/\/[^\n]*|[\w.$%-]+|[^\s\w]/g) ?? []
  for (const { at, word, how } of changes) {
    const index = Math.floor(at * tokens.length)
    if (how === 'remove') tokens.splice(index, 1)
    else if (how === 'copy') tokens.splice(index, 0, ...tokens.slice(index, index + 12))
    else tokens.splice(index, how === 'replace' ? 1 : 0, ` ${word} `)
  }
  return tokens.join('')
}

const aChange = fc.record<Change>({
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  word: fc.constantFrom(...words),
  how: fc.constantFrom('replace', 'insert', 'remove', 'copy'),
})

it('every text comes to a policy or to errors, and never throws', () => {
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.array(aChange, { minLength: 1, maxLength: 4 }), (text, changes) => {
      const { policy, diagnostics, sources } = loadPolicyText('p.route', changed(text, changes), libraries)
      const failed = diagnostics.some((each) => each.severity === 'error')
      expect(policy === undefined).toBe(failed)
      const found = policy === undefined ? [] : check(policy, sources)
      for (const { code, help, location, message } of [...diagnostics, ...found]) {
        const { source, span } = location
        expect(span.start >= 0 && span.start <= span.end && span.end <= source.text.length).toBe(true)
        expect(message).toMatch(/^[^A-Z].*[^.]$/s)
        // Every mistake of meaning comes with its remedy.
        expect(`${code} ${help ?? 'no help'}`).not.toMatch(/^RT0[023].. (?:no help)?$/)
      }
    }),
    lawRuns(100),
  )
})
