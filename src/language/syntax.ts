import type { PriceBucket } from './price-rows.ts'
import type { Source, Span } from './source.ts'

/**
 * The syntax tree of one `.route` file: what was written, nothing resolved, nothing checked.
 *
 * One interface a production of `grammar/route.ebnf`, in its order. Every node has the span of its
 * own text. Numbers keep the digits as written, so that the formatter prints what the author typed.
 */
export interface Node {
  readonly span: Span
}

export interface Name extends Node {
  readonly kind: 'name'
  readonly text: string
}

/** `value` is the text between the quotes with escapes resolved; `raw` is what was written. */
export interface Text extends Node {
  readonly kind: 'text'
  readonly value: string
  readonly raw: string
}

/** `message.length`, `triage.status`, `session.kind`: one to three names. */
export interface Path extends Node {
  readonly kind: 'path'
  readonly names: readonly Name[]
}

/** A comment as written, with its slashes. `doc` for `///`. */
export interface Comment extends Node {
  readonly text: string
  readonly doc: boolean
}

export interface File extends Node {
  readonly kind: 'file'
  readonly source: Source
  /** The version of the language that the file is written in, where it says so. */
  readonly language: Quantity | undefined
  /** `none` in a library. */
  readonly policy: Name | undefined
  readonly imports: readonly Import[]
  readonly declarations: readonly Declaration[]
  /** In order of appearance; the formatter puts them back. */
  readonly comments: readonly Comment[]
}

export interface Import extends Node {
  readonly kind: 'import'
  readonly path: Text
}

export type Declaration =
  | ScaleDeclaration
  | ProviderDeclaration
  | ModelDeclaration
  | PoolDeclaration
  | PhrasesDeclaration
  | SettingDeclaration
  | SignalDeclaration
  | HoursDeclaration
  | ClassifierDeclaration
  | ScorerDeclaration
  | LadderDeclaration
  | StateDeclaration
  | FilterDeclaration
  | HideDeclaration
  | UncheckedDeclaration
  | BlockDeclaration
  | ServeDeclaration
  | SwitchDeclaration
  | BudgetDeclaration
  | AssumeDeclaration
  | InvariantDeclaration
  | ExpectDeclaration
  | TestDeclaration

// ---------------------------------------------------------------- catalogue

export interface ScaleDeclaration extends Node {
  readonly kind: 'scale'
  readonly name: Name
  /** Lowest first. */
  readonly words: readonly Name[]
}

export interface ProviderDeclaration extends Node {
  readonly kind: 'provider'
  readonly override: boolean
  readonly name: Name
  readonly lines: readonly ProviderLine[]
}

export type ProviderLine =
  | (Node & { readonly kind: 'family' | 'region' | 'account'; readonly value: Name })
  | (Node & { readonly kind: 'data'; readonly terms: readonly Name[] })
  | LimitLine

export interface ModelDeclaration extends Node {
  readonly kind: 'model'
  readonly override: boolean
  readonly name: Name
  readonly lines: readonly ModelLine[]
}

export type ModelLine =
  | (Node & { readonly kind: 'tier'; readonly value: Name })
  | (Node & { readonly kind: 'known-as'; readonly values: readonly Text[] })
  | (Node & { readonly kind: 'accepts' | 'tags' | 'served-by'; readonly values: readonly Name[] })
  | (Node & { readonly kind: 'context' | 'max-output'; readonly amount: Amount })
  | (Node & { readonly kind: 'relative' | 'tokenizer'; readonly factor: Quantity })
  | PriceLine
  | CacheLine
  | EndpointLine

/** `at PROVIDER { … }` */
export interface EndpointLine extends Node {
  readonly kind: 'at'
  readonly provider: Name
  readonly lines: readonly EndpointProperty[]
}

export type EndpointProperty =
  | PriceLine
  | CacheLine
  | LimitLine
  | (Node & { readonly kind: 'region' | 'account' | 'quantization'; readonly value: Name })
  | (Node & { readonly kind: 'latency'; readonly duration: Quantity })
  | (Node & { readonly kind: 'throughput'; readonly amount: Amount; readonly per: Quantity })

export interface PriceLine extends Node {
  readonly kind: 'price'
  readonly per: Amount
  /** As written, any number and order of `from`, `above` and `for`. */
  readonly conditions: readonly PriceCondition[]
  readonly rows: readonly (PriceRow | RegionRow)[]
}

export type PriceCondition =
  | (Node & { readonly kind: 'from'; readonly date: Quantity })
  | (Node & { readonly kind: 'above'; readonly amount: Amount })
  | (Node & { readonly kind: 'for'; readonly serviceTier: Name })

export interface PriceRow extends Node {
  readonly kind: 'price-row'
  readonly bucket: PriceBucket
  /** Money, or a factor of the input price. */
  readonly value: Quantity
}

/** Every price of tokens times a factor for requests that are served in a region: `in us 1.10x`. */
export interface RegionRow extends Node {
  readonly kind: 'region-row'
  readonly region: Name
  readonly factor: Quantity
}

export interface CacheLine extends Node {
  readonly kind: 'cache'
  readonly lines: readonly CacheProperty[]
}

export type CacheProperty =
  | (Node & { readonly kind: 'lifetime'; readonly durations: readonly Quantity[] })
  | (Node & { readonly kind: 'minimum' | 'step'; readonly amount: Amount })
  | (Node & { readonly kind: 'refreshed-on-use' })

// --------------------------------------------------------------- vocabulary

export interface PoolDeclaration extends Node {
  readonly kind: 'pool'
  readonly name: Name
  readonly items: readonly (Node & { readonly model: Name; readonly weight: Quantity | undefined })[]
}

export interface PhrasesDeclaration extends Node {
  readonly kind: 'phrases'
  readonly name: Name
  readonly phrases: readonly (Node & { readonly word: boolean; readonly text: Text })[]
}

export interface SettingDeclaration extends Node {
  readonly kind: 'setting'
  readonly name: Name
  readonly value: Expression
  readonly range: { readonly from: Expression; readonly to: Expression } | undefined
}

export interface SignalDeclaration extends Node {
  readonly kind: 'signal'
  readonly name: Name
  readonly value: Expression | Cases
}

/** `when G then V … otherwise V` after `=`. */
export interface Cases extends Node {
  readonly kind: 'cases'
  readonly cases: readonly (Node & { readonly guard: Expression; readonly value: Expression })[]
  readonly otherwise: Expression
}

export interface HoursDeclaration extends Node {
  readonly kind: 'hours'
  readonly name: Name
  readonly days: readonly Name[] | undefined
  readonly from: Quantity
  readonly to: Quantity
  readonly zone: Text
}

export interface ClassifierDeclaration extends Node {
  readonly kind: 'classifier'
  readonly name: Name
  readonly lines: readonly ClassifierLine[]
}

export type ClassifierLine =
  | (Node & { readonly kind: 'model' | 'scores' | 'labels'; readonly value: Name })
  | (Node & { readonly kind: 'timeout' | 'typical-latency'; readonly duration: Quantity })
  | (Node & { readonly kind: 'max-output' | 'prompt' | 'typical-output'; readonly amount: Amount })
  | (Node & {
      readonly kind: 'window'
      readonly amount: Amount
      readonly head: Amount | undefined
      readonly tail: Amount | undefined
    })
  | (Node & { readonly kind: 'reads'; readonly readings: readonly Reading[] })
  | (Node & { readonly kind: 'guidance'; readonly text: Text })
  | (Node & {
      readonly kind: 'card'
      readonly model: Name
      readonly tasks: readonly (Node & { readonly task: Text; readonly score: Quantity })[]
    })

export type Reading =
  | (Node & { readonly kind: 'last'; readonly count: Quantity; readonly scope: Name })
  | Path

export interface ScorerDeclaration extends Node {
  readonly kind: 'scorer'
  readonly name: Name
  readonly lines: readonly ScorerLine[]
}

export type ScorerLine =
  | (Node & { readonly kind: 'weight'; readonly weight: SignedNumber; readonly signal: Path })
  | (Node & { readonly kind: 'offset'; readonly model: Name; readonly value: SignedNumber })
  | (Node & {
      readonly kind: 'bands'
      readonly scale: Name
      /** `below` is absent in the `otherwise` band. */
      readonly bands: readonly (Node & { readonly word: Name; readonly below: SignedNumber | undefined })[]
    })

export interface LadderDeclaration extends Node {
  readonly kind: 'ladder'
  readonly name: Name
  readonly mayDescend: boolean
  /** A climb is its steps, lowest first; a step is one model or several. */
  readonly climbs: readonly (Node & { readonly steps: readonly (readonly Name[])[] })[]
}

export interface StateDeclaration extends Node {
  readonly kind: 'state'
  readonly memories: readonly Memory[]
}

export type Memory =
  | (MemoryNode & { readonly kind: 'latch' })
  | (MemoryNode & { readonly kind: 'counter' | 'streak'; readonly upTo: Quantity })
  | (MemoryNode & { readonly kind: 'pin'; readonly lifetime: Lifetime })
  | (MemoryNode & { readonly kind: 'level'; readonly scale: Name; readonly lifetime: Lifetime | undefined })

export interface MemoryNode extends Node {
  readonly name: Name
  readonly perChoice: boolean
}

export interface Lifetime extends Node {
  readonly duration: Quantity
  readonly refreshedOnUse: boolean
}

// -------------------------------------------------------------------- rules

export interface FilterDeclaration extends Node {
  readonly kind: 'filter'
  readonly effect: 'allow' | 'deny'
  readonly name: Name
  readonly subject: 'models' | 'endpoints'
  readonly where: Expression
  readonly when: Expression | undefined
}

export interface HideDeclaration extends Node {
  readonly kind: 'hide'
  readonly name: Name
  readonly tool: Text
  readonly when: Expression
}

export interface UncheckedDeclaration extends Node {
  readonly kind: 'unchecked'
  readonly filters: readonly Name[]
}

export type Moment = 'start' | 'turn' | 'call'

export interface BlockDeclaration extends Node {
  readonly kind: 'block'
  readonly moments: readonly (Node & { readonly moment: Moment })[]
  readonly rules: readonly Rule[]
  /** Absent only in a file that did not parse cleanly. */
  readonly otherwise: Otherwise | undefined
}

export interface Rule extends Node {
  readonly kind: 'rule'
  readonly name: Name
  readonly guard: Expression | undefined
  readonly actions: readonly Action[]
}

export interface Otherwise extends Node {
  readonly kind: 'otherwise'
  readonly name: Name | undefined
  readonly actions: readonly Action[]
}

export type Action = (Choice & { readonly forThisCall?: boolean }) | Effect

export type Choice =
  | UseChoice
  | ChooseChoice
  | UpgradeChoice
  | DowngradeChoice
  | (Node & { readonly kind: 'keep' | 'restart' })
  | (Node & { readonly kind: 'stop'; readonly reason: Text })

export interface UseChoice extends Node {
  readonly kind: 'use'
  /** A model, `requested`, or a signal that yields a model. */
  readonly model: Path
  readonly at: Name | undefined
  readonly with: Name | undefined
  readonly else: Choice | undefined
}

export interface ChooseChoice extends Node {
  readonly kind: 'choose'
  readonly ranking: Ranking
  readonly pool: Name
  readonly where: Expression | undefined
  readonly with: Name | undefined
  readonly else: Choice | undefined
}

export type Ranking =
  | (Node & { readonly kind: 'cheapest'; readonly by: 'list' | 'relative' | 'expected' | undefined })
  | (Node & { readonly kind: 'first' })
  | (Node & { readonly kind: 'weighted'; readonly per: 'session' | 'turn' | 'call' })
  | (Node & { readonly kind: 'highest' | 'lowest'; readonly value: Expression })

export interface UpgradeChoice extends Node {
  readonly kind: 'upgrade'
  readonly to: { readonly kind: 'model' | 'ladder'; readonly name: Name }
  readonly else: Choice | undefined
}

export interface DowngradeChoice extends Node {
  readonly kind: 'downgrade'
  readonly to: Name
  readonly else: Choice | undefined
}

export type Effect =
  | (Node & { readonly kind: 'remind' | 'alert'; readonly text: Text })
  | (Node & { readonly kind: 'set' | 'reset' | 'pin' | 'release'; readonly name: Name })
  | (Node & { readonly kind: 'add'; readonly count: Quantity; readonly name: Name })
  | (Node & { readonly kind: 'raise'; readonly name: Name; readonly value: Expression })

// ------------------------------------------------------------------ serving

export interface ServeDeclaration extends Node {
  /** `serve MODEL|POOL|any` or `profile NAME`. */
  readonly kind: 'serve' | 'profile'
  readonly name: Name
  readonly lines: readonly ServeLine[]
}

export type ServeLine =
  | (Node & { readonly kind: 'order'; readonly groups: readonly (readonly Name[])[] })
  | (Node & { readonly kind: 'order-by'; readonly by: Name })
  | (Node & { readonly kind: 'strategy'; readonly name: Name; readonly facts: readonly Fact[] | undefined })
  | (Node & {
      readonly kind: 'weights'
      readonly weights: readonly (Node & { readonly name: Name; readonly weight: Quantity })[]
    })
  | (Node & { readonly kind: 'prefer' | 'require'; readonly condition: Expression })
  | (Node & { readonly kind: 'service-tier'; readonly value: Name })
  | (Node & {
      readonly kind: 'sticky'
      readonly to: 'provider' | 'endpoint'
      readonly lifetime: Lifetime | undefined
    })
  | (Node & {
      readonly kind: 'retry'
      readonly times: Quantity
      readonly on: ListExpression | undefined
      readonly lines: readonly RetryProperty[]
    })
  | (Node & {
      readonly kind: 'timeout'
      readonly of: 'total' | 'first-token' | 'idle'
      readonly duration: Quantity
    })
  | (Node & { readonly kind: 'failover'; readonly on: ListExpression; readonly sticks: boolean })
  | (Node & {
      readonly kind: 'fallback'
      readonly on: ListExpression | undefined
      readonly to: readonly Name[]
      readonly sticks: boolean
    })
  | (Node & { readonly kind: 'max-fallbacks' | 'max-attempts'; readonly count: Quantity })
  | (Node & { readonly kind: 'error'; readonly which: 'first' | 'last' })
  | (Node & { readonly kind: 'cooldown' | 'breaker'; readonly lines: readonly GuardProperty[] })
  | (Node & {
      readonly kind: 'dedicated'
      readonly provider: Name
      readonly lines: readonly DedicatedProperty[]
    })
  | LimitLine

export type RetryProperty =
  | (Node & {
      readonly kind: 'backoff'
      readonly first: Quantity
      readonly factor: Quantity | undefined
      readonly upTo: Quantity | undefined
    })
  | (Node & { readonly kind: 'jitter'; readonly value: 'full' | Quantity })
  | (Node & { readonly kind: 'retry-after'; readonly upTo: Quantity })
  | (Node & { readonly kind: 'picks'; readonly value: 'same' | 'any' | 'other-key' })
  | (Node & { readonly kind: 'waits-after-last' })

export type GuardProperty =
  | (Node & {
      readonly kind: 'trip'
      readonly trigger: Trigger
      readonly on: ListExpression | undefined
      readonly unlessAlone: boolean
    })
  | (Node & { readonly kind: 'lasts'; readonly duration: Quantity })
  | (Node & { readonly kind: 'honours-retry-after' })
  | (Node & { readonly kind: 'scope'; readonly value: Name })
  | (Node & { readonly kind: 'window'; readonly value: 'fixed' | 'sliding' | 'calendar' })
  | (Node & { readonly kind: 'probes'; readonly count: Quantity })
  | (Node & { readonly kind: 'all-down'; readonly value: 'bypass' | 'fail' })

export type Trigger =
  | (Node & { readonly kind: 'at-once' })
  | (Node & { readonly kind: 'after'; readonly failures: Quantity; readonly in: Quantity })
  | (Node & {
      /** `above` is strict, `from` is not. */
      readonly kind: 'above' | 'from'
      readonly share: Quantity
      readonly atLeast: Quantity
      readonly in: Quantity
    })

export type DedicatedProperty =
  | (Node & { readonly kind: 'capacity'; readonly amount: Amount; readonly per: Quantity })
  | (Node & { readonly kind: 'cost'; readonly money: Quantity; readonly per: Name })
  | (Node & { readonly kind: 'overflow'; readonly value: 'shared' | 'fail' })

export interface LimitLine extends Node {
  readonly kind: 'limit'
  readonly count: Quantity
  readonly of: 'calls' | 'tokens' | 'input tokens' | 'output tokens'
  readonly per: Quantity
  readonly as: Name | undefined
}

export interface SwitchDeclaration extends Node {
  readonly kind: 'switch'
  readonly lines: readonly SwitchLine[]
}

export type SwitchLine =
  | (Node & {
      readonly kind: 'crossing'
      readonly which: 'same' | 'other'
      readonly of: 'provider' | 'family'
      /** `undefined` for `keep context`. */
      readonly compactTo: Quantity | undefined
    })
  | (Node & {
      readonly kind: 'session'
      readonly session: 'router' | 'concrete'
      readonly change: 'soft' | 'hard'
    })

export interface BudgetDeclaration extends Node {
  readonly kind: 'budget'
  readonly name: Name
  readonly lines: readonly BudgetLine[]
}

export type BudgetLine =
  | (Node & { readonly kind: 'limit'; readonly money: Quantity; readonly per: Name })
  | (Node & { readonly kind: 'scope'; readonly value: Name })
  /** `undefined` zone for `first-spend`. */
  | (Node & {
      readonly kind: 'window'
      readonly calendarIn: Text | undefined
      /** The day on which weeks begin. */
      readonly weeksFrom: Name | undefined
    })
  | (Node & { readonly kind: 'at'; readonly share: Quantity; readonly action: BudgetAction })

export type BudgetAction =
  | (Node & { readonly kind: 'alert' | 'stop'; readonly text: Text })
  | (Node & { readonly kind: 'deny-upgrades' })
  | (Node & { readonly kind: 'only'; readonly pool: Name })

// --------------------------------------------------------- claims and tests

export interface AssumeDeclaration extends Node {
  readonly kind: 'assume'
  readonly name: Name
  readonly assumption: Assumption
}

export type Assumption =
  | (Node & { readonly kind: 'reminder'; readonly within: Quantity; readonly of: 'turns' | 'calls' })
  | (Node & {
      readonly kind: 'verbosity' | 'steps'
      readonly from: Name
      readonly to: Name
      readonly factor: Quantity
      readonly range: { readonly from: Quantity; readonly to: Quantity } | undefined
    })
  | (Node & { readonly kind: 'compaction'; readonly keeps: Quantity })
  | (Node & { readonly kind: 'classifier'; readonly classifier: Name; readonly wrong: Quantity })
  | (Node & { readonly kind: 'success'; readonly worth: Quantity })

export interface InvariantDeclaration extends Node {
  readonly kind: 'invariant'
  readonly name: Name
  readonly when: Expression | undefined
  readonly mode: 'always' | 'never'
  readonly condition: Expression
}

export interface ExpectDeclaration extends Node {
  readonly kind: 'expect'
  readonly name: Name
  readonly condition: Expression
  /** Assumptions that the figures may rest on; empty where none is written. */
  readonly assuming: readonly Name[]
}

export interface TestDeclaration extends Node {
  readonly kind: 'test'
  readonly title: Text
  readonly steps: readonly Step[]
}

export type Step =
  | (Node & { readonly kind: 'given'; readonly facts: readonly Fact[] })
  | (Node & {
      readonly kind: 'user'
      readonly text: Text
      readonly with: readonly Fact[] | undefined
      readonly outcome: Outcome | undefined
    })
  | (Node & {
      readonly kind: 'call'
      readonly with: readonly Fact[] | undefined
      readonly outcome: Outcome | undefined
    })
  | (Node & { readonly kind: 'assistant' | 'thinking'; readonly text: Text })
  | (Node & {
      readonly kind: 'tool'
      readonly name: Text
      readonly arguments: readonly Fact[] | undefined
      readonly failed: boolean
      /** What it answered. */
      readonly result: Text | undefined
    })
  | (Node & { readonly kind: 'wait'; readonly duration: Quantity })
  | (Node & {
      readonly kind: 'fault'
      readonly host: Name
      /** A class such as `timeout`, or a status. */
      readonly class: Name | Quantity
      readonly model: Name | undefined
      readonly retryAfter: Quantity | undefined
      readonly lasts:
        | { readonly kind: 'duration'; readonly duration: Quantity }
        | { readonly kind: 'calls'; readonly count: Quantity }
    })
  | (Node & { readonly kind: 'repeat'; readonly times: Quantity; readonly steps: readonly Step[] })
  | (Node & { readonly kind: 'each'; readonly rows: readonly Row[] })
  | (Node & {
      readonly kind: 'recorded'
      readonly path: Text
      readonly session: Text
      readonly calls: { readonly from: Quantity; readonly to: Quantity } | undefined
      readonly outcome: Outcome | undefined
    })
  | (Node & { readonly kind: 'check'; readonly condition: Expression })

/** One way in which a test goes: a step, or several under a name. */
export type Row = Step | CaseRow

export interface CaseRow extends Node {
  readonly kind: 'case'
  readonly title: Text
  readonly steps: readonly Step[]
}

/** `-> M at P by R after [S, T] where G` */
export interface Outcome extends Node {
  readonly kind: 'outcome'
  readonly target: Name
  readonly at: Name | undefined
  /** The name `otherwise` for an unnamed default. */
  readonly by: Name | undefined
  readonly after: readonly Name[] | undefined
  readonly where: Expression | undefined
}

export interface Fact extends Node {
  readonly kind: 'fact'
  readonly path: Path
  readonly value: FactValue
}

export type FactValue =
  | Expression
  | (Node & { readonly kind: 'unknown' })
  | (Node & { readonly kind: 'facts'; readonly facts: readonly Fact[] })

// -------------------------------------------------------------- expressions

export type Expression =
  | LogicalExpression
  | NotExpression
  | ComparisonExpression
  | SumExpression
  | NegativeExpression
  | ShareOfExpression
  | CountExpression
  | SinceExpression
  | AlwaysExpression
  | ReferenceExpression
  | ListExpression
  | GroupExpression
  | Text
  | Amount
  | Quantity
  | Rate
  | Word

/** `and` or `or`, flat. `mixed` marks a chain that held both words: reported, kept for recovery. */
export interface LogicalExpression extends Node {
  readonly kind: 'logical'
  readonly operator: 'and' | 'or'
  readonly operands: readonly Expression[]
  readonly mixed: boolean
}

export interface NotExpression extends Node {
  readonly kind: 'not'
  readonly operand: Expression
}

export type ComparisonOperator =
  | '<'
  | '<='
  | '>'
  | '>='
  | 'is'
  | 'is not'
  | 'in'
  | 'not in'
  | 'has'
  | 'starts with'

export interface ComparisonExpression extends Node {
  readonly kind: 'comparison'
  readonly operator: ComparisonOperator
  readonly left: Expression
  readonly right: Expression
}

export interface SumExpression extends Node {
  readonly kind: 'sum'
  readonly first: Expression
  readonly rest: readonly { readonly operator: '+' | '-'; readonly operand: Expression }[]
}

export interface NegativeExpression extends Node {
  readonly kind: 'negative'
  readonly operand: Expression
}

/** `80% of x` */
export interface ShareOfExpression extends Node {
  readonly kind: 'share-of'
  readonly share: Quantity
  readonly operand: Expression
}

export interface CountExpression extends Node {
  readonly kind: 'count'
  readonly how: 'plain' | 'occurrences' | 'distinct' | 'messages-with' | 'uses'
  /** A phrase list, `failures`, `repeats`, `errors`; a tool name as text for `uses`. */
  readonly what: Name | Text
  readonly window: Window
}

export type Window = Node &
  (
    | {
        readonly kind: 'last'
        readonly count: Quantity
        readonly scope:
          | 'assistant messages'
          | 'user messages'
          | 'thinking messages'
          | 'messages'
          | 'tools'
          | 'calls'
          | 'turns'
      }
    | { readonly kind: 'this'; readonly scope: 'turn' | 'session' }
  )

export interface SinceExpression extends Node {
  readonly kind: 'since'
  readonly unit: 'turns' | 'calls' | 'time'
  readonly of:
    | { readonly kind: 'rule'; readonly name: Name }
    | { readonly kind: 'tool'; readonly name: Text }
    | { readonly kind: 'event'; readonly name: Name }
}

/** `always claude-opus-4-7`: the policy that only ever uses this one; only inside `expect`. */
export interface AlwaysExpression extends Node {
  readonly kind: 'always'
  readonly model: Name
}

/** A path, or a call when `arguments` is there. */
export interface ReferenceExpression extends Node {
  readonly kind: 'reference'
  readonly path: Path
  readonly arguments: readonly Expression[] | undefined
}

export interface ListExpression extends Node {
  readonly kind: 'list'
  readonly items: readonly Expression[]
}

/** Parentheses as written. */
export interface GroupExpression extends Node {
  readonly kind: 'group'
  readonly inner: Expression
}

/** `true`, `false`, `none`. */
export interface Word extends Node {
  readonly kind: 'word'
  readonly word: 'true' | 'false' | 'none'
}

/** One numeric token, with its text as written. */
export interface Quantity extends Node {
  readonly kind: 'quantity'
  readonly token:
    | 'integer'
    | 'decimal'
    | 'scaled'
    | 'percent'
    | 'factor'
    | 'money'
    | 'duration'
    | 'date'
    | 'clock'
  readonly raw: string
}

/** `16k tokens` */
export interface Amount extends Node {
  readonly kind: 'amount'
  readonly count: Quantity
  readonly unit: 'tokens' | 'chars' | 'bytes'
}

/** `$5 per 1M tokens`, `60 tokens per 1s` */
export interface Rate extends Node {
  readonly kind: 'rate'
  readonly measure: Quantity | Amount
  readonly per: Amount | Quantity
}

/** A number with an optional minus sign, where the grammar says `number`. */
export interface SignedNumber extends Node {
  readonly kind: 'signed'
  readonly negative: boolean
  readonly quantity: Quantity
}
