import { describe, expect, it } from 'vitest'
import { changeOfCall } from '../../../src/analysis/diff/cost-change.ts'
import type { CostChange } from '../../../src/analysis/diff/cost-change.ts'
import { referenceEvaluator } from '../../../src/policy/reference/decide.ts'
import { modelledMoney } from '../../../src/replay/money.ts'
import type { CallResult } from '../../../src/replay/result/call.ts'
import type { Money } from '../../../src/replay/result/money.ts'
import { replaySession } from '../../../src/replay/session-replay.ts'
import { small } from '../../support/policy-of.ts'
import { turns } from '../../support/turns.ts'

const [call] = replaySession(
  turns('s', [{}]),
  { evaluator: referenceEvaluator(small('on start { otherwise use big }')), mode: 'frozen', seed: '0' },
).calls

function costing(money: Money): CallResult {
  if (call === undefined) throw new Error('no call was replayed')
  return { ...call, policyCost: money, attemptsCost: undefined, overheadCost: undefined }
}

const tokens = (value: bigint, lo: bigint, hi: bigint): CallResult => costing(modelledMoney(value, lo / 4n, hi * 4n, 'same-tokens'))
const change = (old: CallResult, next: CallResult, alike: 'served' | 'answered' | 'no'): CostChange => changeOfCall(old, next, alike)

describe('changeOfCall', () => {
  const [old, next] = [tokens(100n, 100n, 100n), tokens(120n, 120n, 120n)]

  it('takes two hosts of one model for the same tokens at two prices', () => {
    expect(change(old, next, 'answered')).toMatchObject({
      parts: { modelled: { value: 20n, lo: 5n, hi: 80n, calls: 1 } },
      assumed: { 'same-tokens': 1, 'same-answers': 1 },
    })
    expect(change(next, old, 'answered').parts.modelled).toEqual({ value: -20n, lo: -80n, hi: -5n, calls: 1 })
    expect(change(old, old, 'answered').parts).toEqual({})
  })

  it('keeps what caches leave open on either side', () => {
    const open = tokens(100n, 80n, 140n)
    expect(change(open, next, 'answered').parts.modelled).toEqual({ value: 20n, lo: -80n, hi: 160n, calls: 1 })
  })

  it('takes them for separate what-ifs once models or prompts differ', () => {
    expect(change(old, next, 'no').parts.modelled).toEqual({ value: 20n, lo: 30n - 400n, hi: 480n - 25n, calls: 1 })
  })
})
