import { InvalidArgumentError } from 'commander'
import { suggest } from '../language/suggest.ts'
import type { Policy } from '../policy/core.ts'
import { callFacts, sessionFacts, type GroupFacts } from '../replay/group-facts.ts'
import { dateOf } from '../replay/day.ts'
import { recordedPlace } from '../replay/recorded-place.ts'
import type { ReplayOptions } from '../replay/replay.ts'
import { unknownGroup } from '../replay/session-totals.ts'
import type { CallRecord } from '../trace/record.ts'
import type { RecordedSession } from '../trace/session.ts'
import { datedMicros } from '../trace/dated.ts'
import { instantExample, microsOfInstantText } from '../trace/instant-text.ts'

const fields = ['session', 'model', 'provider', 'team', 'repo', 'user', 'day'] as const

type Field = (typeof fields)[number]

export interface Condition {
  readonly field: Field
  readonly value: string
}

export interface SelectionOptions {
  /** Microseconds since the Unix epoch. */
  readonly since?: number
  readonly until?: number
  readonly where?: readonly Condition[]
}

/** `FIELD=VALUE` of `--where`. */
export function condition(text: string, before: readonly Condition[] = []): readonly Condition[] {
  const at = text.indexOf('=')
  const name = at < 0 ? text : text.slice(0, at)
  const field = fields.find((each) => each === name)
  if (at < 0 || field === undefined) {
    const meant = suggest(name, fields)
    throw new InvalidArgumentError(
      `got \`${text}\`, expected FIELD=VALUE with one of ${fields.join(', ')}${meant === undefined || at < 0 ? '' : `; did you mean \`${meant}\`?`}`,
    )
  }
  return [...before, { field, value: text.slice(at + 1) }]
}

/** A day (from its beginning, UTC) or an instant with its zone, in microseconds. */
export function instant(text: string): number {
  const micros = microsOfInstantText(text)
  if (micros === undefined) throw new InvalidArgumentError(`got \`${text}\`, expected ${instantExample}`)
  return micros
}

/** Which calls count; `undefined`: all. Values of one field are alternatives, fields restrict each other. */
export function selection(policy: Policy, options: SelectionOptions): ReplayOptions['select'] {
  const { since, until, where = [] } = options
  if (since === undefined && until === undefined && where.length === 0) return undefined
  const wanted = new Map<Field, Set<string>>()
  for (const { field, value } of where) wanted.set(field, new Set([...(wanted.get(field) ?? []), value]))
  const read = factReader(policy)
  return {
    text: JSON.stringify({
      since,
      until,
      where: [...wanted].map(([field, values]) => [field, [...values].toSorted()]).toSorted(byName),
    }),
    selects: (call, session) => {
      const startMicros = datedMicros(call)
      if (since !== undefined && (startMicros === undefined || startMicros < since)) return false
      if (until !== undefined && (startMicros === undefined || startMicros >= until)) return false
      return [...wanted].every(([field, values]) => {
        return values.has(read(field, call, session) ?? unknownGroup)
      })
    },
  }
}

function byName([a]: readonly unknown[], [b]: readonly unknown[]): number {
  return String(a) < String(b) ? -1 : 1
}

/** The same reading of a field as in groups, so that a group can be selected by its key. */
function factReader(policy: Policy): (field: Field, call: CallRecord, session: RecordedSession) => string | undefined {
  const known = new WeakMap<RecordedSession, ReadonlyMap<number, GroupFacts>>()
  return (field, call, session) => {
    switch (field) {
      case 'session':
        return session.session
      case 'model':
        return recordedPlace(policy, call)?.model
      case 'provider':
        return recordedPlace(policy, call)?.provider
      case 'day':
        return day(datedMicros(call))
      default: {
        const facts = known.get(session) ?? factsOf(session)
        known.set(session, facts)
        return facts.get(call.call)?.[field]
      }
    }
  }
}

/** What a call says of itself holds from then on. */
function factsOf(session: RecordedSession): ReadonlyMap<number, GroupFacts> {
  let facts = sessionFacts(session)
  return new Map(
    session.calls.map((call) => {
      facts = { ...facts, ...callFacts(call) }
      return [call.call, facts]
    }),
  )
}

function day(micros: number | undefined): string | undefined {
  return micros === undefined ? undefined : dateOf(micros)
}
