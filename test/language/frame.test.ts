import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../src/language/diagnostic.ts'
import { renderDiagnostic } from '../../src/language/frame.ts'
import { positionAt } from '../../src/language/position.ts'

function found(
  text: string,
  start: number,
  end: number,
  more: Partial<Diagnostic> = {},
): Diagnostic {
  return {
    code: 'RT0101',
    severity: 'error',
    message: 'got `x`',
    location: { source: { name: 'my.route', text }, span: { start, end } },
    help: undefined,
    related: [],
    fix: undefined,
    ...more,
  }
}

/** The source line and the mark below it. */
const lines = (diagnostic: Diagnostic, width?: number): string[] =>
  renderDiagnostic(diagnostic, width === undefined ? {} : { width })
    .split('\n')
    .slice(2, 4)

describe('a frame', () => {
  it('shows the place, related places, help and fix', () => {
    const text = 'policy p\n\npool main = [a b]\n'
    const location = { source: { name: 'my.route', text }, span: { start: 7, end: 8 } }
    expect(
      `\n${renderDiagnostic(
        found(text, 25, 26, {
          related: [{ location, message: 'named here' }],
          help: 'commas separate',
          fix: { title: 'write `,`', edits: [] },
        }),
      )}\n`,
    ).toMatchInlineSnapshot(`
      "
      error RT0101: got \`x\`
       --> my.route:3:16
      3 | pool main = [a b]
        |                ^
        = named here
       --> my.route:1:8
      1 | policy p
        |        ^
        = help: commas separate
        = fix: write \`,\`
      "
    `)
  })

  it('keeps the mark below its text behind tabs, wide characters and carriage returns', () => {
    expect(lines(found('\t\tx y\r\n', 4, 5))).toEqual(['1 |     x y', '  |       ^'])
    expect(lines(found('"漢字" x', 5, 6))).toEqual(['1 | "漢字" x', '  |        ^'])
    expect(lines(found('"e\u0301" x', 5, 6))).toEqual(['1 | "e\u0301" x', '  |     ^'])
  })

  it('marks the end of the file and of a line', () => {
    expect(lines(found('ab\n', 2, 2))).toEqual(['1 | ab', '  |   ^'])
    expect(lines(found('ab\n', 3, 3))).toEqual(['2 |', '  | ^'])
    expect(lines(found('', 0, 0))).toEqual(['1 |', '  | ^'])
    expect(lines(found('ab\ncd', 1, 5))).toEqual(['1 | ab', '  |  ^'])
  })

  it('shows what would change the terminal instead of printing it', () => {
    const text = 'a \u001b[31m\u202e\u0007\u009b b'
    expect(lines(found(text, 2, 3))).toEqual([
      '1 | a \\u{1B}[31m\\u{202E}\\u{7}\\u{9B} b',
      '  |   ^^^^^^',
    ])
    const named = renderDiagnostic({
      ...found('x', 0, 1),
      message: 'got `\u001b]0;x\u0007`',
      location: { source: { name: 'a\n\u001b.route', text: 'x' }, span: { start: 0, end: 1 } },
    })
    expect(named).toContain('got `\\u{1B}]0;x\\u{7}`')
    expect(named).toContain('--> a\\u{A}\\u{1B}.route:1:1')
  })

  it('cuts long lines around the place', () => {
    const text = `${'a'.repeat(5000)} here ${'b'.repeat(5000)}`
    const [line = '', mark = ''] = lines(found(text, 5001, 5005), 60)
    expect(line.length).toBeLessThanOrEqual(60 + 6)
    expect(line.slice(mark.indexOf('^'), mark.lastIndexOf('^') + 1)).toBe('here')
  })

  it('colours by a function that is handed in', () => {
    const color = (style: string, text: string): string => `<${style}>${text}</${style}>`
    expect(renderDiagnostic(found('x', 0, 1), { color }).split('\n')[0]).toBe(
      '<error>error RT0101</error>: <title>got `x`</title>',
    )
  })

  it('is bounded and printable, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.nat({ max: 300 }),
        fc.nat({ max: 300 }),
        (text, from, length) => {
          const start = Math.min(from, text.length)
          const end = Math.min(start + length, text.length)
          const shown = renderDiagnostic(found(text, start, end), { width: 80 })
          expect(shown).not.toMatch(
            /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e]/,
          )
          for (const line of shown.split('\n')) expect(line.length).toBeLessThan(400)
          expect(shown).toContain('^')
        },
      ),
    )
  })
})

describe('a position', () => {
  it('counts lines by line feeds and columns in code units, from 1', () => {
    const source = { name: 'x', text: 'a\r\n\u{1F600}b\n' }
    expect([0, 1, 2, 3, 5, 6, 7, 99].map((offset) => positionAt(source, offset))).toEqual([
      { line: 1, column: 1 },
      { line: 1, column: 2 },
      { line: 1, column: 3 },
      { line: 2, column: 1 },
      { line: 2, column: 3 },
      { line: 2, column: 4 },
      { line: 3, column: 1 },
      { line: 3, column: 1 },
    ])
  })
})
