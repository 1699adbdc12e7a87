import { describe, expect, it } from 'vitest'
import { check } from '../../../src/check/index.ts'
import { loadPolicyText } from '../../../src/policy/load.ts'
import { runTests } from '../../../src/replay/scenario.ts'
import { shippedRouteFiles } from '../../support/route-files.ts'

const shipped = shippedRouteFiles()
const libraries = new Map(shipped.map((source) => [source.name, source.text]))

describe('shipped policies', () => {
  it.each(shipped.map((source) => [source.name, source.text]))('%s has no finding', (name, text) => {
    const { policy, diagnostics, sources } = loadPolicyText(name, text, libraries)
    expect(diagnostics).toEqual([])
    expect(policy === undefined ? 'no policy' : check(policy, sources)).toEqual([])
  })

  it.each(shipped.map((source) => [source.name, source.text]))('%s passes its own tests', (name, text) => {
    const { policy } = loadPolicyText(name, text, libraries)
    const failed = policy === undefined ? [] : runTests(policy).filter((each) => each.failure !== undefined)
    expect(failed.map(({ title, failure }) => `${title}: got ${failure?.got}`)).toEqual([])
  })
})
