import { assumptionNames } from '../policy/assumption-names.ts'
import type { Totals } from './result/totals.ts'

/** The assumptions that the modelled part of what a policy's calls cost rests on; empty: none is modelled. */
export function modelledOn({ money, assumed }: Pick<Totals, 'money' | 'assumed'>): readonly string[] {
  const calls = money.frozen.parts.modelled?.calls ?? 0
  const answered = assumed[assumptionNames.sameAnswers] ?? 0
  return [
    ...(calls > answered ? [assumptionNames.sameTokens] : []),
    ...(answered > 0 ? [assumptionNames.sameAnswers] : []),
    ...((assumed[assumptionNames.firstPrices] ?? 0) > 0 ? [assumptionNames.firstPrices] : []),
  ]
}
