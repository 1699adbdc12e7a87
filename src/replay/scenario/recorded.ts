import { canonicalModel } from '../../policy/catalogue-queries.ts'
import type { FactName, Policy, TestFact, TestStep } from '../../policy/core.ts'
import type { CallInput } from '../../policy/decision.ts'
import { datedMicros } from '../../trace/dated.ts'
import type { CallRecord } from '../../trace/record.ts'
import type { RecordedSession } from '../../trace/session.ts'
import { callInput } from '../call-input.ts'
import { beginsTurn } from '../session/decide-call.ts'
import { eventReader } from '../session-events.ts'

type RecordedStep = Extract<TestStep, { kind: 'recorded' }>

/** One recorded call as a test makes it. */
export interface RecordedCall {
  readonly record: CallRecord
  readonly input: CallInput
  /** From the start of the call before; 0 at the first, and where the log tells no clock. */
  readonly gapMicros: number
}

/**
 * The calls of a fragment in order: a session that begins with the first of them. What the trace does
 * not carry is unknown.
 */
export function recordedCalls(
  policy: Policy,
  fragment: RecordedSession,
  range: RecordedStep['calls'],
): readonly RecordedCall[] {
  const events = eventReader(fragment.events)
  let previous: CallRecord | undefined
  const found: RecordedCall[] = []
  for (const record of fragment.calls) {
    const between = events(record)
    if (range !== undefined && (record.call < range.from || record.call > range.to)) continue
    const requested = record.requested ?? between.requested
    const input = callInput({
      header: fragment.header,
      isFirst: previous === undefined,
      beginsTurn: beginsTurn(record, previous),
      prompt: record.prompt,
      previousReply: previous?.reply,
      requested: requested === undefined ? undefined : canonicalModel(policy, requested),
      organisation: between.organisation,
      compacted: between.compacted,
      nowMicros: datedMicros(record),
      elapsedMicros: undefined,
    })
    found.push({ record, input, gapMicros: gapBetween(previous, record) })
    previous = record
  }
  return found
}

/** Of texts of several logs only that is known which is known of each. */
export function textsOfBoth(
  before: Pick<CallInput, 'phraseLists' | 'withheld'> | undefined,
  { phraseLists, withheld }: CallInput,
): Pick<CallInput, 'phraseLists' | 'withheld'> {
  if (before === undefined) return { phraseLists, withheld }
  return {
    phraseLists: phraseLists.filter((list) => before.phraseLists.includes(list)),
    withheld: {
      visible: before.withheld.visible || withheld.visible,
      thinking: before.withheld.thinking || withheld.thinking,
    },
  }
}

function gapBetween(before: CallRecord | undefined, { startMicros }: CallRecord): number {
  if (before?.startMicros === undefined || startMicros === undefined) return 0
  return Math.max(0, startMicros - before.startMicros)
}

/** The recorded call with what the facts of the test say in place of what the trace says. */
export function withFacts(recorded: CallInput, stated: CallInput, facts: readonly TestFact[]): CallInput {
  const names = new Set(facts.map((fact) => (fact.kind === 'fact' ? fact.fact : undefined)))
  const says = (name: FactName): boolean => names.has(name)
  const { prompt, organisation } = stated
  const signals = Object.entries(prompt.signals ?? {}).filter(([name]) => says(name as FactName))
  const lists = (['blocked', 'only', 'ignored', 'router'] as const).filter((list) => says(`org.${list}`))
  const maps = (['header', 'param', 'metadata'] as const).filter((map) =>
    facts.some((fact) => fact.kind === 'request-map' && fact.map === map),
  )
  return {
    ...recorded,
    given: stated.given,
    requested: says('requested') ? stated.requested : recorded.requested,
    kind: says('session.kind') ? stated.kind : recorded.kind,
    sidechain: says('sidechain') ? stated.sidechain : recorded.sidechain,
    organisation: { ...recorded.organisation, ...Object.fromEntries(lists.map((list) => [list, organisation[list]])) },
    nowMicros: facts.some((fact) => fact.kind === 'now') ? stated.nowMicros : recorded.nowMicros,
    elapsedMicros: stated.elapsedMicros,
    prompt: {
      ...recorded.prompt,
      ...(says('context.length') && { tokens: prompt.tokens }),
      ...(says('images') && { newImages: prompt.newImages }),
      ...(says('context.images') && { contextImages: prompt.contextImages }),
      ...(signals.length > 0 && { signals: { ...recorded.prompt.signals, ...Object.fromEntries(signals) } }),
      ...Object.fromEntries(maps.map((map) => [map, { ...recorded.prompt[map], ...prompt[map] }])),
      classifiers: { ...recorded.prompt.classifiers, ...prompt.classifiers },
    },
  }
}
