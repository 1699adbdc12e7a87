import type { CallResult } from '../replay/result/call.ts'
import type { Level } from '../replay/result/money.ts'
import { csvLines, own, user } from './csv.ts'
import { escapeJson } from './escape.ts'
import { decimalUsd } from './money.ts'
import { levels } from './split.ts'

export type DecisionLogFormat = 'jsonl' | 'csv'

/** One decision, as the log holds it; `docs/schemas/decision-1.schema.json`. */
export interface DecisionRow {
  readonly session: string
  readonly call: number
  readonly turn: number
  readonly phase: string
  /** What served or would serve it; absent where the policy chose nothing. */
  readonly model: string | undefined
  readonly provider: string | undefined
  readonly rule: string
  readonly after: readonly string[]
  readonly reason: string
  readonly end: string
  readonly undetermined: boolean
  readonly missing: readonly string[]
  /** What it may have read that the session's divergence changed. */
  readonly tainted: readonly string[]
  readonly attempts: number
  /** Of a script, that failed an attempt: their ids, each once. */
  readonly faults: readonly string[]
  /** Decimal strings of pico-dollars, classifiers and compactions of this call included. */
  readonly costPicoUsd: string | undefined
  readonly costLowPicoUsd: string | undefined
  readonly costHighPicoUsd: string | undefined
  readonly claim: Level
  readonly recordedModel: string | undefined
  readonly recordedProvider: string | undefined
  /** The message that this call answers, only where it was asked for and the trace kept it. */
  readonly text?: string | undefined
}

export function decisionRow(call: CallResult, text?: string): DecisionRow {
  const { decision, policyCost, overheadCost } = call
  const add = (a: bigint | null, b: bigint | null | undefined): string | undefined =>
    a === null || b === null ? undefined : (a + (b ?? 0n)).toString()
  return {
    session: call.session,
    call: call.call,
    turn: call.turn,
    phase: call.phase,
    model: call.served?.model ?? decision.model,
    provider: call.served?.provider,
    rule: decision.rule,
    after: decision.after,
    reason: decision.noRoute?.reason ?? decision.reason,
    end: call.end,
    undetermined: decision.undetermined,
    missing: decision.missing,
    tainted: call.tainted,
    attempts: call.attempts.length,
    faults: [...new Set(call.attempts.flatMap(({ fault }) => fault ?? []))],
    costPicoUsd: add(policyCost.value, overheadCost?.value),
    costLowPicoUsd: add(policyCost.lo, overheadCost?.lo),
    costHighPicoUsd: add(policyCost.hi, overheadCost?.hi),
    claim: weaker(policyCost.level, overheadCost?.level),
    recordedModel: call.recorded?.model,
    recordedProvider: call.recorded?.provider,
    text,
  }
}

function weaker(a: Level, b: Level | undefined): Level {
  return b !== undefined && levels.indexOf(b) > levels.indexOf(a) ? b : a
}

/** The line that stands above the first decision, if the format has one. */
export function decisionLogHeader(format: DecisionLogFormat): string {
  if (format === 'jsonl') return ''
  const names = [
    'session',
    'call',
    'turn',
    'phase',
    'model',
    'provider',
    'rule',
    'after',
    'reason',
    'end',
    'undetermined',
    'missing',
    'tainted',
    'attempts',
    'faults',
    'cost_usd',
    'cost_low_usd',
    'cost_high_usd',
    'claim',
    'recorded_model',
    'recorded_provider',
    'text',
  ]
  return csvLines([names.map(own)])
}

/** One line of the log; the only place that knows how one is written. */
export function decisionLogLine(row: DecisionRow, format: DecisionLogFormat): string {
  if (format === 'jsonl') return `${escapeJson(row)}\n`
  const usd = (picoUsd: string | undefined): ReturnType<typeof own> =>
    own(picoUsd === undefined ? '' : decimalUsd(BigInt(picoUsd)))
  return csvLines([
    [
      user(row.session),
      own(row.call),
      own(row.turn),
      own(row.phase),
      user(row.model),
      user(row.provider),
      user(row.rule),
      user(row.after.join(' ')),
      user(row.reason),
      own(row.end),
      own(row.undetermined ? 'yes' : 'no'),
      user(row.missing.join(' ')),
      user(row.tainted.join('; ')),
      own(row.attempts),
      user(row.faults.join(' ')),
      usd(row.costPicoUsd),
      usd(row.costLowPicoUsd),
      usd(row.costHighPicoUsd),
      own(row.claim),
      user(row.recordedModel),
      user(row.recordedProvider),
      user(row.text),
    ],
  ])
}
