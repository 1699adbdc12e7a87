import fc from 'fast-check'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createPseudonyms } from '../../../src/analysis/pseudonyms/pseudonymise.ts'
import type { PseudonymRefusal, Pseudonyms } from '../../../src/analysis/pseudonyms/pseudonymise.ts'
import { fileSourceReader } from '../../../src/node/read-sources.ts'
import type { Policy } from '../../../src/policy/core.ts'
import type { Evaluator } from '../../../src/policy/decision.ts'
import { compilePolicy } from '../../../src/policy/engine/compile-policy.ts'
import { loadPolicy, loadPolicyText } from '../../../src/policy/load.ts'
import { replaySession } from '../../../src/replay/session-replay.ts'
import { loadTrace } from '../../../src/trace/read.ts'
import { sessionsOf } from '../../../src/trace/merge.ts'
import type { CallRecord, EventRecord, SessionRecord, TraceRecord } from '../../../src/trace/record.ts'
import type { RecordedSession } from '../../../src/trace/session.ts'
import { checkRecord } from '../../../src/trace/validate.ts'
import { strangerModel } from '../../support/arbitrary-catalogue.ts'
import { madeUpLogs, recordedSessions } from '../../support/arbitrary-recorded.ts'
import { wholeCall, wholeEvents, wholeSession } from '../../support/example-records.ts'
import { small } from '../../support/policy-of.ts'
import { loadablePolicyText } from '../../support/replaying.ts'

const key = Uint8Array.from({ length: 32 }, (_, at) => (at * 37 + 11) % 256)

interface Made {
  readonly names: Pseudonyms
  readonly records: readonly TraceRecord[]
  /** In the order of the sessions that went in. */
  readonly sessions: readonly RecordedSession[]
}

function made(
  policies: readonly Policy[],
  sessions: readonly RecordedSession[],
  options: { readonly keepDrawnIds?: boolean; readonly key?: Uint8Array } = {},
): Made | PseudonymRefusal {
  const shared = (sessions[0]?.events ?? []).filter((event) => event.session === undefined)
  const survey = createPseudonyms({ policies, key: options.key ?? key, keepDrawnIds: options.keepDrawnIds ?? false })
  survey.surveyShared(shared)
  for (const session of sessions) survey.survey(session)
  const names = survey.finish()
  if (names.kind === 'refused') return names
  const events = names.sharedEvents(shared)
  const own = sessions.map((session) => names.session(session))
  const records = [...events, ...own.flat()]
  return { names, records, sessions: own.flatMap((each) => sessionsOf([...events, ...each])) }
}

function pseudonymised(...parameters: Parameters<typeof made>): Made {
  const result = made(...parameters)
  if ('kind' in result) throw new Error(result.reasons.join('; '))
  return result
}

function refusal(...parameters: Parameters<typeof made>): PseudonymRefusal {
  const result = made(...parameters)
  if (!('kind' in result)) throw new Error('it was not refused')
  return result
}

/** Everything that a policy decided of a session; `called` is what the made-up stranger is called. */
function decisions(evaluator: Evaluator, session: RecordedSession, called: string = strangerModel): string {
  const { calls, divergence } = replaySession(session, { evaluator, mode: 'frozen', seed: 'any' })
  const decided = calls.map(({ decision, end, served, attempts }) => ({
    decision,
    end,
    served,
    attempts: attempts.map(({ model, provider, errorClass, status }) => ({ model, provider, errorClass, status })),
  }))
  const text = JSON.stringify({ decided, at: divergence?.call, why: divergence?.kind }, (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value,
  )
  return text.replaceAll(strangerModel, called)
}

function expectSameDecisions(policy: Policy, before: readonly RecordedSession[], after: Made): void {
  const called = after.names.catalogueName(strangerModel)
  const evaluator = compilePolicy(policy)
  expect(after.sessions).toHaveLength(before.length)
  expect(after.sessions.map((session) => decisions(evaluator, session))).toEqual(
    before.map((session) => decisions(evaluator, session, called)),
  )
}

describe('decisions under pseudonyms', () => {
  it('stay the same for made-up policies and sessions', { timeout: 60_000 }, () => {
    let hashed = 0
    let shifted = 0
    fc.assert(
      fc.property(loadablePolicyText, madeUpLogs, (text, logs) => {
        const { policy } = loadPolicyText('made-up.route', text)
        if (policy === undefined) throw new Error('it loaded before')
        const sessions = recordedSessions(logs, policy)
        const after = pseudonymised([policy], sessions, { keepDrawnIds: true })
        if (after.names.keptIds.length === 0) hashed += 1
        if (after.names.shift.kind === 'shifted') shifted += 1
        expectSameDecisions(policy, sessions, after)
      }),
      { numRuns: 80 },
    )
    expect(hashed).toBeGreaterThan(0)
    expect(shifted).toBeGreaterThan(0)
  })

  const policiesDirectory = fileURLToPath(new URL('../../../policies', import.meta.url))
  const tracesDirectory = fileURLToPath(new URL('../../../traces', import.meta.url))
  const shippedPolicies = ['factory-router', 'claude-code', 'fixed-split']
  const shippedTraces = ['factory-session.jsonl', 'synthetic.jsonl', 'mini-swe-agent.jsonl.gz', 'claude-code-calls.jsonl.gz']

  function shipped(name: string): Policy {
    const { policy } = loadPolicy(`${policiesDirectory}/${name}.route`, fileSourceReader({ root: policiesDirectory }))
    if (policy === undefined) throw new Error(`${name} does not load`)
    return policy
  }

  it.each(shippedTraces)('stay the same for the shipped policies on %s', { timeout: 60_000 }, async (name) => {
    const { loaded } = await loadTrace([`${tracesDirectory}/${name}`])
    for (const policyName of shippedPolicies) {
      const policy = shipped(policyName)
      const after = pseudonymised([policy], loaded, { keepDrawnIds: true })
      expectSameDecisions(policy, loaded, after)
      // A jittered pause meets the outages of the synthetic trace.
      const isDrawn = policyName === 'fixed-split' || name === 'synthetic.jsonl'
      expect(after.names.keptIds.length > 0).toBe(isDrawn)
    }
  })

  it('stay the same for two policies at once', async () => {
    const { loaded } = await loadTrace([`${tracesDirectory}/factory-session.jsonl`])
    const policies = [shipped('factory-router'), shipped('claude-code')]
    const after = pseudonymised(policies, loaded)
    for (const policy of policies) expectSameDecisions(policy, loaded, after)
  })
})

// ---------------------------------------------------------------- what is left

/** The schema's own words stay as they are. */
const schemaFields = new Set([
  'record', 'event', 'kind', 'by', 'trigger', 'router', 'timeQuality', 'end', 'status', 'outputQuality', 'errorClass', 'picoUsd',
  'chargedPicoUsd',
])
const namedByUsers = new Set(['signals', 'header', 'param', 'metadata', 'classifiers', 'scoresMillionths'])

/** Every text and every name of a record with a mark in it, and fields that nobody knows. */
function marked(value: unknown, field = '', inside = ''): unknown {
  const isSchemas = schemaFields.has(field) || (field === 'source' && inside === 'cost')
  if (typeof value === 'string') return isSchemas ? value : `secret-${value}`
  if (Array.isArray(value)) return value.map((item) => marked(item, field, inside))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  if (namedByUsers.has(field)) return Object.fromEntries(entries.map(([name, item]) => [`secret-${name}`, marked(item)]))
  const known = entries.map(([name, item]) => [name, field === 'hits' ? item : marked(item, name, field)])
  return Object.fromEntries([...known, ...(field === 'hits' ? [] : [['secretField', 'secret']])])
}

describe('what a pseudonymised trace holds', () => {
  it('is nothing of a text that could name someone, nor of a field that nobody knows', () => {
    const records = [wholeSession, wholeCall, ...wholeEvents].map((record) => marked(record) as TraceRecord)
    const sessions = sessionsOf(records)
    expect(JSON.stringify(sessions)).toMatch(/secret/)
    const after = pseudonymised([small('on start { otherwise use mid }')], sessions)
    expect(after.records).toHaveLength(records.length)
    expect(JSON.stringify(after.records)).not.toMatch(/secret/)
    for (const record of after.records) expect(checkRecord(record, () => {}).ok).toBe(true)
  })

  it('has none of the ids and names of the shipped synthetic trace', async () => {
    const path = fileURLToPath(new URL('../../../traces/synthetic.jsonl', import.meta.url))
    const { loaded } = await loadTrace([path])
    const after = pseudonymised([small('on start { otherwise use mid }')], loaded)
    const output = new Set(JSON.stringify(after.records).match(/"(?:[^"\\]|\\.)*"/g))
    const names = new Set<string>()
    for (const { session, header, calls } of loaded) {
      names.add(session)
      for (const value of Object.values(header?.signals ?? {})) {
        // Also where a cost came from, in the schema's own words.
        if (typeof value === 'string' && value !== 'gateway') names.add(value)
      }
      for (const call of calls) {
        if (call.id !== undefined) names.add(call.id)
        for (const tool of call.reply?.tools ?? []) names.add(tool.name).add(tool.signature ?? session)
      }
    }
    expect(names.size).toBeGreaterThan(1_000)
    expect([...names].filter((name) => output.has(JSON.stringify(name)))).toEqual([])
  })

  it('is another one under another key, and the same one under the same', () => {
    const sessions = sessionsOf([wholeSession, wholeCall])
    const policy = small('on start { otherwise use mid }')
    const text = (with_: Uint8Array): string => JSON.stringify(pseudonymised([policy], sessions, { key: with_ }).records)
    expect(text(key)).toBe(text(key))
    expect(text(key.map((byte) => byte ^ 1))).not.toBe(text(key))
  })

  it('keeps who started whom, and equal things equal', () => {
    const child: SessionRecord = { record: 'session', schema: 1, session: 'child', parent: 's', sidechain: true }
    const sessions = sessionsOf([wholeSession, wholeCall, child])
    const { records } = pseudonymised([small('on start { otherwise use mid }')], sessions)
    const headers = records.filter((record) => record.record === 'session')
    const started = headers.find(({ session }) => headers.some(({ parent }) => parent === session))
    expect(started).toBeDefined()
    expect(headers.find(({ parent }) => parent === started?.session)?.sidechain).toBe(true)
  })
})

// --------------------------------------------------------- what a policy reads

type Signals = NonNullable<SessionRecord['signals']>

function sessionWithRecords(signals: Signals, more: Partial<SessionRecord> = {}, call: Partial<CallRecord> = {}): readonly TraceRecord[] {
  return [
    { record: 'session', schema: 1, session: 's', signals, ...more },
    { record: 'call', session: 's', call: 1, prompt: {}, end: 'served', ...call },
  ]
}

function sessionWith(...parameters: Parameters<typeof sessionWithRecords>): RecordedSession {
  const [session] = sessionsOf(sessionWithRecords(...parameters))
  if (session === undefined) throw new Error('one session')
  return session
}

function headerOf({ sessions }: Made, at = 0): SessionRecord | undefined {
  return sessions[at]?.header
}

describe('a fact that a policy reads', () => {
  it('keeps the literal that it is compared with, and nothing else', () => {
    const policy = small('on start {\n  rule pay: when team is "payments" then use big\n  otherwise use mid\n}')
    const made = pseudonymised([policy], [sessionWith({ team: 'payments', 'repo.name': 'payments' }), sessionWith({ team: 'search' })])
    expect(headerOf(made)?.signals).toEqual({ team: 'payments', 'repo.name': 'repo-name-1' })
    expect(headerOf(made, 1)?.signals).toEqual({ team: 'team-1' })
  })

  it('keeps a prefix that a rule tests, and no longer one', () => {
    const policy = small(
      'on start {\n  rule a: when path starts with "src/" then use big\n  rule b: when path starts with "src/path" then use small\n  otherwise use mid\n}',
    )
    const paths = ['src/secret.ts', 'src/pathological.ts', 'lib/a.ts', 'src/', 'path-1']
    const made = pseudonymised([policy], paths.map((path) => sessionWith({ path })))
    const kept = paths.map((_, at) => String(headerOf(made, at)?.signals?.['path']))
    expect(kept.map((path) => [path.startsWith('src/'), path.startsWith('src/path')])).toEqual([
      [true, false], [true, true], [false, false], [true, false], [false, false],
    ])
    expect(kept.join(' ')).not.toMatch(/secret|ological|lib/)
    expect(kept).not.toContain('path-1')
  })

  it('never takes a nickname that a rule compares with', () => {
    const policy = small('on start {\n  rule a: when team in ["team-1", "team-2"] then use big\n  otherwise use mid\n}')
    const made = pseudonymised([policy], [sessionWith({ team: 'x' }), sessionWith({ team: 'y' })])
    expect([headerOf(made)?.signals?.['team'], headerOf(made, 1)?.signals?.['team']].toSorted()).toEqual(['team-3', 'team-4'])
  })

  it('may be a key of a map: that key stays, the others go, the map stays known', () => {
    const policy = small('on start {\n  rule a: when header("x-tier") is "gold" then use big\n  otherwise use mid\n}')
    const made = pseudonymised(
      [policy],
      [sessionWith({}, { header: { 'x-tier': 'gold', authorization: 'k' }, metadata: { org: 'acme' } }), sessionWith({}, { header: { cookie: 'c' } })],
    )
    expect(headerOf(made)?.header).toEqual({ 'x-tier': 'gold' })
    expect(headerOf(made)?.metadata).toBeUndefined()
    expect(headerOf(made, 1)?.header).toEqual({})
  })

  it('may be a message: its answers to the rules stay, its words go', () => {
    const policy = small('on start {\n  rule a: when message.text starts with "/plan" then use big\n  otherwise use mid\n}')
    const user = { chars: 30, text: '/plan the merger with Acme' }
    const { sessions } = pseudonymised([policy], [sessionWith({}, {}, { prompt: { user } })])
    const text = sessions[0]?.calls[0]?.prompt.user?.text
    expect(text?.startsWith('/plan')).toBe(true)
    expect(text).not.toMatch(/merger|Acme/)
  })

  it('may be a number: told apart where it is only compared, kept where it is calculated with', () => {
    const equal = small('on start {\n  rule a: when param("n") is 7 then use big\n  otherwise use mid\n}')
    const compared = pseudonymised([equal], [7, 1234, 5678, 1234].map((n) => sessionWith({}, { param: { n } })))
    const [seven, ...others] = [0, 1, 2, 3].map((at) => headerOf(compared, at)?.param?.['n'])
    expect(seven).toBe(7)
    expect([...new Set(others)].toSorted()).toEqual([1, 2])
    expect(others[0]).toBe(others[2])
    const order = small('on start {\n  rule a: when repo.files > 1000 then use big\n  otherwise use mid\n}')
    expect(headerOf(pseudonymised([order], [sessionWith({ 'repo.files': 1234 })]))?.signals).toEqual({ 'repo.files': 1234 })
  })

  it('stays equal to another fact that it is compared with', () => {
    const policy = small('on start {\n  rule own: when team is repo.name then use big\n  otherwise use mid\n}')
    const made = pseudonymised([policy], [sessionWith({ team: 'acme', 'repo.name': 'acme' }), sessionWith({ team: 'acme', 'repo.name': 'other' })])
    const [same, different] = [headerOf(made)?.signals, headerOf(made, 1)?.signals]
    expect(same?.['team']).toBe(same?.['repo.name'])
    expect(different?.['team']).not.toBe(different?.['repo.name'])
    expect(JSON.stringify(made.records)).not.toMatch(/acme/)
  })

  it('is respected through a signal, prefixes included', () => {
    const policy = small('signal where-to = path\non start {\n  rule a: when where-to starts with "src/" then use big\n  otherwise use mid\n}')
    const sessions = ['src/secret.ts', 'lib/secret.ts'].map((path) => sessionWith({ path }))
    const made = pseudonymised([policy], sessions)
    expectSameDecisions(policy, sessions, made)
    expect(String(headerOf(made)?.signals?.['path'])).toMatch(/^src\//)
    expect(JSON.stringify(made.records)).not.toMatch(/secret/)
  })

  it('named `__proto__` is a fact like any other', () => {
    const signals = JSON.parse('{"__proto__":"secret","team":"__proto__"}') as Record<string, string>
    const { records } = pseudonymised([small('on start { otherwise use mid }')], [sessionWith(signals)])
    expect(JSON.stringify(records)).not.toMatch(/secret|__proto__/)
  })
})

describe('events of one moment', () => {
  const at = { record: 'event', session: 's', beforeCall: 1, event: 'model-change' } as const

  it('take effect in the order that they had under their old names', () => {
    const policy = small('on start {\n  rule asked: when requested is mid then use mid\n  otherwise use big\n}')
    for (const other of ['aaa', 'zzz']) {
      const events: EventRecord[] = [{ ...at, model: other }, { ...at, model: 'mid' }]
      const sessions = sessionsOf([...sessionWithRecords({}), ...events])
      const after = pseudonymised([policy], sessions)
      expectSameDecisions(policy, sessions, after)
      expect(decisions(compilePolicy(policy), sessions[0] ?? sessionWith({}))).toContain(other === 'aaa' ? '"rule":"asked"' : '"rule":"otherwise"')
    }
  })

  it('say of the organisation what the last of them said of each list', () => {
    const organisation = { record: 'event', session: 's', beforeCall: 1, event: 'organisation' } as const
    const policy = small('deny blocked: models where it in org.blocked\non start { otherwise use mid else use big else use small else stop "none" }')
    const events: EventRecord[] = [
      { ...organisation, blocked: ['mid', 'x'], router: 'allowed' },
      { ...organisation, blocked: ['big'] },
    ]
    const sessions = sessionsOf([...sessionWithRecords({}), ...events])
    expectSameDecisions(policy, sessions, pseudonymised([policy], sessions))
  })
})

describe('hosts in the order of the request', () => {
  it('stay in it', () => {
    const policy = small('on start { otherwise use big }\nserve any { order by request }')
    for (const order of [['north', 'south'], ['south', 'north'], ['elsewhere', 'south']]) {
      const sessions = [sessionWith({ 'request.order': order })]
      const after = pseudonymised([policy], sessions)
      expectSameDecisions(policy, sessions, after)
      expect(JSON.stringify(after.records)).not.toMatch(/elsewhere/)
    }
  })
})

describe('ids that are drawn by', () => {
  it('are refused to be hashed, and kept where that is asked for', () => {
    const policy = small('on start {\n  rule a: when bucket(session, "salt") < 50% then use big\n  otherwise use mid\n}')
    const sessions = [sessionWith({})]
    expect(refusal([policy], sessions)).toMatchObject({ because: 'ids', reasons: [expect.stringContaining('bucket')] })
    const kept = pseudonymised([policy], sessions, { keepDrawnIds: true })
    expect(kept.sessions[0]?.session).toBe('s')
    expect(kept.names.keptIds).toHaveLength(1)
  })
})

describe('a text that is more than compared', () => {
  it('is refused', () => {
    const policy = small('signal said = message.text\non start {\n  rule a: when said is "go" then use big\n  otherwise use mid\n}')
    expect(refusal([policy], [sessionWith({})], { keepDrawnIds: true })).toMatchObject({ because: 'text' })
  })
})

describe('times', () => {
  const call = { startMicros: 1_781_514_041_000_000, endMicros: 1_781_514_044_000_000 }

  it('move together, and by something', () => {
    const events: EventRecord[] = [{ record: 'event', event: 'organisation', atMicros: call.startMicros, router: 'allowed' }]
    const session = { ...sessionWith({}, {}, call), events }
    const { names, records } = pseudonymised([small('on start { otherwise use mid }')], [session])
    expect(names.shift.kind).toBe('shifted')
    const moved = records.find((record) => record.record === 'call')
    const event = records.find((record) => record.record === 'event')
    expect(moved?.startMicros).toBeGreaterThan(call.startMicros)
    expect((moved?.endMicros ?? 0) - (moved?.startMicros ?? 0)).toBe(3_000_000)
    expect(event?.atMicros).toBe(moved?.startMicros)
  })

  it.each([
    ['a rule reads the clock', 'hours night = [mon] 20:00 to 06:00 in "UTC"\non start {\n  rule a: when now in night then use big\n  otherwise use mid\n}'],
    ['a budget runs by the calendar', 'budget purse {\n  limit $5 per day\n  window calendar in "UTC"\n  at 100% then stop "spent"\n}\non start { otherwise use mid }'],
    ['prices change', 'model dated {\n  tier standard\n  accepts [text]\n  context 10k tokens\n  served-by [south]\n  price per 1M tokens from 2027-01-01 { input $1 output $2 }\n}\non start { otherwise use mid }'],
  ])('stay where %s', (reason, text) => {
    const { names, sessions } = pseudonymised([small(text)], [sessionWith({}, {}, call)])
    expect(names.shift).toEqual({ kind: 'kept', reasons: [expect.stringContaining(reason)] })
    expect(sessions[0]?.calls[0]?.startMicros).toBe(call.startMicros)
  })
})
