import { describe, expect, it } from 'vitest'
import { renderDiagnostic } from '../../../src/language/frame.ts'
import { loadPolicyText } from '../../../src/policy/load.ts'
import { smallCatalogue } from '../../support/policy-of.ts'

const base = `${smallCatalogue}
phrases thrash = ["step back"]
ladder climb { small -> mid -> big }
classifier triage { model small scores main timeout 10s }
`

/** What is said of a policy over the small catalogue, frame by frame. */
function said(text: string): string {
  const libraries = new Map([['base.route', base]])
  const { diagnostics } = loadPolicyText('my.route', `policy p import "base.route"\n${text}\n`, libraries)
  return `\n${diagnostics.map((each) => renderDiagnostic(each).trimEnd()).join('\n\n')}\n`
}

/** The same with a sound `on start`. */
function saidOf(text: string): string {
  return said(`${text}\non start { otherwise use mid }`)
}


describe('names', () => {
  it('an unknown model, with the nearest', () => {
    expect(saidOf('pool p = [bgi]')).toMatchInlineSnapshot(`
      "
      error RT0201: no model is named \`bgi\`
       --> my.route:2:11
      2 | pool p = [bgi]
        |           ^^^
        = help: did you mean \`big\`?
        = fix: write \`big\`
      "
    `)
  })

  it('an unknown model on its own', () => {
    expect(said('on start { otherwise use claude-opsu }')).toMatchInlineSnapshot(`
      "
      error RT0201: no model is named \`claude-opsu\`
       --> my.route:2:26
      2 | on start { otherwise use claude-opsu }
        |                          ^^^^^^^^^^^
        = help: declare it, or import the file that does
      "
    `)
  })

  it('an unknown signal', () => {
    expect(said('on start { rule a: when imags > 0 then use big otherwise use mid }')).toMatchInlineSnapshot(`
      "
      error RT0201: nothing is named \`imags\`
       --> my.route:2:25
      2 | on start { rule a: when imags > 0 then use big otherwise use mid }
        |                         ^^^^^
        = help: did you mean \`images\`?
        = fix: write \`images\`
      "
    `)
  })

  it('an unknown part of a signal', () => {
    expect(said('on start { rule a: when message.lenght > 3 chars then use big otherwise use mid }')).toMatchInlineSnapshot(`
      "
      error RT0201: nothing is named \`message.lenght\`
       --> my.route:2:25
      2 | on start { rule a: when message.lenght > 3 chars then use big otherwise use mid }
        |                         ^^^^^^^^^^^^^^
        = help: did you mean \`message.length\`?
        = fix: write \`message.length\`
      "
    `)
  })

  it('an unknown part of a classifier', () => {
    expect(said('on start { rule a: when triage.staus is ok then use big otherwise use mid }')).toMatchInlineSnapshot(`
      "
      error RT0201: \`triage\` has no part \`staus\`
       --> my.route:2:25
      2 | on start { rule a: when triage.staus is ok then use big otherwise use mid }
        |                         ^^^^^^^^^^^^
        = help: did you mean \`triage.status\`?
      "
    `)
  })

  it('an unknown function', () => {
    expect(said('on start { rule a: when acepts(big, image) then use big otherwise use mid }')).toMatchInlineSnapshot(`
      "
      error RT0201: no function is named \`acepts\`
       --> my.route:2:25
      2 | on start { rule a: when acepts(big, image) then use big otherwise use mid }
        |                         ^^^^^^
        = help: did you mean \`accepts\`?
        = fix: write \`accepts\`
      "
    `)
  })

  it('a rule asked for as an event', () => {
    expect(said('on start { rule a: when turns since a >= 3 then use big otherwise use mid }')).toMatchInlineSnapshot(`
      "
      error RT0201: no event is named \`a\`
       --> my.route:2:37
      2 | on start { rule a: when turns since a >= 3 then use big otherwise use mid }
        |                                     ^
        = help: it is a rule: write \`since rule a\`
        = fix: write \`rule a\`
      "
    `)
  })

  it('a subtraction without spaces', () => {
    expect(said(`signal stuck = turn
on start { rule a: when stuck-5 > 0 then use big otherwise use mid }`)).toMatchInlineSnapshot(`
  "
  error RT0201: nothing is named \`stuck-5\`
   --> my.route:3:25
  3 | on start { rule a: when stuck-5 > 0 then use big otherwise use mid }
    |                         ^^^^^^^
    = help: for subtraction write \`stuck - 5\`
    = fix: write \`stuck - 5\`
  "
`)
  })

  it('a name that is taken', () => {
    expect(saidOf(`signal a = turn
setting a = 3`)).toMatchInlineSnapshot(`
  "
  error RT0202: \`a\` is already the name of a signal
   --> my.route:3:9
  3 | setting a = 3
    |         ^
    = first declared here
   --> my.route:2:8
  2 | signal a = turn
    |        ^
    = help: settings, signals, states, classifiers and scorers share one namespace
  "
`)
  })

  it('a word of the language as a name', () => {
    expect(saidOf('signal images = turn')).toMatchInlineSnapshot(`
      "
      error RT0203: \`images\` is a word of the language, got it as a signal
       --> my.route:2:8
      2 | signal images = turn
        |        ^^^^^^
        = help: take another name for it
      "
    `)
  })

  it('an unknown provider', () => {
    expect(saidOf('override model big { served-by [nroth] }')).toMatchInlineSnapshot(`
      "
      error RT0201: no provider is named \`nroth\`
       --> my.route:2:33
      2 | override model big { served-by [nroth] }
        |                                 ^^^^^
        = help: did you mean \`north\`?
        = fix: write \`north\`
      "
    `)
  })

  it('an override of nothing', () => {
    expect(saidOf('override model bigg { tier premium }')).toMatchInlineSnapshot(`
      "
      error RT0201: no model is named \`bigg\`
       --> my.route:2:16
      2 | override model bigg { tier premium }
        |                ^^^^
        = help: did you mean \`big\`?
        = fix: write \`big\`
      "
    `)
  })

  it('a rule that no block has', () => {
    expect(saidOf('test "t" { user "x" -> big by resue }')).toMatchInlineSnapshot(`
      "
      error RT0201: no rule is named \`resue\`
       --> my.route:2:31
      2 | test "t" { user "x" -> big by resue }
        |                               ^^^^^
        = help: the rules are named in the \`on\` blocks
      "
    `)
  })
})

describe('kinds and units', () => {
  it('tokens against chars', () => {
    expect(said('on start { rule a: when message.length > 16k tokens then use big otherwise use mid }')).toMatchInlineSnapshot(`
      "
      error RT0204: \`message.length\` is a size in chars, \`16k tokens\` is a size in tokens
       --> my.route:2:25
      2 | on start { rule a: when message.length > 16k tokens then use big otherwise use mid }
        |                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^
        = help: both sides of a comparison are of one kind and unit
      "
    `)
  })

  it('a size without its unit', () => {
    expect(said('on start { rule a: when context.length > 16k then use big otherwise use mid }')).toMatchInlineSnapshot(`
      "
      error RT0204: \`context.length\` is a size in tokens, \`16k\` is a count
       --> my.route:2:25
      2 | on start { rule a: when context.length > 16k then use big otherwise use mid }
        |                         ^^^^^^^^^^^^^^^^^^^^
        = help: sizes carry their unit: \`16k tokens\`
        = fix: write \`16k tokens\`
      "
    `)
  })

  it('a count for a score', () => {
    expect(said('on start { otherwise choose cheapest from main where score(it) >= 1 else use mid }')).toMatchInlineSnapshot(`
      "
      error RT0204: \`score(it)\` is a score, \`1\` is a count
       --> my.route:2:54
      2 | on start { otherwise choose cheapest from main where score(it) >= 1 else use mid }
        |                                                      ^^^^^^^^^^^^^^
        = help: scores have a decimal point: \`1.0\`
        = fix: write \`1.0\`
      "
    `)
  })

  it('a score of 1.7 as a threshold', () => {
    expect(said('on start { otherwise choose cheapest from main where score(it) >= 1.7 else use mid }')).toMatchInlineSnapshot(`
      "
      error RT0213: a score is compared with \`1.7\`, expected 0.0 to 1.0
       --> my.route:2:67
      2 | on start { otherwise choose cheapest from main where score(it) >= 1.7 else use mid }
        |                                                                   ^^^
        = help: a score is a chance: 0.0 is never, 1.0 is always
      "
    `)
  })

  it('a score of 1.7 as a setting', () => {
    expect(said(`setting enough = 1.7
on start { otherwise choose cheapest from main where score(it) >= enough else use mid }`)).toMatchInlineSnapshot(`
  "
  error RT0213: a score is compared with \`enough\`, expected 0.0 to 1.0
   --> my.route:3:67
  3 | on start { otherwise choose cheapest from main where score(it) >= enough else use mid }
    |                                                                   ^^^^^^
    = the setting stands here
   --> my.route:2:1
  2 | setting enough = 1.7
    | ^^^^^^^^^^^^^^^^^^^^
    = help: a score is a chance: 0.0 is never, 1.0 is always
  "
`)
  })

  it('a score of 1.7 in a test', () => {
    expect(saidOf('test "t" { user "x" with { triage { small 1.7 } } -> small }')).toMatchInlineSnapshot(`
      "
      error RT0213: the score of \`small\` is \`1.7\`, expected 0.0 to 1.0
       --> my.route:2:43
      2 | test "t" { user "x" with { triage { small 1.7 } } -> small }
        |                                           ^^^
        = help: a score is a chance: 0.0 is never, 1.0 is always
      "
    `)
  })

  it('a setting outside its range', () => {
    expect(saidOf('setting enough = 1.7 from 0.5 to 0.95')).toMatchInlineSnapshot(`
      "
      error RT0213: \`enough\` is \`1.7\`, expected 0.5 to 0.95
       --> my.route:2:18
      2 | setting enough = 1.7 from 0.5 to 0.95
        |                  ^^^
        = help: the value of a setting lies in its own range
      "
    `)
  })

  it('seconds added to tokens', () => {
    expect(saidOf('signal s = context.length + 10s')).toMatchInlineSnapshot(`
      "
      error RT0204: \`context.length\` is a size in tokens, \`10s\` is a duration
       --> my.route:2:29
      2 | signal s = context.length + 10s
        |                             ^^^
        = help: only numbers of the same unit can be added
      "
    `)
  })

  it('a number where a condition stands', () => {
    expect(said('on start { rule a: when images then use big otherwise use mid }')).toMatchInlineSnapshot(`
      "
      error RT0205: \`images\` is a count, expected a condition
       --> my.route:2:25
      2 | on start { rule a: when images then use big otherwise use mid }
        |                         ^^^^^^
        = help: compare it, as in \`images > 0\`
      "
    `)
  })

  it('text where a name stands', () => {
    expect(said('on start { rule a: when current is "big" then use big otherwise use mid }')).toMatchInlineSnapshot(`
      "
      error RT0204: \`current\` is a model, \`"big"\` is text
       --> my.route:2:25
      2 | on start { rule a: when current is "big" then use big otherwise use mid }
        |                         ^^^^^^^^^^^^^^^^
        = help: names and words of a closed set are written without quotes: \`big\`
        = fix: write \`big\`
      "
    `)
  })

  it('a bare word where text stands', () => {
    expect(said('on start { rule a: when team is payments then use big otherwise use mid }')).toMatchInlineSnapshot(`
      "
      error RT0201: nothing is named \`payments\`, expected text
       --> my.route:2:33
      2 | on start { rule a: when team is payments then use big otherwise use mid }
        |                                 ^^^^^^^^
        = help: free text stands in quotes: \`"payments"\`
        = fix: write \`"payments"\`
      "
    `)
  })

  it('a model that is no model', () => {
    expect(said('on start { otherwise use turn }')).toMatchInlineSnapshot(`
      "
      error RT0205: \`turn\` is a count, expected a model
       --> my.route:2:26
      2 | on start { otherwise use turn }
        |                          ^^^^
        = help: \`use\` takes a model, \`requested\`, or a signal or pin that is a model
      "
    `)
  })

  it('an order of models', () => {
    expect(saidOf('signal s = current > requested')).toMatchInlineSnapshot(`
      "
      error RT0230: \`current\` is a model, which has no order
       --> my.route:2:12
      2 | signal s = current > requested
        |            ^^^^^^^
        = help: numbers of one unit and words of one scale can be ordered; \`is\` compares the rest
      "
    `)
  })

  it('minutes where tokens stand', () => {
    expect(saidOf('override model big { context 5 chars }')).toMatchInlineSnapshot(`
      "
      error RT0205: got a size in chars, expected a size in tokens
       --> my.route:2:30
      2 | override model big { context 5 chars }
        |                              ^^^^^^^
        = help: write \`5 tokens\` if that is what is meant
        = fix: write \`5 tokens\`
      "
    `)
  })

  it('one host twice', () => {
    expect(saidOf('override model big { served-by [north, north] }')).toMatchInlineSnapshot(`
      "
      error RT0202: \`north\` is listed twice
       --> my.route:2:40
      2 | override model big { served-by [north, north] }
        |                                        ^^^^^
        = first named here
       --> my.route:2:33
      2 | override model big { served-by [north, north] }
        |                                 ^^^^^
        = help: name each provider once
      "
    `)
  })
})

describe('words', () => {
  it('a word that is not in its set', () => {
    expect(said('on start { rule a: when session.kind is routr then use big otherwise use mid }')).toMatchInlineSnapshot(`
      "
      error RT0206: \`routr\` is no word of \`session.kind\`
       --> my.route:2:41
      2 | on start { rule a: when session.kind is routr then use big otherwise use mid }
        |                                         ^^^^^
        = help: did you mean \`router\`?
        = fix: write \`router\`
      "
    `)
  })

  it('a status that only a test may write', () => {
    expect(said('on start { rule a: when triage.status is missing then use big otherwise use mid }')).toMatchInlineSnapshot(`
      "
      error RT0206: \`missing\` is no word of \`status\`
       --> my.route:2:42
      2 | on start { rule a: when triage.status is missing then use big otherwise use mid }
        |                                          ^^^^^^^
        = help: a policy cannot ask whether a verdict is missing, for that would tell a replay from production; \`is not ok\` covers it
      "
    `)
  })

  it('a word of two scales', () => {
    expect(saidOf(`scale a = [low, high]
scale b = [low, high]
signal s = rank(low)`)).toMatchInlineSnapshot(`
  "
  error RT0207: \`low\` is a word of \`a\` and a word of \`b\`
   --> my.route:4:17
  4 | signal s = rank(low)
    |                 ^^^
    = help: compare it with something of one of them, or rename one
  "
`)
  })

  it('an error class that does not exist', () => {
    expect(saidOf('serve any { failover on [overload] }')).toMatchInlineSnapshot(`
      "
      error RT0206: \`overload\` is no error class
       --> my.route:2:26
      2 | serve any { failover on [overload] }
        |                          ^^^^^^^^
        = help: did you mean \`overloaded\`?
        = fix: write \`overloaded\`
      "
    `)
  })

  it('a verdict that does not exist', () => {
    expect(saidOf('test "t" { user "x" with { triage timout } -> big }')).toMatchInlineSnapshot(`
      "
      error RT0206: \`timout\` is no verdict of \`triage\`
       --> my.route:2:35
      2 | test "t" { user "x" with { triage timout } -> big }
        |                                   ^^^^^^
        = help: did you mean \`timeout\`?
        = fix: write \`timeout\`
      "
    `)
  })
})

describe('rules', () => {
  it('a rule that always chooses', () => {
    expect(said('on start { rule all: use big otherwise use mid }')).toMatchInlineSnapshot(`
      "
      error RT0215: the rule \`all\` chooses without a guard
       --> my.route:2:17
      2 | on start { rule all: use big otherwise use mid }
        |                 ^^^
        = help: what always holds stands last: \`otherwise all: …\`; a rule has \`when … then …\`
      "
    `)
  })

  it('two choices', () => {
    expect(said('on start { otherwise use big, use mid }')).toMatchInlineSnapshot(`
      "
      error RT0214: the rule chooses twice
       --> my.route:2:31
      2 | on start { otherwise use big, use mid }
        |                               ^^^^^^^
        = first choice here
       --> my.route:2:22
      2 | on start { otherwise use big, use mid }
        |                      ^^^^^^^
        = help: a rule makes at most one choice, as its last action; what to do when it cannot be had stands after \`else\`
      "
    `)
  })

  it('an effect after the choice', () => {
    expect(said('on start { otherwise use big, remind "hello" }')).toMatchInlineSnapshot(`
      "
      error RT0214: \`remind\` stands after the choice
       --> my.route:2:31
      2 | on start { otherwise use big, remind "hello" }
        |                               ^^^^^^^^^^^^^^
        = the choice stands here
       --> my.route:2:22
      2 | on start { otherwise use big, remind "hello" }
        |                      ^^^^^^^
        = help: a choice ends the rule: write the effects before it
      "
    `)
  })

  it('nothing to keep on start', () => {
    expect(said('on start { otherwise keep }')).toMatchInlineSnapshot(`
      "
      error RT0217: there is nothing to keep on start
       --> my.route:2:22
      2 | on start { otherwise keep }
        |                      ^^^^
        = help: \`on start\` makes the first choice of a session: name a model or a pool
      "
    `)
  })

  it('no `on start`', () => {
    expect(said('on turn { otherwise keep }')).toMatchInlineSnapshot(`
      "
      error RT0216: the policy \`p\` has no \`on start\`
       --> my.route:1:8
      1 | policy p import "base.route"
        |        ^
        = help: it makes the first choice of a session: \`on start { otherwise use MODEL }\`
      "
    `)
  })

  it('a block that is written twice', () => {
    expect(saidOf(`on turn { otherwise keep }
on turn, call { otherwise keep }`)).toMatchInlineSnapshot(`
  "
  error RT0225: \`on turn\` is written twice
   --> my.route:3:4
  3 | on turn, call { otherwise keep }
    |    ^^^^
    = first written here
   --> my.route:2:4
  2 | on turn { otherwise keep }
    |    ^^^^
    = help: put the rules of one moment into one block
  "
`)
  })

  it('an `otherwise` without a choice', () => {
    expect(saidOf('on call { otherwise remind "hello" }')).toMatchInlineSnapshot(`
      "
      error RT0212: \`otherwise\` chooses nothing
       --> my.route:2:11
      2 | on call { otherwise remind "hello" }
        |           ^^^^^^^^^^^^^^^^^^^^^^^^
        = help: it ends with a choice such as \`keep\`
      "
    `)
  })

  it('a latch that is reset', () => {
    expect(saidOf(`state { latch seen }
on call { otherwise reset seen, keep }`)).toMatchInlineSnapshot(`
  "
  error RT0219: \`reset\` does not fit the latch \`seen\`
   --> my.route:3:27
  3 | on call { otherwise reset seen, keep }
    |                           ^^^^
    = declared here
   --> my.route:2:9
  2 | state { latch seen }
    |         ^^^^^^^^^^
    = help: a latch is set once and stays set: its verb is \`set\`
  "
`)
  })

  it('a level raised to another scale', () => {
    expect(saidOf(`scale mood = [low, high]
state { level l on mood }
on call { otherwise raise l to premium, keep }`)).toMatchInlineSnapshot(`
  "
  error RT0206: \`premium\` is no word of \`mood\`
   --> my.route:4:32
  4 | on call { otherwise raise l to premium, keep }
    |                                ^^^^^^^
    = help: the words are \`low\` and \`high\`
  "
`)
  })
})

describe('places', () => {
  it('`it` where nothing is gone through', () => {
    expect(said('on start { rule a: when price(it, input) > $5 per 1M tokens then use big otherwise use mid }')).toMatchInlineSnapshot(`
      "
      error RT0208: \`it\` has no meaning here
       --> my.route:2:31
      2 | on start { rule a: when price(it, input) > $5 per 1M tokens then use big otherwise use mid }
        |                               ^^
        = help: \`it\` is the model or endpoint that a \`where\`, a ranking, \`prefer\` or \`require\` goes through
      "
    `)
  })

  it('the cost in a rule', () => {
    expect(said('on start { rule a: when cost > $1 then use big otherwise use mid }')).toMatchInlineSnapshot(`
      "
      error RT0208: \`cost\` cannot stand in a rule
       --> my.route:2:25
      2 | on start { rule a: when cost > $1 then use big otherwise use mid }
        |                         ^^^^
        = help: it is known only afterwards: an expectation or a test may ask it
      "
    `)
  })

  it('candidates in a filter', () => {
    expect(saidOf(`signal up = next(climb) is none
deny a: models where up`)).toMatchInlineSnapshot(`
  "
  error RT0208: \`next\` cannot be asked in a filter
   --> my.route:3:22
  3 | deny a: models where up
    |                      ^^
    = help: filters are judged first: they decide who is a candidate before anything is scored
  "
`)
  })

  it('a call in an expectation', () => {
    expect(saidOf('expect a: images < 3')).toMatchInlineSnapshot(`
      "
      error RT0208: \`images\` is read at one call, an expectation is about a whole run
       --> my.route:2:11
      2 | expect a: images < 3
        |           ^^^^^^
        = help: expectations compare \`cost\`, \`availability\`, \`switches\`, \`upgrades\`, \`turns\`, \`calls\`, \`sessions\`; an \`invariant\` is judged at every call
      "
    `)
  })

  it('an endpoint asked of a model', () => {
    expect(saidOf('deny a: models where region(it) is us')).toMatchInlineSnapshot(`
      "
      error RT0205: \`it\` is a model, expected an endpoint
       --> my.route:2:29
      2 | deny a: models where region(it) is us
        |                             ^^
        = help: it is asked of \`it\` in \`endpoints where\`, \`prefer\` and \`require\`, or of \`served\`
      "
    `)
  })

  it('too few arguments', () => {
    expect(said('on start { rule a: when accepts(big) then use big otherwise use mid }')).toMatchInlineSnapshot(`
      "
      error RT0209: got \`accepts(big)\`, expected \`accepts(model, image)\`
       --> my.route:2:25
      2 | on start { rule a: when accepts(big) then use big otherwise use mid }
        |                         ^^^^^^^^^^^^
        = help: the number of arguments differs
      "
    `)
  })
})

describe('declarations', () => {
  it('a signal that stands on itself', () => {
    expect(saidOf(`signal a = b
signal b = a`)).toMatchInlineSnapshot(`
  "
  error RT0210: the signal \`a\` stands on itself
   --> my.route:2:8
  2 | signal a = b
    |        ^
    = help: it goes round through \`a\`, \`b\`
  "
`)
  })

  it('a model twice on a ladder', () => {
    expect(saidOf('ladder l { small -> big small -> mid }')).toMatchInlineSnapshot(`
      "
      error RT0220: \`small\` stands twice on the ladder \`l\`
       --> my.route:2:25
      2 | ladder l { small -> big small -> mid }
        |                         ^^^^^
        = first named here
       --> my.route:2:12
      2 | ladder l { small -> big small -> mid }
        |            ^^^^^
        = help: a model stands in at most one climb, once
      "
    `)
  })

  it('a factor without an input price', () => {
    expect(saidOf('override model big { price per 1M tokens { cache-read 0.1x } }')).toMatchInlineSnapshot(`
      "
      error RT0222: \`0.1x\` is a factor of an \`input\` price that is not there
       --> my.route:2:44
      2 | override model big { price per 1M tokens { cache-read 0.1x } }
        |                                            ^^^^^^^^^^^^^^^
        = help: write the \`input\` price, or this one in dollars
      "
    `)
  })

  it('cheapest without a price', () => {
    expect(saidOf(`model free { served-by [north] }
pool p = [free, small]
on call { otherwise choose cheapest from p else keep }`)).toMatchInlineSnapshot(`
  "
  error RT0218: \`cheapest\` cannot be told in \`p\`: \`free\` has no price
   --> my.route:4:11
  4 | on call { otherwise choose cheapest from p else keep }
    |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    = \`free\` is declared here
   --> my.route:2:1
  2 | model free { served-by [north] }
    | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    = help: write \`price per 1M tokens { input $… output $… }\` in each model
  "
`)
  })

  it('a line that is written twice', () => {
    expect(saidOf('provider east { region us region eu }')).toMatchInlineSnapshot(`
      "
      error RT0211: \`region\` is written twice
       --> my.route:2:27
      2 | provider east { region us region eu }
        |                           ^^^^^^^^^
        = first written here
       --> my.route:2:17
      2 | provider east { region us region eu }
        |                 ^^^^^^^^^
        = help: keep one of the two lines
      "
    `)
  })

  it('a provider of which nothing is said', () => {
    expect(saidOf('provider east { }')).toMatchInlineSnapshot(`
      "
      warning RT0229: nothing is said of the provider \`east\`
       --> my.route:2:1
      2 | provider east { }
        | ^^^^^^^^^^^^^^^^^
        = help: write at least its \`region\` or \`family\`
      "
    `)
  })

  it('two classifiers that score', () => {
    expect(saidOf(`classifier other { model small scores main }
on call { rule a: when score(big) > 0.5 then use big otherwise keep }`)).toMatchInlineSnapshot(`
  "
  error RT0226: \`triage\` and \`other\` both score models
   --> my.route:3:24
  3 | on call { rule a: when score(big) > 0.5 then use big otherwise keep }
    |                        ^^^^^^^^^^
    = help: write which: \`triage.score(…)\` or \`other.score(…)\`
  "
`)
  })

  it('a classifier without a model', () => {
    expect(saidOf('classifier other { scores main }')).toMatchInlineSnapshot(`
      "
      error RT0212: the classifier \`other\` has no \`model\`
       --> my.route:2:12
      2 | classifier other { scores main }
        |            ^^^^^
        = help: write which model gives the verdicts: its tokens are billed
      "
    `)
  })

  it('bands that fall', () => {
    expect(saidOf(`scale mood = [low, high]
signal one = when turn > 1 then 1.0 otherwise 0.0
scorer sc { weight 0.3 one bands mood { high below 0.5 low otherwise } }`)).toMatchInlineSnapshot(`
  "
  error RT0213: \`low\` is lower than the band before it
   --> my.route:4:56
  4 | scorer sc { weight 0.3 one bands mood { high below 0.5 low otherwise } }
    |                                                        ^^^^^^^^^^^^^
    = help: the scale rises: \`low\`, \`high\`
  "
`)
  })

  it('an hour that no clock has', () => {
    expect(saidOf('hours night = [mon, tus] 22:00 to 25:00 in "UTC"')).toMatchInlineSnapshot(`
      "
      error RT0206: \`tus\` is no day of the week
       --> my.route:2:21
      2 | hours night = [mon, tus] 22:00 to 25:00 in "UTC"
        |                     ^^^
        = help: did you mean \`tue\`?
        = fix: write \`tue\`

      error RT0227: \`25:00\` is no time of day
       --> my.route:2:35
      2 | hours night = [mon, tus] 22:00 to 25:00 in "UTC"
        |                                   ^^^^^
        = help: times of day are written \`09:00\`
      "
    `)
  })

  it('a fact that nothing is called', () => {
    expect(saidOf('test "t" { given { imags 1 } user "x" -> big }')).toMatchInlineSnapshot(`
      "
      error RT0201: no fact is named \`imags\`
       --> my.route:2:20
      2 | test "t" { given { imags 1 } user "x" -> big }
        |                    ^^^^^
        = help: did you mean \`images\`?
        = fix: write \`images\`
      "
    `)
  })

  it('a fact of another unit', () => {
    expect(saidOf('test "t" { given { context.length 30k } user "x" -> big }')).toMatchInlineSnapshot(`
      "
      error RT0204: \`30k\` is a count, expected a size in tokens
       --> my.route:2:35
      2 | test "t" { given { context.length 30k } user "x" -> big }
        |                                   ^^^
        = help: a fact has the kind and unit of what it names
        = fix: write \`30k tokens\`
      "
    `)
  })

  it('a window of no messages', () => {
    expect(saidOf('signal s = count thrash in last 0 messages')).toMatchInlineSnapshot(`
      "
      error RT0213: \`0\` is out of range
       --> my.route:2:33
      2 | signal s = count thrash in last 0 messages
        |                                 ^
        = help: write a number from 1 to 10_000
      "
    `)
  })

  it('phrases counted in calls', () => {
    expect(saidOf('signal s = count thrash in last 5 calls')).toMatchInlineSnapshot(`
      "
      error RT0205: phrases cannot be counted in \`calls\`
       --> my.route:2:28
      2 | signal s = count thrash in last 5 calls
        |                            ^^^^^^^^^^^^
        = help: they are counted in \`assistant messages\`, \`user messages\`, \`thinking messages\`, \`messages\`, \`tools\`, \`turns\`, \`this turn\` or \`this session\`
      "
    `)
  })

  it('a host that does not serve the model', () => {
    expect(said('on start { otherwise use mid at north }')).toMatchInlineSnapshot(`
      "
      error RT0221: \`north\` does not serve \`mid\`
       --> my.route:2:33
      2 | on start { otherwise use mid at north }
        |                                 ^^^^^
        = help: its hosts are \`south\`
      "
    `)
  })

  it('an order with a host that does not serve the model', () => {
    expect(saidOf('serve mid { order [south] then [north] }')).toMatchInlineSnapshot(`
      "
      warning RT0221: \`north\` does not serve \`mid\`
       --> my.route:2:33
      2 | serve mid { order [south] then [north] }
        |                                 ^^^^^
        = help: its hosts are \`south\`
      "
    `)
  })
})
