import type { Policy } from '../policy/core.ts'
import type { CallRecord, Usage } from '../trace/record.ts'
import { withinWholes } from '../trace/usage-parts.ts'
import { repriced, sameTokens, transferred } from './call-money.ts'
import { boundedMoney, exactMoney, modelledMoney, unknownMoney } from './money.ts'
import { recordedPlace } from './recorded-place.ts'
import type { Attempt } from './result/call.ts'
import type { Money } from './result/money.ts'

/** What a failed attempt may be billed for. */
type Billed =
  | 'nothing'
  /** It failed before anything was sent back; whether the prompt was billed is not known. */
  | 'perhaps-input'
  /** It failed on the way; how far it came, and whether that was billed, is not known. */
  | 'perhaps-all'
  /** The prompt, and the output that came before the stream ended. */
  | 'input-and-emitted'

/**
 * What one failed attempt costs, in this much known:
 * - errors of the request, of the account and of a full host (4xx, 429, 503, 529): nothing;
 * - other failures of a host (500, 502, 504, a connection, a timeout): from nothing to its prompt and
 *   what it may have written;
 * - a stream that died: its prompt and what came of its output, as far as that is known;
 * - a refusal: its prompt and its answer.
 *
 * Tokens are `usage`, by default what the log counts for the call; at another model than the log's they
 * are modelled (`same-tokens`). `undefined`: of the attempt that served, whose cost is that of the call.
 */
export function attemptMoney(
  policy: Policy,
  call: CallRecord,
  attempt: Attempt,
  usage: Usage | undefined = call.usage,
): Money | undefined {
  const { errorClass } = attempt
  if (errorClass === undefined) return undefined
  const billed = billedFor(errorClass, attempt)
  if (billed === 'nothing') return exactMoney('re-priced', 0n, 'an error that nobody bills')
  if (isInCostOfCall(call, attempt)) return exactMoney('re-priced', 0n, 'in the cost of its call')
  if (usage === undefined) return unknownMoney('no usage in the log')
  const money = moneyOf(policy, call, attempt, billed, usage)
  const isElsewhere = attempt.model !== recordedPlace(policy, call)?.model
  return isElsewhere ? transferred(money) : money
}

function billedFor(errorClass: string, { status }: Attempt): Billed {
  switch (errorClass) {
    case 'content-policy':
    case 'cut-off':
      return 'input-and-emitted'
    case 'timeout':
    case 'malformed':
      return 'perhaps-all'
    case 'server':
    case 'conflict':
      return 'perhaps-input'
    case 'unavailable':
      // Full, or gone before it began: 503 says so. A connection that broke says nothing.
      return status === 503 ? 'nothing' : status === undefined ? 'perhaps-all' : 'perhaps-input'
    default:
      return 'nothing'
  }
}

/** A refusal that ended a call whose tokens the log counts has been counted with them. */
function isInCostOfCall({ end, usage }: CallRecord, { errorClass, cause }: Attempt): boolean {
  return errorClass === 'content-policy' && cause === 'recorded' && end === 'denied' && usage !== undefined
}

function moneyOf(
  policy: Policy,
  call: CallRecord,
  attempt: Attempt,
  billed: Exclude<Billed, 'nothing'>,
  usage: Usage,
): Money {
  const place = { model: attempt.model, provider: attempt.provider }
  const priced = (output: Pick<Usage, 'output' | 'outputQuality'>): Money =>
    repriced(policy, call, withinWholes({ ...usage, ...notMade, ...output }), place)
  const isShareKnown = attempt.emittedMillionths !== undefined
  const emitted = isShareKnown ? shareOf(usage, attempt.emittedMillionths) : 0
  const hasNoOutput = billed === 'perhaps-input' || attempt.timer === 'first-token'
  // Where it is not known how much came, the model's longest output is the most.
  const whole = priced({ output: emitted, outputQuality: hasNoOutput || isShareKnown ? 'exact' : 'lower-bound' })
  if (billed !== 'input-and-emitted') return whole.lo === null ? whole : boundedMoney(0n, whole.hi, mayBeBilled)
  const isModelled = isShareKnown && whole.value !== null && whole.lo !== null
  return isModelled ? modelledMoney(whole.value, whole.lo, whole.hi, sameTokens) : whole
}

/** What only a reply that came holds. */
const notMade = { reasoning: 0, generatedImages: 0, webSearches: 0 }

const mayBeBilled = 'a failed attempt that may have been billed'

/** Of an output as long as the log's, which is at the least so long where the log cuts it short. */
function shareOf(usage: Usage, millionths: number): number {
  return Number((BigInt(usage.output + (usage.reasoning ?? 0)) * BigInt(millionths)) / 1_000_000n)
}
