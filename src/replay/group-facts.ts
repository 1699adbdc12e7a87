import type { Facts, FactValue, CallRecord } from '../trace/record.ts'
import type { RecordedSession } from '../trace/session.ts'
import { dateOf } from './day.ts'
import { datedMicros } from '../trace/dated.ts'

const signalOf = { team: 'team', repo: 'repo.name', user: 'user' } as const

export type FactField = keyof typeof signalOf

export type GroupFacts = { readonly [field: string]: string | undefined }

/** `team`, `repo`, `user` as the header says, and the day of the first call. */
export function sessionFacts({ header, calls }: RecordedSession): GroupFacts {
  const start = calls.map(datedMicros).find((micros) => micros !== undefined)
  return { ...factsOf(header), day: start === undefined ? undefined : dateOf(start) }
}

/** What one call's own prompt says of them; from then on it holds. */
export function callFacts(call: CallRecord): GroupFacts {
  const facts = Object.entries(factsOf(call.prompt)).filter(([, value]) => value !== undefined)
  return Object.fromEntries(facts)
}

function factsOf(facts: Facts | undefined): GroupFacts {
  const read = (field: FactField): string | undefined => {
    const signals = facts?.signals
    const name = signalOf[field]
    return signals !== undefined && Object.hasOwn(signals, name) ? textOf(signals[name]) : undefined
  }
  return { team: read('team'), repo: read('repo'), user: read('user') }
}

function textOf(value: FactValue | undefined): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}
