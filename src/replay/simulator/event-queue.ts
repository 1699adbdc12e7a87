import { eventClasses } from './activity.ts'
import type { EventClass } from './activity.ts'

/** When something happens, and to whom: the one total order of a run. */
export interface EventKey {
  readonly atMicros: number
  readonly class: EventClass
  readonly entity: string
}

/** A priority queue of events: by time, then class, then entity, then the order of entry. */
export interface EventQueue<T> {
  add(key: EventKey, item: T): void
  next(): { readonly key: EventKey; readonly item: T } | undefined
}

interface Entry<T> {
  readonly key: EventKey
  readonly rank: number
  readonly sequence: number
  readonly item: T
}

const ranks: ReadonlyMap<EventClass, number> = new Map(eventClasses.map((each, rank) => [each, rank]))

export function eventQueue<T>(): EventQueue<T> {
  const heap: Entry<T>[] = []
  let sequence = 0
  const swapUp = (start: number): void => {
    for (let at = start; at > 0; ) {
      const parent = (at - 1) >> 1
      const [child, above] = [heap[at], heap[parent]]
      if (child === undefined || above === undefined || !isSooner(child, above)) return
      heap[at] = above
      heap[parent] = child
      at = parent
    }
  }
  const sinkDown = (): void => {
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2]
      let first = at
      for (const each of [left, right]) {
        const [child, best] = [heap[each], heap[first]]
        if (child !== undefined && best !== undefined && isSooner(child, best)) first = each
      }
      const [here, below] = [heap[at], heap[first]]
      if (first === at || here === undefined || below === undefined) return
      heap[at] = below
      heap[first] = here
      at = first
    }
  }
  return {
    add: (key, item) => {
      heap.push({ key, rank: ranks.get(key.class) ?? eventClasses.length, sequence, item })
      sequence += 1
      swapUp(heap.length - 1)
    },
    next: () => {
      const first = heap[0]
      const last = heap.pop()
      if (first === undefined || last === undefined) return undefined
      if (heap.length > 0) {
        heap[0] = last
        sinkDown()
      }
      return { key: first.key, item: first.item }
    },
  }
}

function isSooner<T>(left: Entry<T>, right: Entry<T>): boolean {
  if (left.key.atMicros !== right.key.atMicros) return left.key.atMicros < right.key.atMicros
  if (left.rank !== right.rank) return left.rank < right.rank
  if (left.key.entity !== right.key.entity) return left.key.entity < right.key.entity
  return left.sequence < right.sequence
}
