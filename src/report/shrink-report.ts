import type { ShrunkTraffic } from '../analysis/shrink/shrink-traffic.ts'
import type { CallResult } from '../replay/result/call.ts'
import type { RecordedSession } from '../trace/session.ts'
import { escapeTerminal } from './escape.ts'
import { formatCount, plural } from './number.ts'

export interface ShrinkFacts extends ShrunkTraffic {
  readonly goal: string
  /** Of the session as it was. */
  readonly calls: number
  readonly output: string
  /** Sessions that might have acted on it. */
  readonly otherSessions: number
  /** A `test` block that holds what is left; `undefined`: a test cannot say it. A test is one session. */
  readonly test: string | undefined
}

export function shrinkScreen(facts: ShrinkFacts): string {
  const { goal, calls, session, others, otherSessions, tried, isMinimal, output } = facts
  const left = `${plural(session.calls.length, 'call')} of ${formatCount(calls)} left`
  const end = isMinimal ? 'nothing more can be left out' : 'there may be smaller ones: raise --max-tries'
  const acting = others.map((each) => `${escapeTerminal(each.session)} (${plural(each.calls.length, 'call')})`)
  return [
    `${left} in ${escapeTerminal(output)}: ${escapeTerminal(goal)} · ${formatCount(tried)} tried, ${end}`,
    ...(acting.length === 0 ? [] : [`with ${plural(acting.length, 'session')} of ${formatCount(otherSessions)} that act on it: ${acting.join(', ')}`]),
    '',
    ...testLines(facts),
    '',
  ].join('\n')
}

function testLines({ others, test }: ShrinkFacts): readonly string[] {
  if (others.length > 0) return ['A test is one session: replay the trace to see it.']
  return test === undefined
    ? ['A test cannot make this session: its trace is read from a path that ends in .jsonl.']
    : ['For the policy, with the trace beside it:', '', ...test.trimEnd().split('\n').map(escapeTerminal)]
}

/** A test that makes the calls of the shrunk trace, up to the one that shows it. */
export function testOf(
  output: string,
  session: RecordedSession,
  shown: CallResult,
  goal: string,
): string | undefined {
  const file = output.split('/').at(-1) ?? ''
  if (!/\.jsonl(\.gz)?$/.test(file)) return undefined
  const { model, rule } = shown.decision
  const calls = shown.call === session.calls.length ? '' : ` calls 1 to ${shown.call}`
  const title = `the smallest session found in which ${goal.replaceAll('`', '')}`
  return [
    `test ${JSON.stringify(title)} {`,
    `  recorded ${JSON.stringify(file)} session ${JSON.stringify(session.session)}${calls}`,
    `  -> ${model ?? 'stop'} by ${rule}`,
    '}',
    '',
  ].join('\n')
}
