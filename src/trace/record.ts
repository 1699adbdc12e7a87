/**
 * The canonical trace: JSON Lines, one record a line. `traces/schema/*.json` is the JSON Schema of
 * these types and is what a reader checks; this file is what code sees.
 *
 * Absent and `null` differ everywhere. An absent fact was not recorded: it is *unknown*. `null` means
 * the recorder knew that there was none: it is *none*. Instants are integer microseconds since the
 * Unix epoch, durations integer microseconds, money a decimal string of integer pico-dollars.
 */
export const TRACE_SCHEMA_VERSION = 1

export type TraceRecord = SessionRecord | CallRecord | EventRecord

/** Where a record came from; never part of a digest or of a decision. */
export interface Provenance {
  readonly file: string
  /** Counts from 1. */
  readonly line: number
}

export type Micros = number
export type PicoUsd = string

/** A fact of a request that a policy may read under the same name, flat: `repo.name`, `plan-mode`. */
export type FactValue = string | number | boolean | null | readonly (string | number)[]

/**
 * What a request said about itself, by the language's signal names: `surface`, `team`, `customer`,
 * `user`, `tags`, `path`, `toolchain`, `workflow`, `repo.name`, `repo.files`, `repo.language`,
 * `plan-mode`, `housekeeping`, `variant`, `url.path`, `request.order`; and the maps
 * `header`, `param`, `metadata`.
 */
export interface Facts {
  readonly signals?: { readonly [name: string]: FactValue }
  readonly header?: { readonly [name: string]: FactValue }
  readonly param?: { readonly [name: string]: FactValue }
  readonly metadata?: { readonly [name: string]: FactValue }
}

/** The header of one conversation. A session without one is all unknown but its calls. */
export interface SessionRecord extends Facts {
  readonly record: 'session'
  readonly schema: number
  readonly session: string
  /** The session whose agent started this one. */
  readonly parent?: string
  readonly sidechain?: boolean
  /** `router`: the router chose; `concrete`: the person named a model. */
  readonly kind?: 'router' | 'concrete'
  readonly account?: string
  /** The format this was imported from, and the version of the program that wrote it. */
  readonly source?: { readonly format: string; readonly version?: string }
  /** The policy that decided when this was recorded. `digest` is that of its meaning; draws were keyed by `seed`. */
  readonly policy?: { readonly name: string; readonly digest?: string; readonly seed?: string }
  /** Digests of the phrase lists whose hits are given in every text of this session. */
  readonly phraseLists?: readonly string[]
  /** Whether the log keeps the words of visible and of thinking text; absent: it does. */
  readonly withheld?: { readonly visible?: boolean; readonly thinking?: boolean }
  /** In a sample: how many recorded sessions this one stands for, itself included. */
  readonly standsForSessions?: number
  readonly provenance?: Provenance
}

/** One text: a user message, the visible text of a reply, its thinking, or the result of a tool. */
export interface TextFacts {
  /** UTF-16 code units, blocks joined by a line feed. */
  readonly chars: number
  /** By phrase list digest: occurrences of each phrase that occurs, by its index in the list. */
  readonly hits?: { readonly [digest: string]: { readonly [phrase: string]: number } }
  /** Only with `import --with-text`. */
  readonly text?: string
}

/** A tool call with its result. `failed` absent: the result is not known to have failed or not. */
export interface ToolFacts {
  readonly name: string
  /** Hash of name and canonical arguments (sorted keys). Absent: arguments unknown. */
  readonly signature?: string
  readonly failed?: boolean
  /** The file that the call names, relative to the workspace where that is known. */
  readonly path?: string
  /** What the tool answered. Absent: nobody counted in it. */
  readonly result?: TextFacts
}

/** What was new in this call's prompt: all that a router standing there could have seen. */
export interface PromptFacts extends Facts {
  /** Tokens of the whole prompt, cached or not. */
  readonly tokens?: number
  /** Present on the first call of a turn; `null` where a turn begins without a message. */
  readonly user?: TextFacts | null
  /** Images in this user message or in the tool results that this prompt adds. */
  readonly newImages?: number
  /** Images in the whole prompt, history included. */
  readonly contextImages?: number
  readonly classifiers?: { readonly [name: string]: VerdictRecord }
  /** Tool names offered, where the log tells. */
  readonly toolsOffered?: readonly string[]
  /** A reminder that the router added to this prompt. */
  readonly reminded?: boolean
}

export interface VerdictRecord {
  readonly status: 'ok' | 'timeout' | 'error' | 'malformed' | 'empty'
  /** Millionths, by canonical or recorded model name. */
  readonly scoresMillionths?: { readonly [model: string]: number }
  readonly label?: string
  readonly model?: string
  readonly usage?: Usage
  readonly cost?: LoggedCost
  readonly latencyMicros?: Micros
}

/** Disjoint buckets. Uncached + read + every write is the provider's total input. */
export interface Usage {
  readonly uncachedInput: number
  readonly cacheRead: number
  readonly cacheWrite5m: number
  readonly cacheWrite1h: number
  /** Written with a lifetime that the log does not tell. */
  readonly cacheWriteOther?: number
  /** Visible output; all output where the log does not tell reasoning apart. */
  readonly output: number
  /** Reasoning output that is not in `output`. */
  readonly reasoning?: number
  /** Tokens that are not text: of `uncachedInput`, of `cacheRead`, of `output`. Absent: not told apart. */
  readonly audioInput?: number
  readonly imageInput?: number
  readonly videoInput?: number
  readonly audioCacheRead?: number
  readonly imageCacheRead?: number
  readonly audioOutput?: number
  readonly imageOutput?: number
  readonly videoOutput?: number
  /** Images that the reply holds. */
  readonly generatedImages?: number
  /** Searches that the provider made for the request. */
  readonly webSearches?: number
  /**
   * `exact`, or `lower-bound`: the log's output is a partial count (an unfinished stream) and the
   * true one lies between it and the model's maximum.
   */
  readonly outputQuality: 'exact' | 'lower-bound'
}

/** `provider` and `gateway` are bills; `estimate` is a client's own reckoning. */
export interface LoggedCost {
  readonly picoUsd: PicoUsd
  readonly source: 'provider' | 'gateway' | 'estimate'
}

/** Where a call or an attempt went; what is absent is unknown. */
export interface EndpointFacts {
  readonly provider?: string
  readonly region?: string
  readonly account?: string
  readonly serviceTier?: string
}

/**
 * `errorClass` is one of the words of `docs/language.md`: `rate-limit overloaded unavailable timeout conflict server
 * context-window max-tokens content-policy auth permission payment not-found invalid-request
 * too-large unprocessable precondition malformed cut-off`.
 */
export interface AttemptRecord extends EndpointFacts {
  readonly model?: string
  readonly startMicros?: Micros
  readonly endMicros?: Micros
  readonly status?: number
  /** Absent on the attempt that served. */
  readonly errorClass?: string
  readonly retryAfterMicros?: Micros
  /** The pause that the recorded client made before its next attempt. */
  readonly waitedMicros?: Micros
}

/** What the call answered; visible to decisions of later calls only. */
export interface ReplyFacts {
  /** `null`: a reply without visible text. */
  readonly text?: TextFacts | null
  /** `null`: a reply without thinking. Absent: the log withheld it. */
  readonly thinking?: TextFacts | null
  readonly tools?: readonly ToolFacts[]
  readonly finish?: string
}

/** One request to a model. `call` counts from 1 in its session and orders it, whatever the clocks say. */
export interface CallRecord {
  readonly record: 'call'
  readonly session: string
  readonly call: number
  /** Counts from 1; 0 for calls before the first user message. */
  readonly turn?: number
  /** The log's own identity of the call, for finding copies. */
  readonly id?: string
  readonly startMicros?: Micros
  readonly firstTokenMicros?: Micros
  readonly endMicros?: Micros
  /** `relative`: instants count from some unknown one, so gaps are known and dates are not. */
  readonly timeQuality?: 'exact' | 'derived' | 'daily' | 'relative'
  /** The model asked for, as recorded; `null`: none was. */
  readonly requested?: string | null
  readonly served?: EndpointFacts & { readonly model: string }
  readonly prompt: PromptFacts
  readonly usage?: Usage
  readonly cost?: LoggedCost
  readonly attempts?: readonly AttemptRecord[]
  readonly end: 'served' | 'exhausted' | 'denied' | 'no-route' | 'cancelled'
  readonly reply?: ReplyFacts
  /** What the recorded router said, where it said so. */
  readonly decision?: {
    readonly rule?: string
    readonly reason?: string
    readonly propensityMillionths?: number
  }
  /** What the recorded router charged to its budgets when the call had ended: all attempts, classifiers and compactions. */
  readonly chargedPicoUsd?: PicoUsd
  readonly provenance?: Provenance
}

/**
 * Something that the policy did not decide. It takes effect before call `beforeCall` of its session
 * (one past the last call: after it). A record without `session` holds for every session from its
 * instant on.
 */
export type EventRecord = {
  readonly record: 'event'
  readonly session?: string
  readonly beforeCall?: number
  readonly atMicros?: Micros
  readonly provenance?: Provenance
} & (
  | { readonly event: 'model-change'; readonly model: string; readonly by?: 'person' }
  | {
      readonly event: 'organisation'
      /** The whole new value of each list named; a list not named stays. */
      readonly blocked?: readonly string[]
      readonly only?: readonly string[] | null
      readonly ignored?: readonly string[]
      readonly router?: 'allowed' | 'blocked'
    }
  | {
      readonly event: 'compaction'
      readonly tokensBefore?: number
      readonly tokensAfter?: number
      readonly trigger?: 'auto' | 'manual'
      /** `false`: the summarising call is in no log; its cost is bounded, never observed. */
      readonly billed: boolean
    }
  | { readonly event: 'outcome'; readonly success: boolean | null; readonly label?: string }
  | { readonly event: 'fault'; readonly provider: string; readonly errorClass: string; readonly untilMicros?: Micros }
  | { readonly event: 'end'; readonly reason?: string }
)
