import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { snapshotOf } from '../../../src/analysis/snapshot/snapshot.ts'
import { mutantsOf } from '../../../src/analysis/mutation/mutants.ts'
import { policyDigest } from '../../../src/policy/digest.ts'
import { loadPolicyText } from '../../../src/policy/load.ts'
import type { Policy } from '../../../src/policy/core.ts'
import { small } from '../../support/policy-of.ts'
import { relaid } from '../../support/relaid.ts'
import { loadablePolicyText } from '../../support/replaying.ts'
import { shippedPolicies } from '../../support/shipped-policies.ts'

const body = (line: string): string => `
setting large = 45k tokens from 10k tokens to 200k tokens
deny far: endpoints where region(it) is not us
on start { otherwise cheap: use small }
on turn, call {
  rule grown: when context.length >= large and not (turn < 2) then remind "Mind the size", use big else keep
  ${line}
  otherwise stay: keep
}`

/** Without the digest, which tells any two apart. */
function linesOf(policy: Policy): readonly string[] {
  return snapshotOf(policy).split('\n').filter((line) => !line.startsWith('digest '))
}

describe('a snapshot', () => {
  it('is read line by line', () => {
    expect(linesOf(small(body(''))).slice(0, 46).join('\n')).toMatchInlineSnapshot(`
      "# What a policy means, by \`reroute snapshot\`; write it again instead of editing it.
      policy snippet

      blocks
        start
          otherwise
            name: "cheap"
            choice
              kind: "use"
              model: small
        turn
          rules
            - name: "grown"
              guard: context.length >= large and not (turn < 2)
              choice
                kind: "use"
                else
                  kind: "keep"
                model: big
              effects
                - kind: "remind"
                  text: "Mind the size"
          otherwise
            name: "stay"
            choice
              kind: "keep"
        call: "as turn"

      filters
        - name: "far"
          effect: "deny"
          subject: "endpoints"
          where: region(it) is not us

      settings
        - name: "large"
          range
            from: 10000 tokens
            to: 200000 tokens
          value: 45000 tokens

      pools
        - name: "main"
          models
            - model: "big"
              weight: 1"
    `)
  })

  it('shows a change of meaning as a change of lines, and of layout as none', () => {
    const before = linesOf(small(body('')))
    const after = linesOf(small(body('').replace('45k tokens', '50k tokens')))
    expect(after.filter((line, at) => line !== before[at])).toEqual(['    value: 50000 tokens'])
    expect(linesOf(small(body('// a note').replace('45k tokens', '45000 tokens')))).toEqual(before)
  })

  it('is one for one meaning, however it is laid out', () => {
    const policyOf = (text: string): Policy => {
      const { policy } = loadPolicyText('made-up.route', text)
      if (policy === undefined) throw new Error('a loadable policy does not load')
      return policy
    }
    fc.assert(
      fc.property(
        loadablePolicyText.chain((text) => fc.tuple(fc.constant(text), relaid(text))),
        ([text, again]) => snapshotOf(policyOf(again)) === snapshotOf(policyOf(text)),
      ),
      { numRuns: 10 },
    )
  })

  it('tells every mistake that mutation makes in its lines, and not in the digest alone', () => {
    const policies = [small(body('')), ...shippedPolicies().map(({ policy }) => policy).slice(0, 2)]
    for (const policy of policies) {
      const lines = linesOf(policy).join('\n')
      const digest = policyDigest(policy)
      const silent = mutantsOf(policy).filter(
        (mutant) => policyDigest(mutant.policy) !== digest && linesOf(mutant.policy).join('\n') === lines,
      )
      expect(silent.map(({ place, change }) => `${place}: ${change}`)).toEqual([])
    }
  })
})
