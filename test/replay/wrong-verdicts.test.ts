import { describe, expect, it } from 'vitest'
import { withWrongVerdicts } from '../../src/replay/wrong-verdicts.ts'
import type { CallRecord, VerdictRecord } from '../../src/trace/record.ts'
import { policyOf, smallCatalogue } from '../support/policy-of.ts'

const policy = policyOf(smallCatalogue, `policy judged
  scale need = [simple, common, hard]
  classifier sorter { model small  labels need }
  classifier triage { model small  scores main }
  on start { otherwise use small }`)

function judged(at: number, classifiers: { readonly [name: string]: VerdictRecord }): CallRecord {
  return { record: 'call', session: 's', call: at, prompt: { classifiers }, end: 'served' }
}

const call = (at: number): CallRecord =>
  judged(at, { sorter: { status: 'ok', label: 'common' }, triage: { status: 'ok', scoresMillionths: { small: 900_000, big: 250_000 } } })

const all = (name: string): ReadonlyMap<string, number> => new Map([[name, 1_000_000]])

describe('a classifier that is wrong more often', () => {
  it('says another word of its scale, each as often', () => {
    const labels = Array.from({ length: 400 }, (_, at) => withWrongVerdicts(policy, all('sorter'), '0', call(at)).classifiers?.['sorter']?.label)
    const times = (word: string): number => labels.filter((label) => label === word).length
    expect(times('common')).toBe(0)
    expect(times('simple') + times('hard')).toBe(400)
    expect(Math.abs(times('simple') - 200)).toBeLessThan(60)
  })

  it('says of whom it said to succeed that they fail', () => {
    const { classifiers } = withWrongVerdicts(policy, all('triage'), '0', call(1))
    expect(classifiers?.['triage']?.scoresMillionths).toEqual({ small: 100_000, big: 750_000 })
    expect(classifiers?.['sorter']).toEqual({ status: 'ok', label: 'common' })
  })

  it('errs in the share that is asked for, by draws that depend on nothing else', () => {
    const wrong = new Map([['sorter', 200_000]])
    const errs = (at: number, more: ReadonlyMap<string, number> = wrong): boolean =>
      withWrongVerdicts(policy, more, '0', call(at)).classifiers?.['sorter']?.label !== 'common'
    const calls = Array.from({ length: 1_000 }, (_, at) => at)
    expect(Math.abs(calls.filter((at) => errs(at)).length - 200)).toBeLessThan(50)
    expect(calls.map((at) => errs(at))).toEqual(calls.map((at) => errs(at, new Map([...wrong, ...all('triage')]))))
  })

  it('leaves a verdict that failed, and a prompt without one', () => {
    const failed = judged(1, { sorter: { status: 'timeout' } })
    expect(withWrongVerdicts(policy, all('sorter'), '0', failed)).toEqual(failed.prompt)
    const silent: CallRecord = { ...failed, prompt: { tokens: 1 } }
    expect(withWrongVerdicts(policy, all('sorter'), '0', silent)).toBe(silent.prompt)
  })
})
