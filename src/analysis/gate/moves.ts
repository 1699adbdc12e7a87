import type { NamedChange } from '../diff/meaning.ts'
import type { Judged } from './judge.ts'
import type { GateCheck, GateVerdict } from './gate.ts'

/** The most moves that a check quotes. */
const mostExamples = 5

/**
 * No decision may differ unless a rule that is named decides it, before or after the change. Judged
 * over all inputs where the meaning is decided, and over the recorded calls in any case; a call that
 * only finds another state goes with the decision that left it.
 */
export function movesCheck(
  { meaning, moved, hasOld }: Pick<Judged, 'meaning' | 'moved' | 'hasOld'>,
  except: readonly string[],
): GateCheck {
  const declared = (rules: readonly string[]): boolean => rules.some((rule) => except.includes(rule))
  const seen = moved.filter((call) => {
    const cause = call.since ?? { old: call.old.rule, new: call.new.rule }
    return !declared([cause.old, cause.new])
  })
  const regions = meaning.regions.filter(({ old, new: next }) => !declared([...lastOf(old.rules), ...lastOf(next.rules)]))
  const open = [
    ...meaning.notDecided.map(({ reason }) => reason),
    ...meaning.changes.filter(isOutsideOfRegions).map(({ place, change }) => `${place}: ${change}, which no region tells`),
  ]
  const complete = open.length === 0 && meaning.verdict.kind !== 'not decided'
  const fails = seen.length > 0 || regions.length > 0
  const verdict: GateVerdict = !hasOld ? 'undecided' : fails ? 'fail' : complete ? 'pass' : 'undecided'
  return {
    name: 'decision moves',
    asked: except.length === 0 ? 'none' : `none but by ${except.join(', ')}`,
    found: { kind: 'text', text: foundText(seen.length, regions.length) },
    verdict,
    decides: !hasOld
      ? ['name the old policy with --against']
      : fails
        ? [
            ...seen.slice(0, mostExamples).map(({ session, call, old, new: next }) => `session ${session}, call ${call}: ${old.to} by ${old.rule}, now ${next.to} by ${next.rule}`),
            ...regions.slice(0, mostExamples).map(({ where, old, new: next }) => `${where[0] === '' || where[0] === undefined ? 'always' : where[0]}: ${old.does} by ${lastOf(old.rules).join()}, now ${next.does} by ${lastOf(next.rules).join()}`),
          ]
        : complete
          ? []
          : open,
    location: undefined,
  }
}

/** How long states remember, and when a budget is spent, are no part of the regions. */
function isOutsideOfRegions({ place, affects }: NamedChange): boolean {
  return affects.includes('later calls') || place.startsWith('budget ')
}

/** The rule that decides; those before it have effects only. */
function lastOf(rules: readonly string[]): readonly string[] {
  return rules.slice(-1)
}

function foundText(calls: number, regions: number): string {
  const texts = [
    ...(calls === 0 ? [] : [`${calls} recorded ${calls === 1 ? 'call' : 'calls'}`]),
    ...(regions === 0 ? [] : [`${regions} ${regions === 1 ? 'region' : 'regions'} of inputs`]),
  ]
  return texts.length === 0 ? 'none' : texts.join(', ')
}
