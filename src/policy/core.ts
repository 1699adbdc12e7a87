import type { PriceBucket } from '../language/price-rows.ts'
import type { Location } from '../language/source.ts'
import type { RecordedSession } from '../trace/session.ts'

/**
 * The typed core form of a policy: every name resolved, every unit checked, every setting in place,
 * nothing left that only matters to a reader. Evaluators, checks, replay and diff take this and
 * nothing else. Plain data (bigint included), so that its canonical form can be hashed: the digest
 * of a policy's meaning is over this, without locations, tests and documentation.
 *
 * Integers of the base unit of DECISIONS §4: scores and shares in millionths, money in
 * pico-dollars, prices in pico-dollars a token, durations and instants in microseconds.
 */
export interface Policy {
  /** `undefined` for a library. */
  readonly name: string | undefined
  readonly scales: readonly Scale[]
  readonly providers: readonly Provider[]
  readonly models: readonly Model[]
  readonly pools: readonly Pool[]
  readonly phraseLists: readonly PhraseList[]
  readonly settings: readonly Setting[]
  readonly signals: readonly Signal[]
  readonly hours: readonly Hours[]
  readonly classifiers: readonly Classifier[]
  readonly scorers: readonly Scorer[]
  readonly ladders: readonly Ladder[]
  readonly memories: readonly Memory[]
  /** In order of declaration; `allow` lines intersect, `deny` lines each remove. */
  readonly filters: readonly Filter[]
  readonly hides: readonly Hide[]
  /** Built-in filters that are switched off. */
  readonly unchecked: readonly ('context-window' | 'modality')[]
  /** An absent block means `otherwise keep`; `start` is absent only in a library. */
  readonly blocks: { readonly start?: Block; readonly turn?: Block; readonly call?: Block }
  readonly serving: readonly Serving[]
  readonly profiles: readonly Profile[]
  readonly switching: Switching
  readonly budgets: readonly Budget[]
  readonly assumptions: readonly Assumption[]
  readonly invariants: readonly Invariant[]
  readonly expectations: readonly Expectation[]
  readonly tests: readonly TestCase[]
}

/** An exact ratio; the denominator is above 0. */
export interface Exact {
  readonly numerator: bigint
  readonly denominator: bigint
}

export interface Located {
  readonly location: Location
}

// ---------------------------------------------------------------- catalogue

export interface Scale extends Located {
  readonly name: string
  /** Lowest first. */
  readonly words: readonly string[]
}

export interface Provider extends Located {
  readonly name: string
  /** The provider's own name where it declares none. */
  readonly family: string
  readonly region: string | null
  readonly account: string | null
  readonly data: readonly string[]
  readonly limits: readonly RateLimit[]
}

export interface Model extends Located {
  readonly name: string
  /** A word of the scale `tier`. */
  readonly tier: string | null
  /** Spellings in logs that mean this model; its own name always does. */
  readonly knownAs: readonly string[]
  readonly accepts: readonly string[]
  readonly contextTokens: number | undefined
  readonly maxOutputTokens: number | undefined
  readonly relative: Exact | undefined
  readonly tokenizer: Exact | undefined
  readonly tags: readonly string[]
  /** In the order of `served-by`. */
  readonly endpoints: readonly Endpoint[]
  /** The model's own list prices. */
  readonly prices: readonly PriceCard[]
  readonly cache: Cache | undefined
}

/** A model at a provider; identified by `model` and `provider`. */
export interface Endpoint {
  readonly model: string
  readonly provider: string
  readonly family: string
  readonly region: string | null
  readonly account: string | null
  readonly quantization: string | null
  readonly data: readonly string[]
  /** Its own price cards where it has any, else the model's. */
  readonly prices: readonly PriceCard[]
  readonly cache: Cache | undefined
  readonly latencyMicros: number | undefined
  readonly tokensPerSecond: Exact | undefined
  readonly limits: readonly RateLimit[]
}

export type { PriceBucket }

/** Pico-dollars a token (an image, a search, a request); rounded once at load. */
export type Prices = { readonly [bucket in PriceBucket]?: bigint }

/**
 * Prices in force from a day on, above a prompt size, for a service tier. The card that prices a
 * call: of those of its tier (else the plain ones) in force, the latest `fromDay`, and of these the
 * largest `aboveTokens` that the prompt exceeds; it prices the whole request.
 */
export interface PriceCard {
  /** Days since 1970-01-01 (UTC); `null`: always. */
  readonly fromDay: number | null
  /** 0 for the plain card; the prompt must be larger than this. */
  readonly aboveTokens: number
  /** `null` for the plain tier. */
  readonly serviceTier: string | null
  readonly picoUsd: Prices
  /** The whole list once more for each region where tokens cost more or less; none: absent. */
  readonly inRegions?: { readonly [region: string]: RegionPrices }
  /** Not of the author: `withFirstPrices` holds it before its own day. */
  readonly isAssumed?: true
}

export interface RegionPrices {
  /** Of every price of tokens; what has a price for one piece costs the same everywhere. */
  readonly factor: Exact
  readonly picoUsd: Prices
}

export interface Cache {
  readonly lifetimesMicros: readonly number[]
  readonly minimumTokens: number
  readonly stepTokens: number
  readonly refreshedOnUse: boolean
}

export interface RateLimit {
  readonly count: number
  /** `tokens`: of prompts and replies; a reply's are known once it is there. */
  readonly of: 'calls' | 'tokens' | 'input tokens' | 'output tokens'
  readonly perMicros: number
  readonly as: string | null
}

// --------------------------------------------------------------- vocabulary

export interface Pool extends Located {
  readonly name: string
  readonly models: readonly { readonly model: string; readonly weight: number }[]
}

export interface PhraseList extends Located {
  readonly name: string
  readonly phrases: readonly { readonly text: string; readonly word: boolean }[]
  /** `phraseListDigest` of the phrases; what a trace names its counts by. */
  readonly digest: string
}

/** Uses of a setting are literals that name it. */
export interface Setting extends Located {
  readonly name: string
  readonly value: Literal
  readonly range: { readonly from: Literal; readonly to: Literal } | undefined
}

export interface Signal extends Located {
  readonly name: string
  readonly value: Expression
}

export interface Hours extends Located {
  readonly name: string
  /** 0 is Monday; all seven where none was written. */
  readonly days: readonly number[]
  readonly fromMinute: number
  /** Exclusive; at or below `fromMinute` the window crosses midnight. */
  readonly toMinute: number
  readonly zone: string
}

export interface Classifier extends Located {
  readonly name: string
  readonly model: string
  /** A score a model of this pool, or one word of this scale. */
  readonly verdict:
    | { readonly kind: 'scores'; readonly pool: string }
    | { readonly kind: 'labels'; readonly scale: string }
  readonly timeoutMicros: number | undefined
  readonly maxOutputTokens: number | undefined
  readonly windowChars: number | undefined
  readonly promptTokens: number | undefined
  readonly typicalOutputTokens: number | undefined
  readonly typicalLatencyMicros: number | undefined
}

export interface Scorer extends Located {
  readonly name: string
  /** Millionths; the score is the exact sum of weight × signal. */
  readonly weights: readonly { readonly weightMillionths: bigint; readonly signal: Expression }[]
  readonly offsets: readonly { readonly model: string; readonly valueMillionths: bigint }[]
  readonly bands:
    | {
        readonly scale: string
        /** Ascending; the last has no limit. */
        readonly bands: readonly { readonly word: string; readonly belowMillionths: bigint | undefined }[]
      }
    | undefined
}

export interface Ladder extends Located {
  readonly name: string
  readonly mayDescend: boolean
  /** A model stands in at most one climb. Steps count from 1. */
  readonly climbs: readonly (readonly (readonly string[])[])[]
}

export type Memory = Located & {
  readonly name: string
  readonly perChoice: boolean
} & (
    | { readonly kind: 'latch' }
    | { readonly kind: 'counter' | 'streak'; readonly upTo: number }
    | { readonly kind: 'pin'; readonly lifetime: Lifetime }
    | { readonly kind: 'level'; readonly scale: string; readonly lifetime: Lifetime | undefined }
  )

export interface Lifetime {
  readonly micros: number
  readonly refreshedOnUse: boolean
}

// -------------------------------------------------------------------- rules

export interface Filter extends Located {
  readonly name: string
  readonly effect: 'allow' | 'deny'
  readonly subject: 'models' | 'endpoints'
  /** Judged with `it` bound to each model or endpoint. */
  readonly where: Expression
  readonly when: Expression | undefined
}

export interface Hide extends Located {
  readonly name: string
  readonly tool: string
  readonly when: Expression
}

export type Moment = 'start' | 'turn' | 'call'

/** One `on …` block; a block written for several moments is the same object in each. */
export interface Block extends Located {
  readonly rules: readonly Rule[]
  readonly otherwise: Rule
}

export interface Rule extends Located {
  /** `otherwise` where an `otherwise` has no name of its own. */
  readonly name: string
  /** `undefined` in `otherwise` and in unguarded effects. */
  readonly guard: Expression | undefined
  readonly effects: readonly Effect[]
  readonly choice: Choice | undefined
  /** `for this call`: served once, remembered nowhere. */
  readonly forThisCall: boolean
}

export type Choice =
  | {
      readonly kind: 'use'
      /** Of type model: a literal, `requested`, or any reference that yields one. */
      readonly model: Expression
      readonly at: string | undefined
      readonly profile: string | undefined
      readonly else: Choice | undefined
    }
  | {
      readonly kind: 'choose'
      readonly ranking: Ranking
      readonly pool: string
      readonly where: Expression | undefined
      readonly profile: string | undefined
      readonly else: Choice | undefined
    }
  | { readonly kind: 'upgrade-to' | 'downgrade-to'; readonly model: string; readonly else: Choice | undefined }
  | { readonly kind: 'upgrade-via'; readonly ladder: string; readonly else: Choice | undefined }
  | { readonly kind: 'keep' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'stop'; readonly reason: string }

export type Ranking =
  /** `undefined`: by relative where every model of the pool has one, else by list. */
  | { readonly kind: 'cheapest'; readonly by: 'list' | 'relative' | 'expected' | undefined }
  | { readonly kind: 'first' }
  | { readonly kind: 'weighted'; readonly per: 'session' | 'turn' | 'call' }
  | { readonly kind: 'highest' | 'lowest'; readonly value: Expression }

export type Effect =
  | { readonly kind: 'remind' | 'alert'; readonly text: string }
  | { readonly kind: 'set' | 'reset' | 'pin' | 'release'; readonly memory: string }
  | { readonly kind: 'add'; readonly count: number; readonly memory: string }
  | { readonly kind: 'raise'; readonly memory: string; readonly value: Expression }

// ------------------------------------------------------------------ serving

/** What `serve` says of a model, a pool or any; the narrower inherits every line it does not write. */
export interface Serving extends Located {
  readonly scope:
    | { readonly kind: 'any' }
    | { readonly kind: 'pool'; readonly pool: string }
    | { readonly kind: 'model'; readonly model: string }
  readonly lines: ServeLines
}

export interface Profile extends Located {
  readonly name: string
  readonly lines: ServeLines
}

export type ErrorClass =
  | 'rate-limit'
  | 'overloaded'
  | 'unavailable'
  | 'timeout'
  | 'conflict'
  | 'server'
  | 'context-window'
  | 'max-tokens'
  | 'content-policy'
  | 'auth'
  | 'permission'
  | 'payment'
  | 'not-found'
  | 'invalid-request'
  | 'too-large'
  | 'unprocessable'
  | 'precondition'
  | 'malformed'
  | 'cut-off'

/** Classes, status numbers, or `any`. */
export type ErrorMatch = readonly (ErrorClass | number | 'any')[]

/** An absent line was not written. */
export interface ServeLines {
  /** Providers, in groups. */
  readonly order?: readonly (readonly string[])[]
  readonly orderBy?: 'price' | 'throughput' | 'latency' | 'request'
  readonly strategy?: {
    readonly name: 'shuffle' | 'price-weighted' | 'latency' | 'least-busy' | 'lowest-usage'
    readonly facts: readonly { readonly name: string; readonly value: Literal }[]
  }
  readonly weights?: readonly { readonly provider: string; readonly weight: number }[]
  readonly prefer?: readonly Expression[]
  readonly require?: readonly Expression[]
  readonly serviceTier?: string
  readonly sticky?: { readonly to: 'provider' | 'endpoint'; readonly lifetime: Lifetime | undefined }
  readonly retry?: Retry
  readonly timeoutMicros?: {
    readonly total?: number
    readonly firstToken?: number
    readonly idle?: number
  }
  readonly failover?: { readonly on: ErrorMatch; readonly sticks: boolean }
  readonly fallbacks?: readonly {
    /** `undefined`: any. */
    readonly on: ErrorMatch | undefined
    readonly to: readonly string[]
    readonly sticks: boolean
  }[]
  readonly maxFallbacks?: number
  readonly maxAttempts?: number
  readonly error?: 'first' | 'last'
  readonly cooldown?: Guard
  readonly breaker?: Guard
  readonly dedicated?: readonly Dedicated[]
  readonly limits?: readonly RateLimit[]
}

/** A line of serving that is no object of its own: what stands in `of` under this word. */
export interface PlainLine {
  readonly of: ServeLines
  readonly word: 'order' | 'order by' | 'strategy' | 'weights' | 'timeout total' | 'timeout first-token' | 'timeout idle'
}

/** A line of serving, or an action of a budget, that does something at some calls and nothing at others. */
export type ActingLine =
  | PlainLine
  | NonNullable<ServeLines['retry' | 'failover' | 'sticky']>
  | NonNullable<ServeLines['fallbacks']>[number]
  | Guard
  | RateLimit
  | Dedicated
  | Budget['actions'][number]

export interface Retry {
  readonly times: number
  /** `undefined`: any. */
  readonly on: ErrorMatch | undefined
  readonly backoff:
    | { readonly firstMicros: number; readonly factor: Exact; readonly upToMicros: number | undefined }
    | undefined
  readonly jitter:
    | { readonly kind: 'full' }
    | { readonly kind: 'micros'; readonly micros: number }
    | { readonly kind: 'share'; readonly millionths: number }
    | undefined
  readonly retryAfterUpToMicros: number | undefined
  readonly picks: 'same' | 'any' | 'other-key'
  readonly waitsAfterLast: boolean
}

export interface Guard {
  readonly trips: readonly {
    readonly trigger:
      | { readonly kind: 'at-once' }
      | { readonly kind: 'failures'; readonly count: number; readonly withinMicros: number }
      | {
          readonly kind: 'share'
          /** `above` is strict. */
          readonly strict: boolean
          readonly millionths: number
          readonly atLeast: number
          readonly withinMicros: number
        }
    readonly on: ErrorMatch | undefined
    readonly unlessAlone: boolean
  }[]
  readonly lastsMicros: number | undefined
  readonly honoursRetryAfter: boolean
  readonly scope: string | undefined
  /** `calendar`: periods of the trigger's width, counted from midnight UTC. */
  readonly window: 'fixed' | 'sliding' | 'calendar'
  readonly probes: number | undefined
  readonly allDown: 'bypass' | 'fail'
}

export interface Dedicated {
  readonly provider: string
  readonly capacityTokens: number | undefined
  readonly perMicros: number | undefined
  readonly costPicoUsd: bigint | undefined
  readonly costPer: string | undefined
  readonly overflow: 'shared' | 'fail'
}

export interface Switching {
  readonly sameProvider: CompactTo | undefined
  readonly otherProvider: CompactTo | undefined
  readonly sameFamily: CompactTo | undefined
  readonly otherFamily: CompactTo | undefined
  /** Soft where nothing is written. */
  readonly router: 'soft' | 'hard'
  readonly concrete: 'soft' | 'hard'
}

/** `null` keeps the context, else the share of it that a compaction leaves, in millionths. */
export type CompactTo = { readonly millionths: number } | null

export interface Budget extends Located {
  readonly name: string
  readonly limitPicoUsd: bigint
  readonly per: string
  readonly scope: string | undefined
  readonly window:
    | {
        readonly kind: 'calendar'
        readonly zone: string
        /** The day on which weeks begin, 1 for Tuesday to 6 for Sunday; absent: Monday. */
        readonly weeksFrom?: number
      }
    | { readonly kind: 'first-spend' }
  readonly actions: readonly {
    readonly atMillionths: number
    readonly action:
      | { readonly kind: 'alert' | 'stop'; readonly text: string }
      | { readonly kind: 'deny-upgrades' }
      | { readonly kind: 'only'; readonly pool: string }
  }[]
}

// ------------------------------------------------------------------- claims

export type Assumption = Located & { readonly name: string } & (
    | { readonly kind: 'reminder'; readonly within: number; readonly of: 'turns' | 'calls' }
    | {
        readonly kind: 'verbosity' | 'steps'
        readonly from: string
        readonly to: string
        readonly factor: Exact
        readonly range: { readonly from: Exact; readonly to: Exact } | undefined
      }
    | { readonly kind: 'compaction'; readonly keepsMillionths: number }
    | { readonly kind: 'classifier'; readonly classifier: string; readonly wrongMillionths: number }
    | { readonly kind: 'success'; readonly worthPicoUsd: bigint }
  )

export interface Invariant extends Located {
  readonly name: string
  readonly when: Expression | undefined
  readonly mode: 'always' | 'never'
  readonly condition: Expression
}

export interface Expectation extends Located {
  readonly name: string
  readonly condition: Expression
  /** Named assumptions that its figures may rest on; absent: none. */
  readonly assuming?: readonly string[]
}

// -------------------------------------------------------------- expressions

export type Unit =
  | 'count'
  | 'score'
  | 'tokens'
  | 'chars'
  | 'bytes'
  | 'money'
  | 'price'
  | 'rate'
  | 'duration'
  | 'share'
  | 'factor'

export type Type =
  | { readonly kind: 'truth' }
  | { readonly kind: 'number'; readonly unit: Unit }
  /** A word of a scale or of a closed or open set, named: `tier`, `status`, `region`. */
  | { readonly kind: 'word'; readonly set: string }
  | { readonly kind: 'text' }
  | { readonly kind: 'model' }
  | { readonly kind: 'provider' }
  | { readonly kind: 'endpoint' }
  | { readonly kind: 'list'; readonly of: Type }
  /** Of the literal `none` alone, and of an empty list's items. */
  | { readonly kind: 'any' }

/**
 * `null` is `none`. Numbers are in the base unit of their type: scores and shares in millionths,
 * money in pico-dollars, prices in pico-dollars a token, rates in tokens a second, durations in
 * microseconds; counts and factors as they are.
 */
export type Literal =
  | null
  | { readonly kind: 'truth'; readonly value: boolean }
  | { readonly kind: 'number'; readonly unit: Unit; readonly value: Exact }
  /** A word, a text, a model's or a provider's name. */
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Literal[] }

export type Expression = Located & { readonly type: Type } & ExpressionForm

export type ExpressionForm =
  /** `setting` where it stands for one. */
  | { readonly kind: 'literal'; readonly value: Literal; readonly setting: string | undefined }
  | { readonly kind: 'logical'; readonly operator: 'and' | 'or'; readonly operands: readonly Expression[] }
  | { readonly kind: 'not'; readonly operand: Expression }
  /** Words of a scale compare by rank. */
  | {
      readonly kind: 'order'
      readonly operator: '<' | '<=' | '>' | '>='
      readonly left: Expression
      readonly right: Expression
    }
  | { readonly kind: 'equal'; readonly negated: boolean; readonly left: Expression; readonly right: Expression }
  /** `x in list` and `list has x`. */
  | { readonly kind: 'member'; readonly negated: boolean; readonly item: Expression; readonly list: Expression }
  | { readonly kind: 'starts-with'; readonly text: Expression; readonly prefix: string }
  /** `now in HOURS` */
  | { readonly kind: 'within-hours'; readonly negated: boolean; readonly hours: string }
  | { readonly kind: 'sum'; readonly terms: readonly { readonly sign: 1 | -1; readonly value: Expression }[] }
  /** `share` is a ratio: `80% of x` has 4/5. */
  | { readonly kind: 'share-of'; readonly share: Exact; readonly operand: Expression }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  /** The first guard that is not false decides; unknown makes the value unknown. */
  | {
      readonly kind: 'cases'
      readonly cases: readonly { readonly guard: Expression; readonly value: Expression }[]
      readonly otherwise: Expression
    }
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'fact'; readonly fact: FactName }
  | { readonly kind: 'request-map'; readonly map: 'header' | 'param' | 'metadata'; readonly key: string }
  | { readonly kind: 'count'; readonly query: CountQuery }
  | { readonly kind: 'since'; readonly query: SinceQuery }
  | { readonly kind: 'memory'; readonly memory: string }
  | { readonly kind: 'verdict'; readonly classifier: string; readonly part: 'status' | 'label' }
  | { readonly kind: 'verdict-score'; readonly classifier: string; readonly model: Expression }
  /** `model` undefined: the value before offsets. */
  | { readonly kind: 'scorer-score'; readonly scorer: string; readonly model: Expression | undefined }
  | { readonly kind: 'scorer-band'; readonly scorer: string }
  /** `it`, in `where`, rankings, `prefer` and `require`. */
  | { readonly kind: 'it' }
  | { readonly kind: 'call'; readonly function: FunctionName; readonly arguments: readonly Expression[] }
  | { readonly kind: 'ladder-call'; readonly function: 'next' | 'step' | 'rung'; readonly ladder: string; readonly argument: Expression | undefined }

/** Built-in signals that read the request, the history or the organisation. */
export type FactName =
  | 'current'
  | 'requested'
  | 'variant'
  | 'turn'
  | 'images'
  | 'context.images'
  | 'message.text'
  | 'message.length'
  | 'context.length'
  | 'context.free'
  | 'surface'
  | 'session.kind'
  | 'plan-mode'
  | 'sidechain'
  | 'housekeeping'
  | 'team'
  | 'tags'
  | 'path'
  | 'toolchain'
  | 'workflow'
  | 'repo.name'
  | 'repo.files'
  | 'repo.language'
  | 'org.blocked'
  | 'org.only'
  | 'org.ignored'
  | 'org.router'
  | 'request.order'
  | 'url.path'
  /** The session's own key, as the first argument of `bucket`. */
  | 'session'

/**
 * Functions of models and endpoints, of words, of the session; and, in claims and tests only, what
 * a call or a run came to. `score(m)` is resolved to `verdict-score` or `scorer-score`.
 */
export type FunctionName =
  | 'tier'
  | 'accepts'
  | 'allowed'
  | 'price'
  /** `price(x, row) is not none`: known without the prompt's size where every size has a price. */
  | 'priced'
  | 'context-window'
  | 'latency'
  | 'throughput'
  | 'region'
  | 'provider'
  | 'data'
  | 'quantization'
  | 'tags'
  | 'outage'
  | 'warm'
  | 'benefit'
  | 'switch-cost'
  | 'rank'
  | 'above'
  | 'below'
  | 'max'
  | 'min'
  | 'called'
  | 'spent'
  | 'used'
  | 'bucket'
  | ClaimFunction

/** Functions that only invariants, expectations and tests may call. */
export type ClaimFunction =
  | 'before'
  | 'after'
  | 'served'
  | 'cost'
  | 'cost-always'
  | 'availability'
  | 'switches'
  | 'upgrades'
  | 'sessions'
  | 'turns'
  | 'calls'
  | 'asked'
  | 'reminded'
  | 'hidden'
  | 'compacted'
  | 'undetermined'
  | 'chosen'
  | 'attempts'
  | 'fallbacks'
  | 'chance'
  | 'line-up'
  | 'cooling'
  | 'open'
  | 'same-provider'

export interface CountQuery {
  readonly what:
    | {
        readonly kind: 'phrases'
        readonly list: string
        /** `pairs` of (message, phrase); every hit; phrases once; messages with any. */
        readonly how: 'pairs' | 'occurrences' | 'distinct' | 'messages'
      }
    | { readonly kind: 'uses'; readonly tool: string }
    | { readonly kind: 'failures' | 'repeats' | 'errors' }
  readonly window:
    | { readonly kind: 'last'; readonly count: number; readonly scope: WindowScope }
    | { readonly kind: 'this'; readonly scope: 'turn' | 'session' }
}

export type WindowScope =
  | 'assistant messages'
  | 'user messages'
  | 'thinking messages'
  | 'messages'
  | 'tools'
  | 'calls'
  | 'turns'

export interface SinceQuery {
  readonly unit: 'turns' | 'calls' | 'time'
  readonly of:
    | { readonly kind: 'rule'; readonly rule: string }
    | { readonly kind: 'tool'; readonly tool: string }
    | { readonly kind: 'event'; readonly event: 'switch' | 'compaction' | 'reminder' | 'failover' }
}

// -------------------------------------------------------------------- tests

export interface TestCase extends Located {
  readonly title: string
  readonly steps: readonly TestStep[]
}

export type TestStep = Located &
  (
    | { readonly kind: 'given'; readonly facts: readonly TestFact[] }
    | {
        readonly kind: 'user'
        readonly text: string
        readonly facts: readonly TestFact[]
        readonly outcome: Outcome | undefined
      }
    | { readonly kind: 'call'; readonly facts: readonly TestFact[]; readonly outcome: Outcome | undefined }
    | { readonly kind: 'assistant' | 'thinking'; readonly text: string }
    | {
        readonly kind: 'tool'
        readonly name: string
        /** Canonical text of the arguments, for telling repeats. */
        readonly signature: string
        readonly failed: boolean
        /** What it answered; empty where nothing is written. */
        readonly result: string
      }
    | { readonly kind: 'wait'; readonly micros: number }
    | {
        readonly kind: 'fault'
        readonly provider: string
        readonly error: ErrorClass | number
        readonly model: string | undefined
        readonly retryAfterMicros: number | undefined
        readonly lasts: { readonly kind: 'micros'; readonly micros: number } | { readonly kind: 'calls'; readonly calls: number }
      }
    | { readonly kind: 'repeat'; readonly times: number; readonly steps: readonly TestStep[] }
    | {
        readonly kind: 'recorded'
        /** As written: from the file that it stands in, inside the root. */
        readonly path: Located & { readonly text: string }
        readonly session: string
        /** Both ends included; `undefined`: every call. */
        readonly calls: { readonly from: number; readonly to: number } | undefined
        /** Of the last call. */
        readonly outcome: Outcome | undefined
        /** Of the trace; `undefined`: nobody has read it yet. */
        readonly fragment: RecordedSession | undefined
      }
    | { readonly kind: 'check'; readonly condition: Expression }
  )

/** `unknown`: the trace would not carry it. */
export type TestFact =
  | { readonly kind: 'fact'; readonly fact: FactName; readonly value: Literal | 'unknown' }
  | { readonly kind: 'signal'; readonly signal: string; readonly value: Literal | 'unknown' }
  | {
      readonly kind: 'verdict'
      readonly classifier: string
      readonly verdict:
        | { readonly status: 'ok'; readonly label: string }
        | { readonly status: 'ok'; readonly scores: readonly { readonly model: string; readonly millionths: number }[] }
        | { readonly status: 'timeout' | 'error' | 'malformed' | 'empty' | 'missing' }
    }
  | { readonly kind: 'scorer'; readonly scorer: string; readonly value: Exact | 'unknown' }
  | { readonly kind: 'messages'; readonly which: 'all' | 'assistant' | 'user' | 'thinking' }
  | {
      readonly kind: 'request-map'
      readonly map: 'header' | 'param' | 'metadata'
      readonly key: string
      readonly value: Literal | 'unknown'
    }
  | { readonly kind: 'bucket'; readonly millionths: number }
  | { readonly kind: 'benefit' | 'switch-cost'; readonly picoUsd: Exact }
  | { readonly kind: 'used'; readonly budget: string; readonly millionths: number }
  | { readonly kind: 'cached'; readonly tokens: number }
  | { readonly kind: 'now'; readonly micros: number }

/** `-> M at P by R after [S, T] where G`; a part that is not written is not compared. */
export interface Outcome extends Located {
  readonly target:
    | { readonly kind: 'model'; readonly model: string }
    | { readonly kind: 'stop' | 'exhausted' | 'denied' }
  readonly at: string | undefined
  readonly by: string | undefined
  readonly after: readonly string[] | undefined
  readonly where: Expression | undefined
}
