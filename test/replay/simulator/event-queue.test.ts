import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventClasses } from '../../../src/replay/simulator/activity.ts'
import { eventQueue } from '../../../src/replay/simulator/event-queue.ts'

describe('the queue of events', () => {
  it('hands out by time, then class, then entity, then as they came', () => {
    const key = fc.record({
      atMicros: fc.nat({ max: 3 }),
      class: fc.constantFrom(...eventClasses),
      entity: fc.constantFrom('a', 'b', '__proto__'),
    })
    fc.assert(
      fc.property(fc.array(key, { maxLength: 60 }), (keys) => {
        const queue = eventQueue<number>()
        keys.forEach((each, at) => queue.add(each, at))
        const out: number[] = []
        for (let next = queue.next(); next !== undefined; next = queue.next()) out.push(next.item)
        const rank = (at: number): readonly (number | string)[] => {
          const { atMicros = 0, class: what = 'timer', entity = '' } = keys[at] ?? {}
          return [atMicros, eventClasses.indexOf(what), entity, at]
        }
        const sorted = keys.map((_, at) => at).toSorted((a, b) => {
          const [left, right] = [rank(a), rank(b)]
          const differs = left.findIndex((each, index) => each !== right[index])
          return differs < 0 ? 0 : (left[differs] ?? 0) < (right[differs] ?? 0) ? -1 : 1
        })
        expect(out).toEqual(sorted)
        expect(queue.next()).toBeUndefined()
      }),
    )
  })

  it('takes events while it hands them out', () => {
    const queue = eventQueue<string>()
    const add = (atMicros: number, item: string): void => queue.add({ atMicros, class: 'timer', entity: item }, item)
    add(5, 'late')
    add(1, 'soon')
    expect(queue.next()?.item).toBe('soon')
    add(3, 'between')
    expect([queue.next()?.item, queue.next()?.item, queue.next()]).toEqual(['between', 'late', undefined])
  })
})
