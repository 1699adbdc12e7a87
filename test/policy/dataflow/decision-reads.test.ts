import { describe, expect, it } from 'vitest'
import { decisionReads } from '../../../src/policy/dataflow/decision-reads.ts'
import { decideOnce } from '../../../src/replay/decide-once.ts'
import { small } from '../../support/policy-of.ts'

/** What the first decision of a policy reads, as `name (what changes it)`. */
function readBy(text: string): readonly string[] {
  const policy = small(text)
  const { decision } = decideOnce(policy, { session: 's', seed: '0', message: 'hello', facts: [] })
  return [...decisionReads(policy, decision).names].map(([name, changedBy]) => `${name} (${changedBy})`).sort()
}

describe('decisionReads', () => {
  it('follows guards up to the rule that chose, through signals', () => {
    expect(
      readBy(`
        signal long = context.length > 10k tokens
        on start {
          rule grown: when long and turn > 99 then use big
          rule teamless: when team is none then use mid
          rule never: when images > 0 then use small
          otherwise use small
        }
        on turn, call { otherwise keep }
      `),
    ).toEqual(['context.length (reply)', 'turn (reply)'])
  })

  it('ends with the rule that chose', () => {
    expect(
      readBy(`
        on start {
          rule first: when turn >= 0 then use mid
          rule never: when images > 0 then use small
          otherwise use small
        }
        on turn, call { otherwise keep }
      `),
    ).toEqual(['turn (reply)'])
  })

  it('tells what any other serving changes from what only another reply does', () => {
    expect(
      readBy(`
        on start {
          rule quiet: when outage(north, 5min) then use big
          rule broken: when count errors in last 3 calls >= 2 then use big
          rule failing: when count failures in last 3 tools >= 2 then use big
          rule rested: when time since rule quiet < 1min then use big
          otherwise use small
        }
        on turn, call { otherwise keep }
      `),
    ).toEqual([
      'errors (serving)',
      'failures (reply)',
      'outage (serving)',
      'since rule quiet (serving)',
    ])
  })

  it('reads filters, hidden tools and the order of hosts in every decision', () => {
    expect(
      readBy(`
        deny small-prompts: models where it is big when context.length < 1k tokens
        hide late: tool "X" when turn > 3
        on start { otherwise use mid }
        on turn, call { otherwise keep }
        serve any { prefer not outage(it, 5min) }
      `),
    ).toEqual(['context.length (reply)', 'outage (serving)', 'turn (reply)'])
  })
})
