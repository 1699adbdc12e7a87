import type { PriceBucket } from '../../policy/core.ts'

/** Why a logged cost is not what its tokens come to. */
export type CauseId =
  /** More than ten times what the dearest token of the catalogue makes of it. */
  | 'impossible-bill'
  | 'no-usage'
  | 'no-price'
  | 'price-of-another-model'
  | 'stale-price'
  | 'future-price'
  | 'price-of-another-provider'
  /** The prices of a lower layer: a contract that was not applied. */
  | 'layer-not-applied'
  | 'service-tier'
  /** Another factor of where the request was served. */
  | 'region'
  /** Within one token of the size from which the other price holds. */
  | 'tier-boundary'
  | 'context-tier'
  /** Only what lies above the size was charged at its price. */
  | 'marginal-tier'
  /** One row of the card has another price. */
  | 'other-rate'
  /** Every row of the card by one factor. */
  | 'uniform-factor'
  /** Reasoning is left out of the cost. */
  | 'reasoning-outside-output'
  | 'reasoning-counted-twice'
  | 'cached-tokens-not-logged'
  | 'cached-tokens-counted-twice'
  | 'cache-reads-at-input-price'
  | 'cache-writes-not-logged'
  | 'cache-writes-at-input-price'
  | 'cache-write-lifetime'
  /** Audio, images and videos are charged as text. */
  | 'kinds-at-text-price'
  | 'searches-not-billed'
  /** The log holds fewer output tokens than were billed. */
  | 'partial-output'
  /** The bill holds fewer output tokens than the log. */
  | 'partial-output-billed'
  | 'unexplained'

/** One reason; a call may have two. */
export interface Part {
  readonly cause: CauseId
  /** Tells apart what one cause may be about: `other-rate cache-read 125000`. */
  readonly key: string
  /** In words, for a person; names of models in back-ticks. */
  readonly detail: string
  /** Where the bill implies a price of one row. */
  readonly rate?: {
    readonly bucket: PriceBucket
    readonly picoUsd: bigint
    readonly askedBy: readonly string[]
  }
  /** A model of nearly that name, which the logged spelling may mean. */
  readonly perhapsModel?: string
  /** The region where the factor holds. */
  readonly region?: string
  /** Where the bill implies a factor of every row. */
  readonly factor?: { readonly numerator: bigint; readonly denominator: bigint }
}

/** One way to come to the logged cost to the last digit. */
export interface Explanation {
  readonly parts: readonly Part[]
  /**
   * How much had to be assumed: 0 is another card as it stands, each further part one more, a
   * number that was solved for three. A higher one needs more calls that agree.
   */
  readonly assumed: number
  /** Calls that must agree before it is believed. */
  readonly needs: number
}
