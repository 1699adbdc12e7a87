import { createAudit } from '../../src/analysis/audit/audit.ts'
import { createPriceBook } from '../../src/analysis/audit/price-book.ts'
import type { AuditResult, CauseTotal } from '../../src/analysis/audit/result.ts'
import type { Policy } from '../../src/policy/core.ts'
import type { CallRecord, Usage } from '../../src/trace/record.ts'

export function audited(policy: Policy, calls: readonly CallRecord[]): AuditResult {
  const audit = createAudit(createPriceBook([{ name: 'catalogue', policy }]))
  for (const call of calls) audit.add(call)
  return audit.finish()
}

/** `cause calls`, in order. */
export function causesOf({ causes }: AuditResult): readonly string[] {
  return causes.map(({ cause, calls }: CauseTotal) => `${cause} ${calls}`)
}

/** A served call with a gateway's bill in pico-dollars. */
export function billed(
  model: string,
  usage: Partial<Usage>,
  picoUsd: bigint | undefined,
  facts: Partial<CallRecord> = {},
): CallRecord {
  return {
    record: 'call',
    session: 's',
    call: 1,
    served: { model },
    prompt: {},
    usage: {
      uncachedInput: 0,
      cacheRead: 0,
      cacheWrite5m: 0,
      cacheWrite1h: 0,
      output: 0,
      outputQuality: 'exact',
      ...usage,
    },
    ...(picoUsd === undefined ? {} : { cost: { picoUsd: picoUsd.toString(), source: 'gateway' } }),
    end: 'served',
    ...facts,
  }
}
