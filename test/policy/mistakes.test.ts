import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyFixes } from '../../src/language/apply-fixes.ts'
import type { Diagnostic } from '../../src/language/diagnostic.ts'
import { loadPolicyText } from '../../src/policy/load.ts'
import { lawRuns } from '../support/law-runs.ts'
import { smallCatalogue } from '../support/policy-of.ts'

// What authors write who know other languages, or slip: each is said once, and mended where it can be.
// What begins no line follows a sound one here: after another mistake it is skipped with what is left of that.

interface Mistake {
  /** A rule of `on turn`, or declarations, with names that no other mistake has. */
  readonly kind: 'rule' | 'declarations'
  readonly text: string
}

const rule = (text: string): Mistake => ({ kind: 'rule', text })
const declarations = (text: string): Mistake => ({ kind: 'declarations', text })

const mistakes: Readonly<Record<string, Mistake>> = {
  'a price of nothing': declarations('model m1 {\n  tier standard\n  served-by [north]\n  price {\n    input $1\n  }\n}'),
  'a price without its sign': declarations('model m2 {\n  tier standard\n  served-by [north]\n  price per 1M tokens {\n    input 1\n  }\n}'),
  'a price per million': declarations('model m3 {\n  tier standard\n  served-by [north]\n  price per million tokens {\n    input $1\n  }\n}'),
  'a share of a price': declarations('model m4 {\n  tier standard\n  served-by [north]\n  price per 1M tokens {\n    input $1\n    cache-read 10%\n  }\n}'),
  'a quoted region': declarations('provider p5 {\n  region "us"\n}'),
  'a timeout without a unit': declarations('profile q1 {\n  timeout total 30\n}'),
  'a timeout of nothing': declarations('profile q2 {\n  timeout 30\n}'),
  'a cooldown without a unit': declarations('profile q3 {\n  cooldown {\n    trip at once\n    lasts 30\n  }\n}'),
  'a retry without `times`': declarations('profile q4 {\n  retry 3 on [server]\n}'),
  'retries': declarations('profile q5 {\n  retries 3 times\n}'),
  'failover to a host': declarations('profile q6 {\n  failover to [south]\n}'),
  'an error without brackets': declarations('profile q7 {\n  failover on server\n}'),
  'a fallback without brackets': declarations('profile q8 {\n  fallback to mid\n}'),
  'an order without brackets': declarations('profile q9 {\n  order north, south\n}'),
  'a weight with a colon': declarations('profile q10 {\n  weights {\n    north: 3\n    south 1\n  }\n}'),
  'a range with dots': declarations('setting s1 = 80k … to 200k tokens'),
  'a range of which one end has no unit': declarations('setting s2 = 80k from 60k to 200k tokens'),
  'a conditional of C': declarations('signal s3 = plan-mode ? 1 : 0'),
  'a list in parentheses': declarations('pool l1 = (big, mid)'),
  'a list of YAML': declarations('pool l2 =\n  - big\n  - mid'),
  'a comment of SQL': declarations('pool l3 = [big, mid]\n\n-- pools'),
  'a day of a range': declarations('hours h1 = mon-fri 09:00 to 18:00 in "UTC"'),
  'hours of the morning': declarations('hours h2 = [mon] 9am to 18:00 in "UTC"'),
  'a zone without quotes': declarations('hours h3 = [mon] 09:00 to 18:00 in Europe/Berlin'),
  'a share as a decimal': declarations('budget b1 {\n  limit $5 per day\n  at 0.8 then alert "x"\n}'),
  'another currency': declarations('budget b2 {\n  limit €5 per day\n  at 80% then alert "x"\n}'),
  'a currency behind': declarations('budget b3 {\n  limit 5 USD per day\n  at 80% then alert "x"\n}'),
  'a unit apart': declarations('profile q11 {\n  sticky provider for 5 minutes\n}'),
  'a test without quotes': declarations('test t1 {\n  user "hi" -> big\n}'),
  'facts without braces': declarations('test "t2" {\n  user "hi" with images 1 -> big\n}'),
  'a count of nowhere': declarations('signal s4 = count failures > 3'),
  'a count of how many': declarations('phrases w1 = ["x"]\nsignal s5 = count w1 in last assistant messages > 3'),
  'permit': declarations('pool l4 = [big, mid]\n\npermit(principal, action, resource)'),
  'if': rule('rule r1: if images > 0 then use big'),
  'an arrow for `then`': rule('rule r2: when images > 0 -> big'),
  'equal to': rule('rule r3: when turn is equal to 3 then use big'),
  'greater than': rule('rule r4: when turn is greater than 3 then use big'),
  'null': rule('rule r5: when requested is null then use big'),
  'True': rule('rule r6: when plan-mode is True then use big'),
  'a token': rule('rule r7: when context.length > 1 token then use big'),
  'a comma in a number': rule('rule r8: when context.length > 16,000 tokens then use big'),
  'a pattern': rule('rule r9: when path matches /src.*/ then use big'),
  'the end of a text': rule('rule r10: when path ends with ".py" then use big'),
  'a quoted model': rule('rule r11: when images > 0 then use "big"'),
  'a name of two words': rule('rule r12 images: when images > 0 then use big'),
  'a quoted name': rule('rule "r13 images": when images > 0 then use big'),
  'a function for a model': rule('rule r14: when images > 0 then use rung(up, 1)'),
  'the pool behind': rule('rule r15: when images > 0 then choose cheapest where allowed(it) from main else use big'),
  'the host behind': rule('rule r16: when images > 0 then use big with near at north'),
  'select': rule('rule r17: when images > 0 then select cheapest from main else use big'),
  'goto': rule('rule r18: when images > 0 then goto start'),
  'elif': rule('rule r19: when images > 0 then use big\nelif turn > 3 then use mid'),
}

function policyOf(all: readonly Mistake[]): string {
  const of = (kind: Mistake['kind']): string => all.filter((each) => each.kind === kind).map(({ text }) => `${text}\n`).join('\n')
  const fixed = 'ladder up {\n  small -> mid\n}\n\nprofile near {\n  order by price\n}\n'
  const rules = of('rule').replaceAll(/^(?=.)/gm, '  ')
  return `policy p\n\nimport "catalogue.route"\n\n${fixed}\n${of('declarations')}\non start {\n  otherwise use big\n}\n\non turn {\n${rules}  otherwise keep\n}\n`
}

const catalogues = new Map([['catalogue.route', smallCatalogue]])
const name = 'my.route'

function errorsIn(text: string): readonly Diagnostic[] {
  return loadPolicyText(name, text, catalogues).diagnostics.filter(({ severity }) => severity === 'error')
}

/** What is said, and the lines that fixes have changed. */
function told(text: string): string {
  const errors = errorsIn(text)
  const mended = applyFixes({ name, text }, errors).text
  const before = new Set(text.split('\n'))
  const changed = mended.split('\n').filter((line) => !before.has(line))
  return [
    ...errors.map(({ code, message, help }) => `${code} ${message}${help === undefined ? '' : `\n  ${help}`}`),
    ...changed.map((line) => `  => ${line.trim()}`),
  ].join('\n')
}

describe('a mistake is said once, with its remedy', () => {
  it('each', () => {
    const all = Object.entries(mistakes).map(([title, mistake]) => `${title}: ${told(policyOf([mistake]))}`)
    expect(all.join('\n')).toMatchInlineSnapshot(`
      "a price of nothing: RT0101 got \`{\`, expected \`per\`
        a price says for how much: \`price per 1M tokens { input $1  output $2 }\`
        => price per 1M tokens {
      a price without its sign: RT0101 got \`1\`, expected money such as \`$0.96\` or a factor such as \`2x\`
        money is in dollars, with the sign in front
        => input $1
      a price per million: RT0101 got \`million\`, expected a whole number or a number such as \`16k\`
        a million is \`1M\`
        => price per 1M tokens {
      a share of a price: RT0101 got \`10%\`, expected money such as \`$0.96\` or a factor such as \`2x\`
        a share of the input price is a factor
        => cache-read 0.1x
      a quoted region: RT0101 got \`"us"\`, expected a name
        names stand without quotes
        => region us
      a timeout without a unit: RT0101 got \`30\`, expected a duration such as \`10s\`
        write the unit; the units of time are \`ms\`, \`s\`, \`min\`, \`h\` and \`d\`
        => timeout total 30s
      a timeout of nothing: RT0101 got \`30\`, expected \`total\`, \`first-token\` or \`idle\`
        say of what: \`timeout total 30s\`, \`timeout first-token 30s\` or \`timeout idle 30s\`; the units of time are \`ms\`, \`s\`, \`min\`, \`h\` and \`d\`
        => timeout total 30s
      a cooldown without a unit: RT0101 got \`30\`, expected a duration such as \`10s\`
        write the unit; the units of time are \`ms\`, \`s\`, \`min\`, \`h\` and \`d\`
        => lasts 30s
      a retry without \`times\`: RT0101 got \`on\`, expected \`times\`
        as in \`retry 3 times on [server]\`
        => retry 3 times on [server]
      retries: RT0102 \`retries\` begins no line of \`profile\`
        did you mean \`retry\`?
        => retry 3 times
      failover to a host: RT0101 got \`to\`, expected \`on\`
        \`failover on [server]\` goes to the next host of the same model; another model is \`fallback to [MODEL]\`
      an error without brackets: RT0101 got \`server\`, expected \`[\`
        a list stands in square brackets, as in \`[a, b]\`
        => failover on [server]
      a fallback without brackets: RT0101 got \`mid\`, expected \`[\`
        a list stands in square brackets, as in \`[a, b]\`
        => fallback to [mid]
      an order without brackets: RT0101 got \`north\`, expected \`[\` or \`by\`
        a list stands in square brackets, as in \`[a, b]\`
        => order [north, south]
      a weight with a colon: RT0101 got \`:\`, expected a whole number
        no sign stands between a name and its number: \`north 3\`
        => north 3
      a range with dots: RT0108 got \`…\`, which means nothing here
        a range is written with its unit at both ends: \`setting NAME = 80k tokens from 60k tokens to 200k tokens\`
      a range of which one end has no unit: RT0204 the setting is a count, its range a size in tokens
        the value and its range are written in one unit
        => setting s2 = 80k tokens from 60k tokens to 200k tokens
      a conditional of C: RT0108 got \`?\`, which means nothing here
        there is no \`? :\`: a signal has cases, \`when G then A otherwise B\`
      a list in parentheses: RT0101 got \`(\`, expected \`[\`
        a list stands in square brackets, as in \`[a, b]\`
        => pool l1 = [big, mid]
      a list of YAML: RT0101 got \`-\`, expected \`[\`
        a list stands in square brackets, as in \`[a, b]\`
      a comment of SQL: RT0101 \`-\` begins no declaration
        a comment begins with \`//\` and ends with its line
      a day of a range: RT0101 got \`mon-fri\`, expected a time of day such as \`09:00\`
        as in \`hours office = [mon, tue] 09:00 to 18:00 in "UTC"\`; without days it is every day
      hours of the morning: RT0104 got \`9am\`, expected a number with a unit
        a time of day has two digits each: \`09:00\`
        => hours h2 = [mon] 09:00 to 18:00 in "UTC"
      a zone without quotes: RT0101 got \`Europe\`, expected a text in double quotes
        free text stands in double quotes
        => hours h3 = [mon] 09:00 to 18:00 in "Europe/Berlin"
      a share as a decimal: RT0101 got \`0.8\`, expected a share such as \`80%\`
        shares are percentages
        => at 80% then alert "x"
      another currency: RT0108 got \`€\`, which means nothing here
        money is in dollars, such as \`$5\`
      a currency behind: RT0101 got \`5\`, expected money such as \`$0.96\`
        money is in dollars, with the sign in front
        => limit $5 per day
      a unit apart: RT0101 got \`5\`, expected a duration such as \`10s\`
        number and unit are one word; the units of time are \`ms\`, \`s\`, \`min\`, \`h\` and \`d\`
        => sticky provider for 5min
      a test without quotes: RT0101 got \`t1\`, expected a text in double quotes
        free text stands in double quotes
        => test "t1" {
      facts without braces: RT0101 got \`images\`, expected \`{\`
        facts stand in braces, as in \`{ images 1 }\`
        => user "hi" with { images 1 } -> big
      a count of nowhere: RT0101 got \`>\`, expected \`in\`
        a count says where: \`count failures in last 5 tools\`
      a count of how many: RT0101 got \`assistant\`, expected a whole number
        say how many, as in \`last 5 assistant messages\`
      permit: RT0102 \`permit\` begins no declaration
        who may be chosen is said with \`allow NAME: models where …\` and \`deny NAME: models where …\`
      if: RT0101 got \`if\`, expected an action such as \`use\`, \`choose\` or \`keep\`
        a condition begins with \`when\`
        => rule r1: when images > 0 then use big
      an arrow for \`then\`: RT0101 got \`->\`, expected \`then\`
        what a rule does stands after \`then\`
        => rule r2: when images > 0 then use big
      equal to: RT0101 got \`to\`, expected \`then\`
        \`is\` alone compares
        => rule r3: when turn is 3 then use big
      greater than: RT0101 got \`than\`, expected \`then\`
        order is written \`< <= > >=\`
        => rule r4: when turn > 3 then use big
      null: RT0201 no model is named \`null\`
        what is known to be absent is \`none\`
        => rule r5: when requested is none then use big
      True: RT0201 nothing is named \`True\`
        the two truths are \`true\` and \`false\`
        => rule r6: when plan-mode is true then use big
      a token: RT0101 got \`token\`, expected \`then\`
        sizes are in \`tokens\`, \`chars\` or \`bytes\`
        => rule r7: when context.length > 1 tokens then use big
      a comma in a number: RT0101 got \`,\`, expected \`then\`
        thousands are told apart by \`_\`, or written with \`k\`
        => rule r8: when context.length > 16_000 tokens then use big
      a pattern: RT0101 got \`matches\`, expected \`then\`
        there are no patterns: a text \`starts with "x"\`, words of messages are counted with \`phrases\`
      the end of a text: RT0101 got \`ends\`, expected \`then\`
        of a text only its beginning can be asked for: \`path starts with "src/"\`
      a quoted model: RT0101 got \`"big"\`, expected a name
        names stand without quotes
        => rule r11: when images > 0 then use big
      a name of two words: RT0101 got \`images\`, expected \`:\`
        a name is one word
        => rule r12-images: when images > 0 then use big
      a quoted name: RT0101 got \`"r13 images"\`, expected a name
        a name is one word without quotes
        => rule r13-images: when images > 0 then use big
      a function for a model: RT0101 got \`(\`, expected \`rule\`, \`otherwise\` or \`}\`
        what is worked out has a name: \`signal target = …\`, then \`use target\`
      the pool behind: RT0101 got \`where\`, expected \`from\`
        the pool comes first: \`choose cheapest from POOL where …\`
      the host behind: RT0102 \`at\` begins no line of the rules
        the host stands before the profile: \`use MODEL at HOST with PROFILE\`
      select: RT0101 got \`select\`, expected an action such as \`use\`, \`choose\` or \`keep\`
        a model is picked from a pool with \`choose\`
        => rule r17: when images > 0 then choose cheapest from main else use big
      goto: RT0101 got \`goto\`, expected an action such as \`use\`, \`choose\` or \`keep\`
        there are no jumps: \`restart\` chooses again from the start, \`keep\` stays
      elif: RT0102 \`elif\` begins no line of the rules
        another condition is another rule: \`rule NAME: when … then …\`"
    `)
  })

  it.each(Object.entries(mistakes))('%s', (_title, mistake) => {
    const text = policyOf([mistake])
    const errors = errorsIn(text)
    expect(errors.map(({ message }) => message)).toHaveLength(1)
    expect(errors.every(({ help }) => help !== undefined)).toBe(true)
    // Where there is a fix, it is enough.
    const { text: mended, applied } = applyFixes({ name, text }, errors)
    expect(applied.length > 0 ? errorsIn(mended).map(({ message }) => message) : []).toEqual([])
  })
})

it('law: ten mistakes in one file give the messages of each, and no other', () => {
  const titles = Object.keys(mistakes)
  const alone = new Map(titles.map((title) => [title, errorsIn(policyOf([mistakes[title] ?? rule('')])).map(said)]))
  fc.assert(
    fc.property(fc.shuffledSubarray(titles, { minLength: 10, maxLength: 10 }), (ten) => {
      const together = errorsIn(policyOf(ten.flatMap((title) => mistakes[title] ?? [])))
      expect(together.map(said).toSorted()).toEqual(ten.flatMap((title) => alone.get(title) ?? []).toSorted())
    }),
    lawRuns(25),
  )
})

function said({ code, message, help }: Diagnostic): string {
  return `${code} ${message} (${help ?? ''})`
}
