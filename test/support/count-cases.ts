import fc from 'fast-check'
import { afterEach, beforeEach } from 'vitest'

declare module 'vitest' {
  interface TaskMeta {
    /** Cases that the properties of a test have tried, those of shrinking included. */
    cases?: number
  }
}

let cases = 0

fc.configureGlobal({
  beforeEach: () => {
    cases += 1
  },
})

beforeEach(() => {
  cases = 0
})

afterEach(({ task }) => {
  task.meta.cases = cases
})
