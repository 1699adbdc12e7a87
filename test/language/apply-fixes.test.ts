import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyFixes } from '../../src/language/apply-fixes.ts'
import { diagnostic } from '../../src/language/registry.ts'
import type { Diagnostic } from '../../src/language/diagnostic.ts'

const source = { name: 'a.route', text: 'abcdefghij' }

function finding(...edits: readonly (readonly [start: number, end: number, by: string])[]): Diagnostic {
  const located = edits.map(([start, end, replacement]) => ({
    location: { source, span: { start, end } },
    replacement,
  }))
  return diagnostic('RT0101', { source, span: { start: 0, end: 0 } }, 'wrong', { fix: { title: 'mend', edits: located } })
}

describe('applyFixes', () => {
  it('replaces, removes and inserts', () => {
    const found = [finding([0, 1, 'A']), finding([4, 6, '']), finding([9, 9, '!'])]
    expect(applyFixes(source, found)).toEqual({ text: 'Abcdghi!j', applied: found })
  })

  it('leaves the later of two that touch, and all of it', () => {
    const [first, second, third] = [finding([2, 5, 'X']), finding([4, 6, 'Y'], [8, 9, 'Z']), finding([8, 9, 'W'])]
    expect(applyFixes(source, [first, second, third])).toEqual({ text: 'abXfghWj', applied: [first, third] })
  })

  it('takes no fix of another file, outside of the text, or against itself', () => {
    const other = { name: 'b.route', text: source.text }
    const elsewhere = { location: { source: other, span: { start: 0, end: 1 } }, replacement: 'x' }
    const foreign = { ...finding(), fix: { title: 'mend', edits: [elsewhere] } }
    const found = [foreign, finding([8, 12, 'x']), finding([1, 3, 'x'], [2, 4, 'y'])]
    expect(applyFixes(source, found)).toEqual({ text: source.text, applied: [] })
  })

  it('puts in each applied fix once, wherever it stands', () => {
    const edit = fc.tuple(fc.nat(10), fc.nat(3)).map(([start, length]) => [start, Math.min(10, start + length), '#'] as const)
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 6 }), (edits) => {
        const { text, applied } = applyFixes(source, edits.map((each) => finding(each)))
        expect(text.match(/#/g) ?? []).toHaveLength(applied.length)
        const removed = applied.flatMap(({ fix }) => fix?.edits ?? []).map(({ location: { span } }) => span.end - span.start)
        expect(text.length).toBe(10 + applied.length - removed.reduce((sum, each) => sum + each, 0))
      }),
    )
  })
})
