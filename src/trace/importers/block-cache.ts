import { asCount, asList } from './json.ts'

/** Block ids: equal ids stand for equal text with equal text before it. Undefined: no such list. */
export function blocksOf(value: unknown): readonly number[] | undefined {
  const list = asList(value)
  if (list === undefined) return undefined
  const blocks = list.map(asCount)
  return blocks.every((block) => block !== undefined) ? (blocks as number[]) : undefined
}

/**
 * What a cache without bounds would have read: the leading blocks that stood in an earlier prompt,
 * in tokens. Each prompt is in the cache after it. The last block of a prompt may be partial, so what
 * is read is never more than the prompt.
 */
export type BlockCache = (blocks: readonly number[], promptTokens: number) => number

export function blockCache(blockTokens: number): BlockCache {
  const seen = new Set<number>()
  return (blocks, promptTokens) => {
    const fresh = blocks.findIndex((block) => !seen.has(block))
    const shared = fresh === -1 ? blocks.length : fresh
    for (const block of blocks) seen.add(block)
    return Math.min(shared * blockTokens, promptTokens)
  }
}
