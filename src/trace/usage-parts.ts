import type { Usage } from './record.ts'

/** Counts that lie in another one: tokens that are not text, by the bucket that holds them too. */
export const usageParts = {
  uncachedInput: ['audioInput', 'imageInput', 'videoInput'],
  cacheRead: ['audioCacheRead', 'imageCacheRead'],
  output: ['audioOutput', 'imageOutput', 'videoOutput'],
} as const

export type Whole = keyof typeof usageParts

export const wholes: readonly Whole[] = ['uncachedInput', 'cacheRead', 'output']

/** What of a bucket is no text. */
export function partsIn(usage: Usage, whole: Whole): number {
  let sum = 0
  for (const part of usageParts[whole]) sum += usage[part] ?? 0
  return sum
}

export type UsagePart = (typeof usageParts)[Whole][number]

/**
 * The usage with as much of each part as its bucket still holds, for a bucket that a projection has
 * made smaller: what is left of it is taken to be of the same kinds, in the order of `usageParts`.
 */
export function withinWholes(usage: Usage): Usage {
  if (wholes.every((whole) => partsIn(usage, whole) <= usage[whole])) return usage
  const parts: { [part in UsagePart]?: number } = {}
  for (const whole of wholes) {
    let room = usage[whole]
    for (const part of usageParts[whole]) {
      const count = usage[part]
      if (count === undefined) continue
      parts[part] = Math.min(count, room)
      room -= Math.min(count, room)
    }
  }
  return { ...usage, ...parts }
}
