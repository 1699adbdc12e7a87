import { describe, expect, it } from 'vitest'
import { renderDiagnostic } from '../../src/language/frame.ts'
import { parse } from '../../src/language/parser.ts'

/** Every diagnostic of a text, as it is printed. */
function shown(text: string): string {
  const { diagnostics } = parse({ name: 'my.route', text })
  return `\n${diagnostics.map((found) => renderDiagnostic(found)).join('\n')}\n`
}

/** Lines as the body of a block on a turn. */
const onTurn = (...lines: string[]): string =>
  `on turn {\n${lines.map((line) => `  ${line}\n`).join('')}  otherwise keep\n}\n`

describe('a mistake in a rule is reported once, in the words of the author', () => {
  it('missing `then`', () => {
    expect(shown(onTurn('rule a:', '  when images > 0 use m'))).toMatchInlineSnapshot(`
      "
      error RT0103: missing \`then\` before \`use\`
       --> my.route:3:20
      3 |     when images > 0 use m
        |                    ^
        = help: \`then\` stands between a guard and its actions
        = fix: write \`then\`
      "
    `)
  })

  it('missing rule name', () => {
    expect(shown(onTurn('rule when images > 0', '  then keep'))).toMatchInlineSnapshot(`
      "
      error RT0103: missing the name of the rule before \`when\`
       --> my.route:2:7
      2 |   rule when images > 0
        |       ^
        = help: every rule has a name: \`rule NAME:\`
      "
    `)
  })

  it('missing colon', () => {
    expect(shown(onTurn('rule a', '  when images > 0', '  then keep'))).toMatchInlineSnapshot(`
      "
      error RT0103: missing \`:\` before \`when\`
       --> my.route:2:9
      2 |   rule a
        |         ^
        = fix: write \`:\`
      "
    `)
  })

  it('missing `else` after `choose`', () => {
    expect(shown('on start {\n  otherwise all:\n    choose cheapest from main\n}\n'))
      .toMatchInlineSnapshot(`
      "
      error RT0103: missing \`else\` after \`choose\`
       --> my.route:3:30
      3 |     choose cheapest from main
        |                              ^
        = help: say what happens when no model qualifies, such as \`else stop "nothing is allowed"\`
      "
    `)
  })

  it('missing `otherwise`', () => {
    expect(shown('on turn {\n  rule a: when images > 0 then keep\n}\n')).toMatchInlineSnapshot(`
      "
      error RT0111: this block has no \`otherwise\`
       --> my.route:3:1
      3 | }
        | ^
        = help: a block ends with what happens when no rule has chosen, such as \`otherwise keep\`
      "
    `)
  })

  it('a rule after `otherwise`', () => {
    expect(shown('on turn {\n  otherwise keep\n  rule a: when images > 0 then keep\n}\n'))
      .toMatchInlineSnapshot(`
      "
      error RT0111: got rule \`a\` after \`otherwise\`
       --> my.route:3:3
      3 |   rule a: when images > 0 then keep
        |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        = the block ends here
       --> my.route:2:3
      2 |   otherwise keep
        |   ^^^^^^^^^^^^^^
        = help: \`otherwise\` stands last in its block, once
      "
    `)
  })

  it('a misspelt action', () => {
    expect(shown(onTurn('rule a:', '  when images > 0', '  then ugrade via up')))
      .toMatchInlineSnapshot(`
      "
      error RT0101: got \`ugrade\`, expected an action such as \`use\`, \`choose\` or \`keep\`
       --> my.route:4:10
      4 |     then ugrade via up
        |          ^^^^^^
        = help: did you mean \`upgrade\`?
        = fix: write \`upgrade\`
      "
    `)
  })

  it('a missing comma between actions', () => {
    expect(shown(onTurn('rule a: when b then set c use d'))).toMatchInlineSnapshot(`
      "
      error RT0103: missing \`,\` before \`use\`
       --> my.route:2:28
      2 |   rule a: when b then set c use d
        |                            ^
        = help: the actions of a rule stand between commas
        = fix: write \`,\`
      "
    `)
  })

  it('a reserved word for a name', () => {
    expect(shown('signal count = 1\n')).toMatchInlineSnapshot(`
      "
      error RT0101: got \`count\`, expected a name
       --> my.route:1:8
      1 | signal count = 1
        |        ^^^^^
        = help: \`count\` is a reserved word and cannot be a name
      "
    `)
  })
})

describe('a mistake in an expression', () => {
  it('`==` and `&&`', () => {
    expect(shown('signal s = turn==3 && a != b\n')).toMatchInlineSnapshot(`
      "
      error RT0105: got \`==\`, expected \`is\`
       --> my.route:1:16
      1 | signal s = turn==3 && a != b
        |                ^^
        = help: \`is\` compares, \`=\` defines
        = fix: write \`is\`
      error RT0105: got \`&&\`, expected \`and\`
       --> my.route:1:20
      1 | signal s = turn==3 && a != b
        |                    ^^
        = help: connectives are words
        = fix: write \`and\`
      error RT0105: got \`!=\`, expected \`is not\`
       --> my.route:1:25
      1 | signal s = turn==3 && a != b
        |                         ^^
        = help: \`is not\` compares
        = fix: write \`is not\`
      "
    `)
  })

  it('`and` mixed with `or`', () => {
    expect(shown('signal s = a and b or c and d\n')).toMatchInlineSnapshot(`
      "
      error RT0109: got \`and\` and \`or\` in one chain
       --> my.route:1:12
      1 | signal s = a and b or c and d
        |            ^^^^^^^^^^^^^^^^^^
        = \`or\` begins here
       --> my.route:1:23
      1 | signal s = a and b or c and d
        |                       ^
        = help: put parentheses around the parts that belong together: \`a or (b and c)\`
      "
    `)
  })

  it('a misspelt connective', () => {
    expect(shown(onTurn('rule a:', '  when b adn c', '  then keep'))).toMatchInlineSnapshot(`
      "
      error RT0101: got \`adn\`, expected \`then\`
       --> my.route:3:12
      3 |     when b adn c
        |            ^^^
        = help: did you mean \`and\`?
        = fix: write \`and\`
      "
    `)
  })

  it('a chained comparison', () => {
    expect(shown('signal s = 1 < turn < 5\n')).toMatchInlineSnapshot(`
      "
      error RT0110: got a second comparison \`<\`
       --> my.route:1:21
      1 | signal s = 1 < turn < 5
        |                     ^
        = help: write \`a < b and b < c\`
      "
    `)
  })

  it('a missing parenthesis', () => {
    expect(shown('signal s = (a or b\nsignal t = a\n')).toMatchInlineSnapshot(`
      "
      error RT0103: missing \`)\` after the parenthesis
       --> my.route:1:19
      1 | signal s = (a or b
        |                   ^
        = opened here
       --> my.route:1:12
      1 | signal s = (a or b
        |            ^
        = fix: write \`)\`
      "
    `)
  })

  it('multiplication and division', () => {
    expect(shown('signal s = a * 3\nexpect e: cost < $5 / 1M tokens\n')).toMatchInlineSnapshot(`
      "
      error RT0105: got \`*\`; two values cannot be multiplied
       --> my.route:1:14
      1 | signal s = a * 3
        |              ^
        = help: a share of a value is written \`80% of value\`
      error RT0105: got \`/\`, expected \`per\`
       --> my.route:2:21
      2 | expect e: cost < $5 / 1M tokens
        |                     ^
        = help: prices and rates are written with \`per\`
        = fix: write \`per\`
      "
    `)
  })
})

describe('a mistake in a number, a text or a comment', () => {
  it('minutes, seconds and thousands', () => {
    expect(
      shown(
        'setting a = 5m\nsetting b = 10sec\nsetting c = 16K tokens\nsetting d = 1.5h\nsetting e = 5m tokens\n',
      ),
    ).toMatchInlineSnapshot(`
      "
      error RT0104: got \`5m\`, expected a number with a unit
       --> my.route:1:13
      1 | setting a = 5m
        |             ^^
        = help: minutes are \`min\`, millions are \`M\`, milliseconds are \`ms\`
        = fix: write \`5min\`
      error RT0104: got \`10sec\`, expected a number with a unit
       --> my.route:2:13
      2 | setting b = 10sec
        |             ^^^^^
        = help: the units are \`ms s min h d\`, \`k M\` before a unit word, \`%\`, \`x\` and \`$\`
        = fix: write \`10s\`
      error RT0104: got \`16K\`, expected a number with a unit
       --> my.route:3:13
      3 | setting c = 16K tokens
        |             ^^^
        = help: the units are \`ms s min h d\`, \`k M\` before a unit word, \`%\`, \`x\` and \`$\`
        = fix: write \`16k\`
      error RT0104: got \`1.5h\`, expected a number with a unit
       --> my.route:4:13
      4 | setting d = 1.5h
        |             ^^^^
        = help: a number with a unit has no decimal point; take the smaller unit
        = fix: write \`90min\`
      error RT0104: got \`5m\`, expected a number with a unit
       --> my.route:5:13
      5 | setting e = 5m tokens
        |             ^^
        = help: minutes are \`min\`, millions are \`M\`, milliseconds are \`ms\`
        = fix: write \`5M\`
      "
    `)
  })

  it('quotes', () => {
    expect(shown(`import 'a.route'\nimport \u201cb.route\u201d\nimport "c.route\n`))
      .toMatchInlineSnapshot(`
      "
      error RT0106: got \`'\`, expected \`"\`
       --> my.route:1:8
      1 | import 'a.route'
        |        ^^^^^^^^^
        = help: text stands between straight double quotes
        = fix: write \`"a.route"\`
      error RT0106: got \`“\`, expected \`"\`
       --> my.route:2:8
      2 | import “b.route”
        |        ^^^^^^^^^
        = help: text stands between straight double quotes
        = fix: write \`"b.route"\`
      error RT0106: the text has no closing \`"\` on its line
       --> my.route:3:8
      3 | import "c.route
        |        ^
        = help: a text ends on the line on which it begins; \`\\n\` stands for a line break
      "
    `)
  })

  it('an escape', () => {
    expect(shown(String.raw`phrases p = ["\q", "\u{110000}"]` + '\n')).toMatchInlineSnapshot(`
      "
      error RT0106: \`\\q\` is no escape
       --> my.route:1:15
      1 | phrases p = ["\\q", "\\u{110000}"]
        |               ^^
        = help: the escapes are \`\\"\`, \`\\\\\`, \`\\n\`, \`\\t\` and \`\\u{1F600}\`
      error RT0106: \`\\u{110000}\` is no Unicode character
       --> my.route:1:21
      1 | phrases p = ["\\q", "\\u{110000}"]
        |                     ^^^^^^^^^^
        = help: the escapes are \`\\"\`, \`\\\\\`, \`\\n\`, \`\\t\` and \`\\u{1F600}\`
      "
    `)
  })

  it('comments of other languages', () => {
    expect(shown('# one\n/* two */\npolicy p;\n')).toMatchInlineSnapshot(`
      "
      error RT0107: got \`#\`, expected \`//\`
       --> my.route:1:1
      1 | # one
        | ^
        = help: a comment begins with \`//\` and ends with its line
        = fix: write \`// one\`
      error RT0107: got \`/*\`, expected \`//\`
       --> my.route:2:1
      2 | /* two */
        | ^^
        = help: a comment begins with \`//\` and ends with its line
        = fix: write \`// two\`
      error RT0105: got \`;\`, which is not needed
       --> my.route:3:9
      3 | policy p;
        |         ^
        = help: line breaks and \`;\` separate nothing here
        = fix: remove it
      "
    `)
  })

  it('a name that is none', () => {
    expect(shown('pool p = [__proto__, modèle]\n')).toMatchInlineSnapshot(`
      "
      error RT0108: got \`__proto__\`, which is no name
       --> my.route:1:11
      1 | pool p = [__proto__, modèle]
        |           ^^^^^^^^^
        = help: a name begins with a letter
      error RT0108: got \`modèle\`, which is no name
       --> my.route:1:22
      1 | pool p = [__proto__, modèle]
        |                      ^^^^^^
        = help: names are made of the letters a to z, digits, \`-\` and \`_\`; other text stands in double quotes
      "
    `)
  })
})

describe('a mistake in a block or a list', () => {
  it('a misspelt declaration', () => {
    expect(shown('poll main = [a]\nsignal s = 1\n')).toMatchInlineSnapshot(`
      "
      error RT0102: \`poll\` begins no declaration
       --> my.route:1:1
      1 | poll main = [a]
        | ^^^^
        = help: did you mean \`pool\`?
        = fix: write \`pool\`
      "
    `)
  })

  it('a misspelt property, twice', () => {
    expect(shown('provider p {\n  regoin us\n  famly x\n  data [a]\n}\n')).toMatchInlineSnapshot(`
      "
      error RT0102: \`regoin\` begins no line of \`provider\`
       --> my.route:2:3
      2 |   regoin us
        |   ^^^^^^
        = help: did you mean \`region\`?
        = fix: write \`region\`
      error RT0102: \`famly\` begins no line of \`provider\`
       --> my.route:3:3
      3 |   famly x
        |   ^^^^^
        = help: did you mean \`family\`?
        = fix: write \`family\`
      "
    `)
  })

  it('a missing brace', () => {
    expect(shown('provider p {\n  region us\n\nprovider q {\n  region eu\n}\n'))
      .toMatchInlineSnapshot(`
      "
      error RT0103: missing \`}\` after \`provider\`
       --> my.route:2:12
      2 |   region us
        |            ^
        = opened here
       --> my.route:1:12
      1 | provider p {
        |            ^
        = fix: write \`}\`
      "
    `)
  })

  it('a missing brace inside', () => {
    expect(shown('model m {\n  cache {\n    minimum 5k tokens\n  tier premium\n}\npool p = [m]\n'))
      .toMatchInlineSnapshot(`
      "
      error RT0103: missing \`}\` after \`cache\`
       --> my.route:3:22
      3 |     minimum 5k tokens
        |                      ^
        = opened here
       --> my.route:2:9
      2 |   cache {
        |         ^
        = fix: write \`}\`
      "
    `)
  })

  it('one brace too many', () => {
    expect(shown('provider p {\n  region us\n}\n}\npool p = [m]\n')).toMatchInlineSnapshot(`
      "
      error RT0101: got \`}\`, which closes nothing
       --> my.route:4:1
      4 | }
        | ^
        = help: there is one \`}\` too many, or a \`{\` is missing above
      "
    `)
  })

  it('a missing comma and bracket', () => {
    expect(shown('pool a = [b c]\npool d = [e, f\npool g = [h]\n')).toMatchInlineSnapshot(`
      "
      error RT0103: missing \`,\` before \`c\`
       --> my.route:1:12
      1 | pool a = [b c]
        |            ^
        = help: commas separate the items of a list
        = fix: write \`,\`
      error RT0103: missing \`]\` after the list
       --> my.route:2:15
      2 | pool d = [e, f
        |               ^
        = opened here
       --> my.route:2:10
      2 | pool d = [e, f
        |          ^
        = fix: write \`]\`
      "
    `)
  })

  it('a missing comma in facts, where a trailing one is welcome', () => {
    expect(shown('test "t" {\n  given { a 1 b 2, }\n}\n')).toMatchInlineSnapshot(`
      "
      error RT0103: missing \`,\` before \`b\`
       --> my.route:2:14
      2 |   given { a 1 b 2, }
        |              ^
        = help: commas separate the items of a list
        = fix: write \`,\`
      "
    `)
  })

  it('a second `policy`, and an import too late', () => {
    expect(shown('policy a\npool p = [m]\nimport "b.route"\npolicy c\n')).toMatchInlineSnapshot(`
      "
      error RT0114: got \`import\` after other declarations
       --> my.route:3:1
      3 | import "b.route"
        | ^^^^^^
        = help: a file begins with \`policy NAME\`, once, then its \`import\` lines, then everything else
      error RT0114: got \`policy\` after other declarations
       --> my.route:4:1
      4 | policy c
        | ^^^^^^
        = the first one is here
       --> my.route:1:8
      1 | policy a
        |        ^
        = help: a file begins with \`policy NAME\`, once, then its \`import\` lines, then everything else
      "
    `)
  })

  it('a rule outside a block', () => {
    expect(shown('rule a:\n  when b\n  then keep\npool p = [m]\n')).toMatchInlineSnapshot(`
      "
      error RT0101: got \`rule\` outside a block
       --> my.route:1:1
      1 | rule a:
        | ^^^^
        = help: rules stand inside \`on start\`, \`on turn\` or \`on call\`; is there a \`}\` too many above?
      "
    `)
  })

  it('the end of the file', () => {
    expect(shown('pool main =')).toMatchInlineSnapshot(`
      "
      error RT0101: got the end of the file, expected \`[\`
       --> my.route:1:12
      1 | pool main =
        |            ^
      "
    `)
  })

  it('a programming language', () => {
    expect(shown('function route(x) {\n  if (x > 1) { return "a" }\n}\n')).toMatchInlineSnapshot(`
      "
      error RT0102: \`function\` begins no declaration
       --> my.route:1:1
      1 | function route(x) {
        | ^^^^^^^^
        = help: a declaration begins with a word such as \`pool\`, \`signal\`, \`on\` or \`test\`
      "
    `)
  })
})

describe('what authors bring from other languages', () => {
  const help = (text: string): string | undefined => parse({ name: 'my.route', text }).diagnostics[0]?.help

  it.each([
    ['on start { when images > 0 then keep otherwise keep }', 'a rule has a name: `rule NAME: when … then …`'],
    ['on start { use m }', 'a choice stands in `otherwise use …`, or in a rule: `rule NAME: when … then use …`'],
    ['on turn { rule a: if images > 0 then restart otherwise keep }', 'a condition begins with `when`'],
    ['on turn { rule a: when failures in last 5 tools >= 2 then restart otherwise keep }', 'a count begins with `count`, as in `count failures in last 5 tools`'],
    ['on turn { rule a: when tags contains "x" then restart otherwise keep }', expect.stringContaining('tags has "x"')],
    ['on turn { rule a: when turn > 3 then increment n otherwise keep }', 'a counter is raised with `add 1 to NAME`'],
    ['test "t" { assert true }', expect.stringContaining('`check`')],
    ['signal s = turn = 3', '`is` compares, `=` defines'],
  ])('%s', (text, expected) => {
    expect(help(text)).toEqual(expected)
  })
})
