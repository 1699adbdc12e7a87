import { describe, expect, it } from 'vitest'
import { measureCoverage, reached } from '../../../src/analysis/coverage/measure.ts'
import { shippedPolicies } from '../../support/shipped-policies.ts'

describe('the tests of a shipped policy', () => {
  it.each(shippedPolicies())('reach all of $name', ({ policy }) => {
    const { coverage } = measureCoverage(policy)
    const { rules, conditions, boundaries, lines } = reached(coverage)
    for (const { covered, of } of [rules, conditions, boundaries, lines]) expect(covered).toBe(of)
  })
})
