import type { CallRecord, SessionRecord, Usage } from '../../src/trace/record.ts'
import type { RecordedSession } from '../../src/trace/session.ts'

const second = 1_000_000
const usage: Usage = { uncachedInput: 1000, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 100, outputQuality: 'exact' }

export interface Turn extends Partial<Omit<CallRecord, 'record' | 'session' | 'call'>> {
  /** Length of the message that begins it. */
  readonly chars?: number
  /** `small south`; by default that. */
  readonly at?: string
}

/** A session of a turn a call, all of them served. */
export function turns(key: string, calls: readonly Turn[], header: Partial<SessionRecord> = {}): RecordedSession {
  return {
    session: key,
    header: { record: 'session', schema: 1, session: key, ...header },
    calls: calls.map(({ chars = 5, at = 'small south', ...rest }, index): CallRecord => {
      const [model = '', provider = ''] = at.split(' ')
      const start = 1_780_000_000 * second + index * 60 * second
      return {
        record: 'call',
        session: key,
        call: index + 1,
        startMicros: start,
        endMicros: start + second,
        prompt: { user: { chars }, tokens: 1000, newImages: 0, contextImages: 0 },
        end: 'served',
        served: { model, provider },
        attempts: [{ model, provider, startMicros: start, endMicros: start + second }],
        usage,
        reply: { text: null, thinking: null, tools: [] },
        ...rest,
      }
    }),
    events: [],
  }
}
