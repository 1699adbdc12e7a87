import { expect } from 'vitest'
import type { Policy } from '../../src/policy/core.ts'
import type { CallResult } from '../../src/replay/result/call.ts'
import type { ReplayResult } from '../../src/replay/result/replay.ts'
import { readFaults } from '../../src/trace/faults/read-faults.ts'
import type { Fault } from '../../src/trace/faults/fault.ts'
import type { RecordedSession } from '../../src/trace/session.ts'
import { policyOf } from './policy-of.ts'
import { replayed } from './replaying.ts'

/** Two models; three hosts of the first, two of them in one region; one account of its own. */
const catalogue = `
scale tier = [standard, premium]
provider a { family one region us account team }
provider b { family two region us }
provider c { family three region eu }
model large {
  tier premium
  accepts [text]
  context 100k tokens
  served-by [a, b, c]
  price per 1M tokens { input $1 output $10 }
}
model spare {
  tier standard
  accepts [text]
  context 100k tokens
  served-by [c]
  price per 1M tokens { input $1 output $10 }
}
pool main = [large, spare]
`

const second = 1_000_000
/** Noon of some day: instants of a timeline are seconds from there. */
const noon = Date.UTC(2026, 5, 15, 12) * 1000

/** The fields of one fault; `from` and `until` in seconds from the first call. */
export interface ScriptedFault {
  readonly hits: readonly object[]
  readonly from: number
  readonly until: number
  readonly [field: string]: unknown
}

/** Faults as a file would hold them, named `f1`, `f2`, … */
export function faultScript(faults: readonly ScriptedFault[]): readonly Fault[] {
  const lines = faults.map(({ from, until, ...fault }, at) =>
    JSON.stringify({ record: 'fault', id: `f${at + 1}`, from: `+${from}s`, until: `+${until}s`, ...fault }),
  )
  const read = readFaults(['{"record":"faults","schema":1}', ...lines].join('\n'))
  expect(read).toMatchObject({ ok: true })
  return read.ok ? read.faults : []
}

/**
 * A session of one call for each instant, in seconds: so none waits for another. The log has each of them
 * served by `large at a` in ten seconds.
 */
export function callsAt(...seconds: readonly number[]): readonly RecordedSession[] {
  return seconds.map((at, index) => ({
    session: `s${index + 1}`,
    header: undefined,
    events: [],
    calls: [
      {
        record: 'call',
        session: `s${index + 1}`,
        call: 1,
        startMicros: noon + at * second,
        endMicros: noon + (at + 10) * second,
        prompt: { user: { chars: 5 }, tokens: 1000, newImages: 0, contextImages: 0 },
        served: { model: 'large', provider: 'a' },
        usage: { uncachedInput: 1000, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 100, outputQuality: 'exact' },
        end: 'served',
      },
    ],
  }))
}

export interface Timeline {
  /** One line a call, in the order of their arrival: `0 a!overloaded 1 a!overloaded 1 b -> b`. */
  readonly lines: readonly string[]
  readonly calls: readonly CallResult[]
  readonly result: ReplayResult
}

/** Chooses `large`, at a, then b, then c. */
export function timelinePolicy(serving: string, declarations = ''): Policy {
  return policyOf(catalogue, `policy snippet\n${declarations}\non start { otherwise use large }\nserve any { order [a, b, c] ${serving} }`)
}

/** What a policy that chooses `large` makes of these calls under these faults. */
export function timeline(serving: string, sessions: readonly RecordedSession[], faults: readonly ScriptedFault[]): Timeline {
  const policy = timelinePolicy(serving)
  const script = faultScript(faults)
  const { result, sessions: results } = replayed(policy, sessions, {
    faults: { recorded: true, script, beginning: { datedMicros: noon }, unknown: 'up' },
  })
  const calls = results.flatMap((session) => session.calls)
  return { lines: calls.map(line), calls, result }
}

function line({ attempts, end, served }: CallResult): string {
  const tried = attempts.map(
    ({ model, provider, startMicros = Number.NaN, errorClass }) =>
      `${(startMicros - noon) / second} ${model === 'large' ? '' : `${model}@`}${provider}${errorClass === undefined ? '' : `!${errorClass}`}`,
  )
  return `${[...tried, '->'].join(' ')} ${end === 'served' ? `${served?.model === 'large' ? '' : `${served?.model}@`}${served?.provider}` : end}`
}
