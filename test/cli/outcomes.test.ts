import { afterAll, describe, expect, it } from 'vitest'
import { box, reroute, withoutPath } from '../support/command.ts'

const files = box()
afterAll(files.dispose)

const policy = 'policies/factory-router.route'
const trace = 'traces/factory-session.jsonl'

const replay = (outcomes: string): ReturnType<typeof reroute> =>
  reroute(['replay', policy, trace, '--no-gate', '--format', 'json', '--outcomes', outcomes])

interface Printed {
  readonly claims: { readonly success: unknown; readonly controls: { readonly alwaysStrongest: unknown } }
}

describe('reroute replay --outcomes', () => {
  const point = { kind: 'policy', name: 'factory-router', successes: 74, sessions: 100, source: 'a run of May' }
  const given = { kind: 'given', lo: 740_000, hi: 740_000, seen: 100, succeeded: 74, sessions: 100, source: 'a run of May' }

  it('takes points as JSON and as CSV, of policies and of models', async () => {
    const json = files.write('points.json', JSON.stringify({ schema: 1, points: [point] }))
    const csv = files.write(
      'points.csv',
      'kind,name,successes,sessions,source\npolicy,factory-router,74,100,a run of May\nmodel,claude-opus-4-7,372,500,"a benchmark, May"\n',
    )
    const [fromJson, fromCsv] = await Promise.all([replay(json), replay(csv)])
    expect([fromJson.code, fromJson.err, fromCsv.code, fromCsv.err]).toEqual([0, '', 0, ''])
    const printed: Printed = JSON.parse(fromCsv.out)
    expect(printed.claims.success).toMatchObject(given)
    expect((JSON.parse(fromJson.out) as Printed).claims.success).toMatchObject(given)
    expect(printed.claims.controls.alwaysStrongest).toMatchObject({ success: { kind: 'given', lo: 744_000, source: 'a benchmark, May' } })
  })

  it.each([
    ['a missing source', 'p.json', JSON.stringify({ schema: 1, points: [{ ...point, source: undefined }] }), '`points[0].source`: missing, expected text that is not empty'],
    ['a field that there is not', 'p.json', JSON.stringify({ schema: 1, points: [{ ...point, rate: 0.7 }] }), '`points[0]`: there is no field `rate`'],
    ['more successes than sessions', 'p.json', JSON.stringify({ schema: 1, points: [{ ...point, successes: 101 }] }), 'policy `factory-router` has 101 successes in 100 sessions'],
    ['two points of one', 'p.json', JSON.stringify({ schema: 1, points: [point, point] }), 'policy `factory-router` has two points'],
    ['no JSON', 'p.json', 'kind,name', 'no JSON document'],
    ['a cell that is no number', 'p.csv', 'kind,name,successes,sessions,source\nmodel,m,many,5,x\n', '`points[0].successes`: got "many", expected an integer of at least 0'],
  ])('refuses %s', async (_what, name, text, message) => {
    const { code, out, err } = await replay(files.write(name, text))
    expect([code, out]).toEqual([3, ''])
    expect(withoutPath(err, files)).toBe(`error: \`${name}\`: ${message}\n  help: docs/claims.md shows a file of outcomes\n`)
  })
})
