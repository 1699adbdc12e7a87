import type { PriceBucket } from '../../policy/core.ts'
import type { Part } from './cause.ts'
import { at, promptOf, withBucket, type Vector } from './vector.ts'

/** The tokens as they may have been counted for the bill; `part` undefined: as logged. */
export interface TokenVariant {
  readonly part: Part | undefined
  readonly tokens: Vector
}

/** Other ways to count the same tokens, none of which has a free number. */
export function tokenVariants(tokens: Vector): readonly TokenVariant[] {
  const reasoning = at(tokens, 'reasoning')
  const read = at(tokens, 'cache-read')
  const input = at(tokens, 'input')
  const short = at(tokens, 'cache-write-5min')
  const long = at(tokens, 'cache-write-1h')
  const written = short + long + at(tokens, 'cache-write')
  const found: TokenVariant[] = [{ part: undefined, tokens }]
  const add = (part: Part, changed: Vector): void => void found.push({ part, tokens: changed })
  if (reasoning > 0n) {
    add(
      part(
        'reasoning-outside-output',
        'the cost leaves reasoning out: its output is the visible one alone',
      ),
      withBucket(tokens, 'reasoning', 0n),
    )
    add(
      part(
        'reasoning-counted-twice',
        'the cost counts reasoning twice: in the output and beside it',
      ),
      withBucket(tokens, 'reasoning', 2n * reasoning),
    )
  }
  if (read > 0n) {
    add(
      part('cache-reads-at-input-price', 'the cost charges cache reads as fresh input'),
      withBucket(withBucket(tokens, 'input', input + read), 'cache-read', 0n),
    )
    if (input >= read) {
      add(
        part(
          'cached-tokens-counted-twice',
          'the log counts cached tokens twice: in the input and beside it',
        ),
        withBucket(tokens, 'input', input - read),
      )
    }
    add(
      part(
        'cached-tokens-counted-twice',
        'the cost counts cached tokens twice: in the input and beside it',
      ),
      withBucket(tokens, 'input', input + read),
    )
  }
  if (written > 0n) {
    add(part('cache-writes-at-input-price', 'the cost charges cache writes as plain input'), [
      input + written,
      read,
      0n,
      0n,
      0n,
      ...tokens.slice(5),
    ])
  }
  if (short > 0n) {
    add(
      part('cache-write-lifetime', 'the cost charges 5-minute cache writes as 1-hour ones'),
      withBucket(withBucket(tokens, 'cache-write-5min', 0n), 'cache-write-1h', long + short),
    )
  }
  if (long > 0n) {
    add(
      part('cache-write-lifetime', 'the cost charges 1-hour cache writes as 5-minute ones'),
      withBucket(withBucket(tokens, 'cache-write-1h', 0n), 'cache-write-5min', long + short),
    )
  }
  const asText = textOnly(tokens)
  if (asText !== undefined) {
    add(part('kinds-at-text-price', 'the cost charges tokens of audio, images or videos as text'), asText)
  }
  if (at(tokens, 'web-search') > 0n) {
    add(
      part('searches-not-billed', 'the cost leaves out the searches of the provider'),
      withBucket(tokens, 'web-search', 0n),
    )
  }
  return found.filter(({ tokens: changed }) => promptOf(changed) >= 0n)
}

const texts: readonly (readonly [of: PriceBucket, kinds: readonly PriceBucket[]])[] = [
  ['input', ['audio-input', 'image-input', 'video-input']],
  ['cache-read', ['audio-cache-read', 'image-cache-read']],
  ['output', ['audio-output', 'image-output', 'video-output']],
]

/** `undefined`: all of it is text. */
function textOnly(tokens: Vector): Vector | undefined {
  let changed = tokens
  for (const [text, kinds] of texts) {
    for (const kind of kinds) {
      const count = at(tokens, kind)
      if (count > 0n) changed = withBucket(withBucket(changed, text, at(changed, text) + count), kind, 0n)
    }
  }
  return changed === tokens ? undefined : changed
}

function part(cause: Part['cause'], detail: string): Part {
  return { cause, key: `${cause}: ${detail}`, detail }
}
