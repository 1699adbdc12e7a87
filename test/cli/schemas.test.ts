import { afterAll, describe, expect, it } from 'vitest'
import { box, reroute } from '../support/command.ts'
import { schemaErrors } from '../support/schema.ts'

const files = box()
afterAll(() => {
  files.dispose()
})

const policy = files.write(
  'mine.route',
  `policy mine
scale tier = [low, high]
provider p { region us }
model a { tier low served-by [p] price per 1M tokens { input $1 output $2 } }
model b { tier high served-by [p] price per 1M tokens { input $1 output $2 } }
on start { rule picture: when images > 1 then use b otherwise use a }
on turn {
  rule never: when turn > 9 and turn < 3 then restart
  rule late: when turn > 2 then use b
  otherwise keep
}
test "picture" { user "x" -> a }
test "it fails" { fault p server for 1 calls user "x" with { org.ignored [p] } -> b }
test "a fault that nobody meets" { fault p server of b for 1 calls user "x" -> a }
`,
)
const prices = files.write(
  'prices.2026-07-24.json',
  JSON.stringify({
    'A/b': { input_cost_per_token: 1e-6, output_cost_per_token: 1.23e-13, input_cost_per_second: 1 },
    'a/b': { input_cost_per_token: 1e-6 },
    c: { output_cost_per_second: 1 },
  }),
)
const trace = 'traces/factory-session.jsonl'

describe('what a machine reads', () => {
  it.each([
    ['tests-1', ['test', policy, '--format', 'json'], 1],
    ['tests-1', ['test', policy, '--coverage', '--suggest', '--format', 'json'], 1],
    ['mutants-1', ['mutate', policy, '--format', 'json'], 0],
    ['eval-1', ['eval', policy, '--input', 'images=2', '--format', 'json'], 0],
    ['eval-1', ['eval', policy, '--input', 'images=unknown', '--format', 'json'], 4],
    ['explain-1', ['explain', policy, trace, '--session', 'factory-router-session', '--call', '3', '--format', 'json'], 0],
    ['diagnostics-1', ['check', policy, '--format', 'json'], 0],
    ['layout-1', ['fmt', '--check', policy, 'policies/fixed-split.route', '--format', 'json'], 1],
    ['prices-1', ['prices', 'import', 'litellm', prices, '-o', files.path + '/c.route', '--format', 'json'], 0],
  ] as const)('is as %s says: reroute %s', async (schema, words, code) => {
    const run = await reroute(words)
    expect([run.code, run.err]).toEqual([code, expect.any(String)])
    expect(schemaErrors(schema, JSON.parse(run.out))).toEqual([])
  })
})
