import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { sampledRecords } from '../../src/analysis/sample/records.ts'
import { shrinkSession } from '../../src/analysis/shrink/shrink-session.ts'
import type { Policy } from '../../src/policy/core.ts'
import { loadPolicyText } from '../../src/policy/load.ts'
import { referenceEvaluator } from '../../src/policy/reference/decide.ts'
import { replaySession } from '../../src/replay/session-replay.ts'
import { testOf } from '../../src/report/shrink-report.ts'
import type { RecordedSession } from '../../src/trace/session.ts'
import { writeTrace } from '../../src/trace/write.ts'
import { madeUpLog, recordedSession } from './arbitrary-recorded.ts'
import { smallCatalogue } from './policy-of.ts'
import { loadablePolicyText } from './replaying.ts'

/** What holds of every session under a policy: throws where it does not. `more` is drawn beside them. */
export type SessionLaw<More> = (policy: Policy, session: RecordedSession, more: More) => void

export interface SessionLawOptions<More> {
  /** Whole files, by default made-up policies; `smallText` for snippets. */
  readonly policies?: fc.Arbitrary<string>
  readonly more?: fc.Arbitrary<More>
  readonly numRuns: number
}

/** A snippet and its catalogue in one file. */
export function smallText(text: string): string {
  return `policy snippet\n${smallCatalogue}\n${text}`
}

/**
 * Tries a law on made-up policies and sessions. The first failure that fast-check finds is made smaller
 * call by call and fact by fact, for as long as the law fails with the same kind of error, and written
 * to a new temporary folder: `session.jsonl`, and `law.route`, the policy with a test that decides the
 * session again. The error names seed, path and folder.
 */
export async function holdsOfSessions<More = undefined>(
  law: SessionLaw<More>,
  { policies = loadablePolicyText, more, ...runs }: SessionLawOptions<More>,
): Promise<void> {
  const drawing = more ?? (fc.constant(undefined) as fc.Arbitrary<More>)
  const found = fc.check(
    fc.property(policies, madeUpLog, drawing, (text, log, drawn) => {
      const policy = policyFrom(text)
      law(policy, recordedSession(log, policy, 's1'), drawn)
    }),
    runs,
  )
  if (!found.failed) return
  const report = fc.defaultReportMessage(found) ?? 'a law is broken'
  if (found.counterexample === null) throw new Error(report)
  const [text, log, drawn] = found.counterexample
  const policy = policyFrom(text)
  const session = recordedSession(log, policy, 's1')
  const kind = failureOf(() => law(policy, session, drawn))
  const { session: least } = shrinkSession(session, (each) => failureOf(() => law(policy, each, drawn)) === kind, { mostTries: 2_000 })
  const folder = await written(text, policy, least)
  throw new Error(`${report}\nThe session, made smaller, and a test of it: ${folder}`, { cause: found.errorInstance })
}

function policyFrom(text: string): Policy {
  const { policy, diagnostics } = loadPolicyText('law.route', text)
  if (policy === undefined) throw new Error(`a policy does not load: ${diagnostics.map(({ message }) => message).join('; ')}`)
  return policy
}

/** The kind of error: a session may not turn from one that breaks the law into one that cannot be replayed. */
function failureOf(attempt: () => void): string | undefined {
  try {
    attempt()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.name : 'thrown'
  }
}

async function written(text: string, policy: Policy, session: RecordedSession): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'reroute-law-'))
  await writeTrace(join(folder, 'session.jsonl'), sampledRecords(session, 1))
  const { calls } = replaySession(session, { evaluator: referenceEvaluator(policy), mode: 'frozen', seed: undefined })
  const last = calls.at(-1)
  const test = last === undefined ? undefined : testOf('session.jsonl', session, last, 'a law is broken')
  writeFileSync(join(folder, 'law.route'), `${text.trimEnd()}\n\n${test ?? ''}`)
  return folder
}
