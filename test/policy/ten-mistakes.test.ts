import { expect, it } from 'vitest'
import { check } from '../../src/check/index.ts'
import { loadPolicyText } from '../../src/policy/load.ts'
import { smallCatalogue } from '../support/policy-of.ts'

const text = `policy mine
import "base.route"

pool cheap = [smal, mid]
setting limit = 1.7 from 0.50 to 0.95
signal long = context.lenght > 100k tokens

on start {
  rule big-prompt: when context.length > 100k then use big
  rule slow: when time since switch > 5m then use big
  rule odd: when turn = 3 then use big
  otherwise choose cheapest from cheap
}

on turn {
  rule back: when turn > 3 or images > 0 and plan-mode then restart
  otherwise keep
}

serve any {
  retrys 2 times
}

test "it works" {
  user "hello" -> big by big-promt
}
`

it('a file with ten mistakes gives ten messages, one for each', () => {
  const { policy, diagnostics, sources } = loadPolicyText('mine.route', text, new Map([['base.route', smallCatalogue]]))
  const all = [...diagnostics, ...(policy === undefined ? [] : check(policy, sources))]
  const shown = all.map(({ code, message, help, location }) => {
    const line = location.source.text.slice(0, location.span.start).split('\n').length
    return `${line} ${code} ${message}${help === undefined ? '' : ` (${help})`}`
  })
  expect(shown).toHaveLength(10)
  expect(shown.join('\n')).toMatchInlineSnapshot(`
    "4 RT0201 no model is named \`smal\` (did you mean \`small\`?)
    5 RT0213 \`limit\` is \`1.7\`, expected 0.50 to 0.95 (the value of a setting lies in its own range)
    6 RT0201 nothing is named \`context.lenght\` (did you mean \`context.length\`?)
    9 RT0204 \`context.length\` is a size in tokens, \`100k\` is a count (sizes carry their unit: \`100k tokens\`)
    10 RT0104 got \`5m\`, expected a number with a unit (minutes are \`min\`, millions are \`M\`, milliseconds are \`ms\`)
    11 RT0105 got \`=\`, expected \`is\` (\`is\` compares, \`=\` defines)
    12 RT0103 missing \`else\` after \`choose\` (say what happens when no model qualifies, such as \`else stop "nothing is allowed"\`)
    16 RT0109 got \`and\` and \`or\` in one chain (put parentheses around the parts that belong together: \`a or (b and c)\`)
    21 RT0102 \`retrys\` begins no line of \`serve\` (did you mean \`retry\`?)
    25 RT0201 no rule is named \`big-promt\` (did you mean \`big-prompt\`?)"
  `)
})
