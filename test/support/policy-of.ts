import { expect } from 'vitest'
import { parse } from '../../src/language/parser.ts'
import type { Policy } from '../../src/policy/core.ts'
import { elaborate } from '../../src/policy/elaborate/index.ts'

/** The core form of sound `.route` texts, imported ones first; what is wrong with them fails the test. */
export function policyOf(...texts: readonly string[]): Policy {
  const files = texts.map((text, index) => parse({ name: `text-${index + 1}.route`, text }))
  const { policy, diagnostics } = elaborate(files.map(({ file }) => file))
  const errors = [...files.flatMap((each) => each.diagnostics), ...diagnostics].filter(
    (each) => each.severity === 'error',
  )
  expect(errors.map((each) => `${each.code} ${each.message}`)).toEqual([])
  if (policy === undefined) throw new Error('a policy without an error came to nothing')
  return policy
}

/** Three models of two tiers at two hosts, dearest first; and what most snippets need around them. */
export const smallCatalogue = `
scale tier = [standard, premium]

provider north { family north region us }
provider south { family south region eu }

model big {
  tier premium
  known-as ["vendor/big"]
  accepts [text, image]
  context 100k tokens
  served-by [north, south]
  price per 1M tokens { input $5 output $25 cache-read 0.1x cache-write 1.25x }
}

model mid {
  tier standard
  accepts [text, image]
  context 100k tokens
  served-by [south]
  price per 1M tokens { input $1 output $5 cache-read 0.1x cache-write 1.25x }
}

model small {
  tier standard
  accepts [text]
  context 50k tokens
  served-by [south, north]
  price per 1M tokens { input $0.30 output $1.20 cache-read 0.1x cache-write 1.25x }
}

pool main = [big, mid, small]
`

/** A policy over the small catalogue. */
export function small(text: string): Policy {
  return policyOf(smallCatalogue, `policy snippet\n${text}`)
}
