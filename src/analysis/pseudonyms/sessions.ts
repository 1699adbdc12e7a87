import type { SessionRecord } from '../../trace/record.ts'
import type { Rewriting } from './calls.ts'
import { pseudonymousFacts } from './facts.ts'
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
  { name, digest, seed }: NonNullable<SessionRecord['policy']>,
  { naming, vocabulary }: Rewriting,
): NonNullable<SessionRecord['policy']> {
  const known = vocabulary.policies.some((each) =>
    digest === undefined ? each.name === name : each.digest === digest,
  )
  // The draws of a policy that is kept stay what they were.
  const drawn = seed === undefined ? {} : { seed }
  if (known) return digest === undefined ? { name, ...drawn } : { name: naming.name('policy', name), digest, ...drawn }
  return { name: naming.name('other policy', name) }
}
