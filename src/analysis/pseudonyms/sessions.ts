import type { EventRecord, SessionRecord } from '../../trace/record.ts'
import type { Rewriting } from './calls.ts'
import { pseudonymousFacts } from './facts.ts'
import { catalogueNames } from './naming.ts'
import { withoutAbsent } from './records.ts'

/** What wrote a log, where that is a public program. */
const knownFormats = new Set([
  'synthetic', 'claude-code', 'codex', 'mini-swe-agent', 'swe-agent', 'openhands', 'litellm', 'openrouter',
  'otel', 'opentelemetry', 'langfuse', 'helicone', 'portkey', 'gemini-cli', 'azure', 'mooncake', 'weka',
  'calls-csv', 'csv', 'parquet',
])

export function pseudonymousHeader(header: SessionRecord, rewriting: Rewriting): SessionRecord {
  const { naming, reads, vocabulary } = rewriting
  const { parent, account, source, policy, phraseLists, withheld } = header
  return withoutAbsent<SessionRecord>({
    ...pseudonymousFacts(header, reads, naming),
    record: 'session',
    schema: header.schema,
    session: naming.id('session', header.session),
    parent: parent === undefined ? undefined : naming.id('session', parent),
    sidechain: header.sidechain,
    kind: header.kind,
    account: account === undefined ? undefined : naming.id('account', account),
    source: source !== undefined && knownFormats.has(source.format) ? { format: source.format } : undefined,
    policy: policy === undefined ? undefined : recordedPolicy(policy, rewriting),
    phraseLists: phraseLists?.filter((digest) => vocabulary.phraseLists.has(digest)),
    withheld:
      withheld === undefined
        ? undefined
        : withoutAbsent<NonNullable<SessionRecord['withheld']>>({
            visible: withheld.visible,
            thinking: withheld.thinking,
          }),
    standsForSessions: header.standsForSessions,
  })
}

/** One of the named policies stays named; of another one only that it was another. */
function recordedPolicy(
  { name, digest }: NonNullable<SessionRecord['policy']>,
  { naming, vocabulary }: Rewriting,
): NonNullable<SessionRecord['policy']> {
  const known = vocabulary.policies.some((each) =>
    digest === undefined ? each.name === name : each.digest === digest,
  )
  if (known) return digest === undefined ? { name } : { name: naming.name('policy', name), digest }
  return { name: naming.name('other policy', name) }
}

export function pseudonymousEvent(event: EventRecord, rewriting: Rewriting): EventRecord {
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
