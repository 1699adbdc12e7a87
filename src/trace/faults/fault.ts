/** What a host must be to be hit: all that is named. */
export interface FaultDomain {
  readonly provider?: string
  readonly region?: string
  readonly model?: string
  readonly account?: string
}

export const timers = ['first-token', 'idle', 'total'] as const

/** The three timeouts of an attempt. */
export type Timer = (typeof timers)[number]

/** One fault of a fault file: `traces/schema/faults-1.schema.json`, with its texts read. */
export interface Fault {
  /** Names it in reports and keys its draws; unique in its file. */
  readonly id: string
  readonly hits: readonly FaultDomain[]
  /** `offset`: instants count from the beginning of the trace; `dated`: from the epoch. */
  readonly clock: 'dated' | 'offset'
  /** Half-open: it does not hold at `untilMicros`. */
  readonly fromMicros: number
  readonly untilMicros: number
  readonly errorClass: string
  readonly status?: number
  /** Of a hundred attempts while it holds, 1 to 100. */
  readonly failurePercent: number
  readonly retryAfterMicros?: number
  /** Of a timeout, which one runs out. */
  readonly timer?: Timer
  /** Share of the output that came before the stream ended. */
  readonly emittedPercent?: number
  /** Down first, then up, and so on. */
  readonly flapping?: { readonly downMicros: number; readonly upMicros: number }
  readonly cause?: string
  readonly note?: string
}
