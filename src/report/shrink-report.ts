import type { Shrunk } from '../analysis/shrink/shrink-session.ts'
import type { CallResult } from '../replay/result/call.ts'
import type { RecordedSession } from '../trace/session.ts'
import { escapeTerminal } from './escape.ts'
import { formatCount, plural } from './number.ts'

export interface ShrinkFacts extends Shrunk {
  readonly goal: string
  /** Of the session as it was. */
  readonly calls: number
  readonly output: string
  /** What sessions share under the policies: it began fresh for this one. */
  readonly sharedState: readonly string[]
  /** A `test` block that holds what is left; `undefined`: a test cannot say it. */
  readonly test: string | undefined
}

export function shrinkScreen({ goal, calls, session, tried, isMinimal, output, sharedState, test }: ShrinkFacts): string {
  const left = `${plural(session.calls.length, 'call')} of ${formatCount(calls)} left`
  const end = isMinimal ? 'nothing more can be left out' : 'there may be smaller ones: raise --max-tries'
  return [
    `${left} in ${escapeTerminal(output)}: ${escapeTerminal(goal)} · ${formatCount(tried)} tried, ${end}`,
    ...(sharedState.length === 0 ? [] : [`Alone: without what other sessions leave in ${escapeTerminal(sharedState.join(', '))}.`]),
    '',
    ...(test === undefined
      ? ['A test cannot make this session: its trace is read from a path that ends in .jsonl.']
      : ['For the policy, with the trace beside it:', '', ...test.trimEnd().split('\n').map(escapeTerminal)]),
    '',
  ].join('\n')
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
