import { afterAll, describe, expect, it } from 'vitest'
import { box, reroute } from '../support/command.ts'
import { schemaErrors } from '../support/schema.ts'

const files = box()
afterAll(files.dispose)

const cheapest = 'policies/always-cheapest.route'
const router = 'policies/factory-router.route'
const trace = 'traces/factory-session.jsonl'

describe('reroute compare', () => {
  const outcomes = files.write(
    'outcomes.csv',
    [
      'kind,name,successes,sessions,source',
      'policy,factory-router,74,100,a run',
      'policy,always-cheapest,40,100,a run',
      'model,claude-opus-4-7,880,1000,a bench',
      'model,minimax-m2.7,350,1000,a bench',
      '',
    ].join('\n'),
  )

  it('puts policies beside each other, with what a further success costs and single models', async () => {
    const { code, out, err } = await reroute(['compare', cheapest, router, trace, '--outcomes', outcomes])
    expect([code, err]).toEqual([0, ''])
    await expect(out).toMatchFileSnapshot('goldens/compare.txt')
  })

  it('prints JSON by its schema', async () => {
    const { code, out } = await reroute(['compare', cheapest, router, trace, '--outcomes', outcomes, '--mode', 'projected', '--format', 'json'])
    expect(code).toBe(0)
    const printed: unknown = JSON.parse(out)
    expect(schemaErrors('compare-1', printed)).toEqual([])
    expect(printed).toMatchObject({ mode: 'projected', policies: [{ name: 'always-cheapest' }, { name: 'factory-router' }] })
  })

  it.each([
    [['compare', router, trace], 'fewer than two policies'],
    [['compare', router, cheapest], 'no trace'],
  ])('%j is a wrong usage', async (words, message) => {
    const { code, out, err } = await reroute(words)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(message)
  })
})
