import fc from 'fast-check'
import { stringify } from 'csv-stringify/sync'
import { describe, expect, it } from 'vitest'
import {
  escapeCommandMessage,
  escapeCommandValue,
  escapeCsv,
  escapeFileName,
  escapeJson,
  escapeMarkdown,
  escapeTap,
  escapeTerminal,
  escapeXml,
} from '../../src/report/escape.ts'

/** Text in which every trick is likely. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constantFrom(
        '\u001b[31m',
        '\u001b]8;;http://a.example\u0007link\u001b]8;;\u0007',
        '\u009b2J',
        '\r',
        '\n',
        '\t',
        '\b',
        '\0',
        '\u202e',
        '\u2066',
        '\u200b',
        '\u200f',
        '\ufeff',
        '\u2028',
        '\ud800',
        '\udc00',
        '\u{e0041}',
        '\u00ad',
        '\u3164',
        '=1+1',
        '@SUM(A1)',
        '+cmd|x',
        '-2',
        '\uff1dA1',
        '"',
        ',',
        '::error::x',
        ' ::set-output name=a::b',
        '##[error]',
        '%0A::',
        '@octocat',
        '#1',
        '[a](http://b.example)',
        'www.a.example',
        '<!-- reroute -->',
        '<img src=x onerror=y>',
        '``',
        '|',
        '\\|',
        '\\',
        '../',
        '/etc/passwd',
        'C:\\a',
        'javascript:x',
        '//a.example/',
      ),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''))

const acted = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u00ad]|\p{Cs}/u

describe('escapeTerminal', () => {
  it('leaves nothing that a terminal acts on', () => {
    fc.assert(fc.property(hostile, (text) => !acted.test(escapeTerminal(text))))
  })

  it('leaves ordinary text of any script alone, and is idempotent', () => {
    expect(escapeTerminal('Größe · モデル → ключ 🙂 a\\b')).toBe('Größe · モデル → ключ 🙂 a\\b')
    fc.assert(fc.property(hostile, (text) => escapeTerminal(escapeTerminal(text)) === escapeTerminal(text)))
  })

  it('begins no line of a log like a command of the build, wherever lines are broken', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const lines = escapeTerminal(text).split(/\s/u)
        expect(lines.filter((line) => line.startsWith('::') || line.includes('##['))).toEqual([])
      }),
    )
    expect(escapeTerminal('std::vector')).toBe('std::vector')
  })

  it('says what it hid', () => {
    expect(escapeTerminal('a\u001b]8;;x\u0007b\u202ec\n')).toBe('a\\u{1B}]8;;x\\u{7}b\\u{202E}c\\u{A}')
  })
})

describe('escapeJson', () => {
  it('parses to the same value and holds nothing that a terminal acts on', () => {
    fc.assert(
      fc.property(fc.dictionary(hostile, hostile), fc.constantFrom(0, 2), (value, indent) => {
        const text = escapeJson(value, indent)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
        expect(acted.test(indent === 0 ? text : text.replaceAll('\n', ''))).toBe(false)
        expect(text).not.toContain('##[')
      }),
    )
  })
})

describe('escapeCsv', () => {
  it('lets no cell begin like a formula', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const cell = escapeCsv(text)
        expect(/^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u.test(cell)).toBe(false)
        expect(cell.endsWith(text)).toBe(true)
      }),
    )
  })

  it.each(['=1+1', '+1', '-1', '@A1', '\t=1', '\r=1', ' =1', '\uff1d1'])('marks %j', (text) => {
    expect(escapeCsv(text)).toBe(`'${text}`)
  })

  it('leaves names alone, and stays one cell when quoted', () => {
    expect(escapeCsv('claude-opus-4-7')).toBe('claude-opus-4-7')
    expect(stringify([[escapeCsv('=a","b\n'), 'c']])).toBe(`"'=a"",""b\n",c\n`)
  })
})

describe('escapeXml', () => {
  const entities = new Map([['amp', '&'], ['lt', '<'], ['gt', '>'], ['quot', '"'], ['apos', "'"]])

  it('holds nothing that ends a text or an attribute, and reads back as what a terminal shows', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const escaped = escapeXml(text)
        expect(escaped).not.toMatch(/[<>"'\u0000-\u001f]|&(?!(?:amp|lt|gt|quot|apos);)/)
        const back = escaped.replace(/&(\w+);/g, (_, name: string) => entities.get(name) ?? '')
        const held = escapeTerminal(text).replace(/[\ufffe\uffff]/g, (found) => `\\u{${found.charCodeAt(0).toString(16).toUpperCase()}}`)
        expect(back).toBe(held)
      }),
    )
  })

  it('writes out what XML cannot hold', () => {
    expect(escapeXml('a\uffffb\u0000')).toBe('a\\u{FFFF}b\\u{0}')
  })
})

describe('escapeTap', () => {
  it('begins no directive, and stays on its line', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const unescaped = escapeTap(text).replace(/\\[\\#]/g, '')
        return !unescaped.includes('#') && !acted.test(escapeTap(text))
      }),
    )
  })

  it('keeps a title readable', () => {
    expect(escapeTap('a title # SKIP')).toBe('a title \\# SKIP')
  })
})

describe('escapeMarkdown', () => {
  it('is one code span on one line, which nothing in it ends', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const escaped = escapeMarkdown(text)
        expect(escaped).toMatch(/^(`[^`|\n\r]+`|\(empty\))$/u)
        expect(acted.test(escaped)).toBe(false)
      }),
    )
  })

  it('keeps names readable, and cuts what is long', () => {
    expect(escapeMarkdown('claude-opus-4-7')).toBe('`claude-opus-4-7`')
    expect(escapeMarkdown('a`|b @octocat')).toBe("`a'\\u{7C}b @octocat`")
    expect(escapeMarkdown('x'.repeat(5000)).length).toBeLessThan(220)
  })
})

describe('escapeCommandMessage and escapeCommandValue', () => {
  it('stay in their place of a workflow command', () => {
    fc.assert(
      fc.property(hostile, hostile, (title, message) => {
        const line = `::error title=${escapeCommandValue(title)}::${escapeCommandMessage(message)}`
        const [, value, data] = /^::error title=([^:,]*)::(.*)$/u.exec(line) ?? []
        const back = (text: string = ''): string =>
          text.replaceAll('%2C', ',').replaceAll('%3A', ':').replaceAll('%25', '%')
        expect(back(value)).toBe(escapeTerminal(title))
        expect((data ?? '').replaceAll('%25', '%')).toBe(escapeTerminal(message))
      }),
    )
  })
})

describe('escapeFileName', () => {
  it('is a relative reference below the root, whatever the name', () => {
    const base = new URL('https://a.example/root/')
    fc.assert(
      fc.property(hostile, (name) => {
        const escaped = escapeFileName(name)
        expect(escaped).toMatch(/^[A-Za-z0-9\-_.!~*()%/]*$/)
        expect(new URL(escaped, base).href.startsWith(base.href)).toBe(true)
      }),
    )
  })

  it('keeps ordinary paths', () => {
    expect(escapeFileName('policies/my route.route')).toBe('policies/my%20route.route')
    expect(escapeFileName('../a.route')).toBe('_/a.route')
  })
})
