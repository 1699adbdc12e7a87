import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unifiedDiff } from '../../src/report/unified-diff.ts'

/** Applies a unified diff the plain way: what a reader of it would do. */
function apply(before: string, diff: string): string {
  const source = before.match(/[^\n]*\n|[^\n]+$/g) ?? []
  const out: string[] = []
  let at = 0
  const lines = diff.split('\n').slice(2)
  lines.forEach((line, index) => {
    const end = lines[index + 1]?.startsWith('\\') === true ? '' : '\n'
    const hunk = /^@@ -(\d+),\d+ /.exec(line)
    if (hunk !== null) {
      const from = Math.max(0, Number(hunk[1]) - 1)
      out.push(...source.slice(at, from))
      at = from
    } else if (line.startsWith('+')) out.push(line.slice(1) + end)
    else if (line.startsWith('-')) {
      // A removal that does not stand there leaves a mark that no text has.
      if (source[at] !== line.slice(1) + end) out.push('?')
      at += 1
    } else if (line.startsWith(' ')) {
      out.push(line.slice(1) + end)
      at += 1
    }
  })
  return [...out, ...source.slice(at)].join('')
}

const text = fc.array(fc.constantFrom('a\n', 'b\n', 'c\n', '\n'), { maxLength: 30 }).map((lines) => lines.join(''))

describe('unifiedDiff', () => {
  it('leads from one text to the other', () => {
    fc.assert(
      fc.property(text, text, fc.boolean(), (before, after, cut) => {
        const target = cut ? after.replace(/\n$/, '') : after
        const diff = unifiedDiff('x', before, target, 'new')
        expect(diff === '').toBe(before === target)
        expect(diff === '' ? before : apply(before, diff)).toBe(target)
      }),
    )
  })

  it('reads like a diff', () => {
    expect(unifiedDiff('my.route', 'a\nb\nc\n', 'a\nB\nc', 'formatted')).toMatchInlineSnapshot(`
      "--- my.route
      +++ my.route (formatted)
      @@ -1,3 +1,3 @@
       a
      -b
      -c
      +B
      +c
      \\ No newline at end of file"
    `)
  })
})
