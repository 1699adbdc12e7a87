import type { EventRecord } from '../../trace/record.ts'
import type { Rewriting } from './calls.ts'
import { catalogueNames } from './naming.ts'
import { withoutAbsent } from './records.ts'

/**
 * Events of one moment are ordered by their text, which new names would turn around: what several
 * of them say of the organisation becomes one event, and of several changes of model the last stays.
 */
export function pseudonymousEvents(
  events: readonly EventRecord[],
  rewriting: Rewriting,
): readonly EventRecord[] {
  const moments = new Map<string, EventRecord[]>()
  for (const event of events) {
    const moment = `${event.beforeCall ?? 0} ${event.atMicros ?? -1}`
    moments.set(moment, [...(moments.get(moment) ?? []), event])
  }
  return [...moments.values()].flatMap(ofOneMoment).map((event) => pseudonymousEvent(event, rewriting))
}

function ofOneMoment(events: readonly EventRecord[]): readonly EventRecord[] {
  const organisation = events.filter((event) => event.event === 'organisation')
  const changes = events.filter((event) => event.event === 'model-change')
  const rest = events.filter(({ event }) => event !== 'organisation' && event !== 'model-change')
  const [first] = organisation
  return [
    ...(first === undefined
      ? []
      : [organisation.reduce((before, after) => ({ ...before, ...after }), first)]),
    ...changes.slice(-1),
    ...rest,
  ]
}

function pseudonymousEvent(event: EventRecord, rewriting: Rewriting): EventRecord {
  const { naming } = rewriting
  const place = (name: string): string => naming.name(catalogueNames, name)
  const where = withoutAbsent<Pick<EventRecord, 'record' | 'session' | 'beforeCall' | 'atMicros'>>({
    record: 'event',
    session: event.session === undefined ? undefined : naming.id('session', event.session),
    beforeCall: event.beforeCall,
    atMicros: event.atMicros === undefined ? undefined : naming.instant(event.atMicros),
  })
  switch (event.event) {
    case 'model-change':
      return { ...where, event: 'model-change', model: place(event.model), ...(event.by && { by: event.by }) }
    case 'organisation':
      return {
        ...where,
        event: 'organisation',
        ...(event.blocked && { blocked: event.blocked.map(place) }),
        ...(event.only !== undefined && { only: event.only === null ? null : event.only.map(place) }),
        ...(event.ignored && { ignored: event.ignored.map(place) }),
        ...(event.router && { router: event.router }),
      }
    case 'compaction':
      return {
        ...where,
        event: 'compaction',
        ...(event.tokensBefore !== undefined && { tokensBefore: event.tokensBefore }),
        ...(event.tokensAfter !== undefined && { tokensAfter: event.tokensAfter }),
        ...(event.trigger && { trigger: event.trigger }),
        billed: event.billed,
      }
    case 'outcome':
      return {
        ...where,
        event: 'outcome',
        success: event.success,
        ...(event.label !== undefined && { label: naming.name('outcome', event.label) }),
      }
    case 'fault':
      return {
        ...where,
        event: 'fault',
        provider: place(event.provider),
        errorClass: event.errorClass,
        ...(event.untilMicros !== undefined && { untilMicros: naming.instant(event.untilMicros) }),
      }
    case 'end':
      return {
        ...where,
        event: 'end',
        ...(event.reason !== undefined && { reason: naming.name('end', event.reason) }),
      }
  }
}
