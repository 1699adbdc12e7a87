import type { TestStep } from '../policy/core.ts'
import type { Check } from './accept.ts'

/** A test that asserts nothing is green whatever the policy does. */
export const checkEmptyTests: Check = (policy, accept) => {
  for (const test of policy.tests) {
    if (test.steps.some(asserts)) continue
    accept('RT0311', test.location, `the test "${test.title}" asserts nothing`, {
      help: 'write what is expected, as in `user "hello" -> model by rule`, or a `check`',
    })
  }
}

function asserts(step: TestStep): boolean {
  switch (step.kind) {
    case 'user':
    case 'call':
    case 'recorded':
      return step.outcome !== undefined
    case 'check':
      return true
    case 'repeat':
      return step.steps.some(asserts)
    case 'given':
    case 'assistant':
    case 'thinking':
    case 'tool':
    case 'wait':
    case 'fault':
      return false
  }
}
