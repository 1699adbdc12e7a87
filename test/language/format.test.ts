import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { format } from '../../src/language/format.ts'
import { parse } from '../../src/language/parser.ts'
import type { File } from '../../src/language/syntax.ts'
import { routeGrammar, sentences, sentenceText } from '../support/ebnf.ts'
import type { SentenceToken } from '../support/ebnf.ts'
import { lawRuns } from '../support/law-runs.ts'
import { shippedRouteFiles } from '../support/route-files.ts'

const grammar = routeGrammar()

function read(text: string): File {
  const { file, diagnostics } = parse({ name: 'test.route', text })
  expect(diagnostics).toEqual([])
  return file
}

/** A tree without places and comments. */
function meaning(file: File): unknown {
  return JSON.parse(
    JSON.stringify(file, (key, value: unknown) =>
      key === 'span' || key === 'source' || key === 'comments' ? undefined : value,
    ),
  )
}

function checkLaws(text: string): void {
  const file = read(text)
  const once = format(file)
  const again = read(once)
  expect(meaning(again)).toEqual(meaning(file))
  expect(again.comments.map((comment) => comment.text).toSorted()).toEqual(
    file.comments.map((comment) => comment.text).toSorted(),
  )
  expect(format(again)).toBe(once)
}

/** Puts a comment behind some of the tokens, each with a text of its own. */
function withComments(sentence: readonly SentenceToken[], places: readonly number[]): string {
  const comments = new Map(places.map((place, index) => [place % (sentence.length + 1), index]))
  const all: readonly SentenceToken[] = [{ text: '', token: undefined }, ...sentence]
  return all
    .map((token, index) => {
      const comment = comments.get(index)
      if (comment === undefined) return `${token.text} `
      return `${token.text}${comment % 3 === 0 ? '\n\n' : ' '}// ${comment}\n${comment % 4 === 0 ? '\n' : ''}`
    })
    .join('')
}

describe('the formatter', () => {
  it('also law 13: keeps the meaning of every file, and is idempotent', () => {
    fc.assert(
      fc.property(sentences(grammar, 'file', 250), (sentence) => checkLaws(sentenceText(sentence))),
      lawRuns(300),
    )
  })

  it('keeps every comment, wherever it stands', () => {
    fc.assert(
      fc.property(
        sentences(grammar, 'file', 120),
        fc.array(fc.nat(), { maxLength: 12 }),
        (sentence, places) => checkLaws(withComments(sentence, places)),
      ),
      lawRuns(600),
    )
  })

  it('leaves the shipped files as they are', () => {
    const files = shippedRouteFiles()
    expect(files.length).toBeGreaterThan(0)
    for (const { name, text } of files) {
      expect({ name, text: format(read(text)) }).toEqual({ name, text })
    }
  })

  it('writes an empty file for an empty one', () => {
    expect(format(read(''))).toBe('')
    expect(format(read('\n\n'))).toBe('')
    expect(format(read('// only\r\n\r\n\r\n// comments'))).toBe('// only\n\n// comments\n')
  })
})

describe('the layout', () => {
  it('of comments', () => {
    const text = `// head
/// doc
policy p // trailing


// section

pool main = [ // first
  a, // about a
  // before b
  b // about b
  // at the end
]
on turn { // opening
  // before the rule
  rule r: // behind the name
    when a // behind a
      and b then // behind then
      keep // behind the action

  otherwise // behind otherwise
    keep
  // before the brace
}
// at the end of the file`
    expect(`\n${format(read(text))}`).toMatchInlineSnapshot(`
      "
      // head
      /// doc
      policy p // trailing

      // section

      pool main = [
        // first
        a, // about a
        // before b
        b, // about b
        // at the end
      ]

      on turn {
        // opening
        // before the rule
        rule r:
          // behind the name
          when a // behind a
            and b
          // behind then
          then keep // behind the action

        otherwise
          // behind otherwise
          keep
        // before the brace
      }
      // at the end of the file
      "
    `)
  })

  it('of a comment inside the brackets of one assumption', () => {
    const text = `policy a
expect cheap: turns < 3 assuming [same-tokens // inside
] // behind`
    expect(`\n${format(read(text))}`).toMatchInlineSnapshot(`
      "
      policy a

      expect cheap: turns < 3
        // inside
        assuming same-tokens // behind
      "
    `)
  })

  it('of a profile behind a condition that a comment ends', () => {
    const text = `policy a
on start {
  otherwise choose first from main
    where count failures in last 6 tools >= 3 // first
      and context.length > 100k tokens
      and images > 0 // last
    with quick
    else use small
}`
    expect(`\n${format(read(text))}`).toMatchInlineSnapshot(`
      "
      policy a

      on start {
        otherwise
          choose first from main
            where count failures in last 6 tools >= 3 // first
              and context.length > 100k tokens
              and images > 0 // last
            with quick
          else use small
      }
      "
    `)
    expect(format(read(text.replace(' // last', '')))).toContain('and images > 0 with quick\n')
  })

  it('of what is too long for a line', () => {
    const text = `policy p
pool a-pool-with-a-long-name = [claude-opus-4-7, claude-sonnet-4-6, kimi-k2.6, minimax-m2.7, gpt-5.4-mini]
deny x: models where price(it, output) > $5 per 1M tokens and tier(it) is premium when metadata("plan") is "free"
signal s = count repeats in last 6 tools >= 3 or (count failures in last 1 tools >= 1 and count failures in last 6 tools >= 3)
signal c = when a then 1.0 otherwise 0.0
on start {
  rule long: when a then remind "Call the tool that upgrades this session: you have gone round in circles.", set done, use a else use b
  otherwise all: choose cheapest from main where score(it) >= threshold else choose first from main else stop "nothing"
}
invariant never-below: when requested in main and allowed(requested) and not (eased or climbed) then always step(up, after) >= 1
test "t" {
  user "port the assembler" with { triage { claude-opus-4-7 0.41, kimi-k2.6 0.55, minimax-m2.7 0.10 }, now "2026-01-20T09:00Z" } -> kimi-k2.6 by triage
  user "port the assembler" with { triage { claude-opus-4-7 0.41, kimi-k2.6 0.55 } } -> kimi-k2.6 by triage
}`
    expect(`\n${format(read(text))}`).toMatchInlineSnapshot(`
      "
      policy p

      pool a-pool-with-a-long-name = [
        claude-opus-4-7,
        claude-sonnet-4-6,
        kimi-k2.6,
        minimax-m2.7,
        gpt-5.4-mini,
      ]

      deny x: models
        where price(it, output) > $5 per 1M tokens and tier(it) is premium
        when metadata("plan") is "free"

      signal s =
        count repeats in last 6 tools >= 3
        or (count failures in last 1 tools >= 1 and count failures in last 6 tools >= 3)

      signal c =
        when a then 1.0
        otherwise 0.0

      on start {
        rule long:
          when a
          then remind "Call the tool that upgrades this session: you have gone round in circles.",
            set done,
            use a else use b

        otherwise all:
          choose cheapest from main where score(it) >= threshold
          else choose first from main
          else stop "nothing"
      }

      invariant never-below: when requested in main and allowed(requested) and not (eased or climbed)
        then always step(up, after) >= 1

      test "t" {
        user "port the assembler" with {
          triage { claude-opus-4-7 0.41, kimi-k2.6 0.55, minimax-m2.7 0.10 },
          now "2026-01-20T09:00Z",
        } -> kimi-k2.6 by triage
        user "port the assembler" with { triage { claude-opus-4-7 0.41, kimi-k2.6 0.55 } }
          -> kimi-k2.6 by triage
      }
      "
    `)
  })
})
