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

  describe('takes faults, arrivals and caches as a replay does', () => {
    const faults = files.write(
      'faults.jsonl',
      '{"record":"faults","schema":1}\n{"record":"fault","id":"down","hits":[{"model":"minimax-m2.7"}],"from":"+0s","until":"+10d","error":529}\n',
    )
    const fitted = async (): Promise<string> => files.write('caches.json', (await reroute(['audit', trace, '--caches', '--format', 'json'])).out)

    interface Run {
      readonly runId: string
      readonly outcomeHash: string
    }

    it('and comes to the runs of `replay` and `diff`', async () => {
      const world = ['--faults', faults, '--arrivals', 'recorded', '--caches', await fitted(), '--seed', '7', '--format', 'json']
      const json = async (...words: readonly string[]): Promise<unknown> => JSON.parse((await reroute([...words, ...world])).out)
      const compared = await json('compare', cheapest, router, trace)
      expect(schemaErrors('compare-1', compared)).toEqual([])
      const { runs } = compared as { readonly runs: readonly Run[] }
      const replays = await Promise.all([cheapest, router].map(async (policy) => (await json('replay', policy, trace, '--no-gate', '--force')) as Run))
      const ids = ({ runId, outcomeHash }: Run): readonly string[] => [runId, outcomeHash]
      expect(runs.map(ids)).toEqual(replays.map(ids))
      const diff = (await json('diff', router, router, trace)) as { readonly traffic: { readonly old: Run; readonly new: Run } }
      expect([diff.traffic.old, diff.traffic.new].map(ids)).toEqual([replays[1], replays[1]].map((run) => run && ids(run)))
    })

    it('and says what the faults did to each policy', async () => {
      const { code, out } = await reroute(['compare', cheapest, router, trace, '--faults', faults, '--force'])
      expect(code).toBe(0)
      expect(out.split('\n').filter((line) => line.includes('availability'))).toEqual([
        '  availability          0%: 0 of 56 calls served; 100% without the faults',
        '  availability          39.28%: 22 of 56 calls served; 100% without the faults',
      ])
    })

    it.each([
      [['--faults', 'nowhere'], 3, '`nowhere` does not exist'],
      [['--caches', 'package.json'], 3, '`package.json`'],
      [['--arrivals', 'late'], 2, "argument 'late' is invalid"],
    ])('and tells what is wrong with %j', async (words, expected, message) => {
      for (const asked of [['compare', cheapest, cheapest, trace], ['diff', cheapest, cheapest, trace], ['explain', cheapest, trace, '--session', 'f', '--call', '1']]) {
        const { code, err } = await reroute([...asked, ...words])
        expect([code, err.includes(message)]).toEqual([expected, true])
      }
    })
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
