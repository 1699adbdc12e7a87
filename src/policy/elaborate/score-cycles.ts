import type { Expression, Policy, Scorer } from '../core.ts'
import { eachPart } from '../walk.ts'
import type { Context } from './context.ts'

/**
 * Refuses a scorer that stands on itself by way of the signals that it weighs. Signals alone are
 * refused where they are read; a scorer is read later than the signals that name it.
 */
export function refuseScoreCycles(
  context: Context,
  policy: Pick<Policy, 'signals' | 'scorers'>,
): void {
  for (const scorer of policy.scorers) {
    const through = wayBack(policy, scorer)
    if (through === undefined) continue
    const named = through.map((name) => `\`${name}\``).join(', ')
    context.report('RT0210', scorer.location, `the scorer \`${scorer.name}\` stands on itself`, {
      help: `it goes round through ${named === '' ? 'its own `benefit`' : named}`,
    })
  }
}

/** The names between a scorer and its next occurrence; `undefined`: it does not come back. */
function wayBack(
  policy: Pick<Policy, 'signals' | 'scorers'>,
  scorer: Scorer,
): readonly string[] | undefined {
  const seen = new Set<string>()
  let open = namedIn(behind(policy, scorer.name), policy.scorers).map((name) => [name])
  while (open.length > 0) {
    const further: string[][] = []
    for (const way of open) {
      const name = way.at(-1) ?? ''
      if (name === scorer.name) return way.slice(0, -1)
      if (seen.has(name)) continue
      seen.add(name)
      further.push(...namedIn(behind(policy, name), policy.scorers).map((next) => [...way, next]))
    }
    open = further
  }
  return undefined
}

/** Signals and scorers share one namespace. */
function behind(
  { signals, scorers }: Pick<Policy, 'signals' | 'scorers'>,
  name: string,
): readonly Expression[] {
  const signal = signals.find((each) => each.name === name)
  const scorer = scorers.find((each) => each.name === name)
  return signal !== undefined ? [signal.value] : (scorer?.weights.map((each) => each.signal) ?? [])
}

/** `benefit` asks whoever scores models, which may be any scorer without bands. */
function namedIn(
  expressions: readonly Expression[],
  scorers: readonly Scorer[],
): readonly string[] {
  const names = new Set<string>()
  for (const whole of expressions) {
    eachPart(whole, (part) => {
      if (part.kind === 'signal') names.add(part.signal)
      if (part.kind === 'scorer-score' || part.kind === 'scorer-band') names.add(part.scorer)
      if (part.kind === 'call' && part.function === 'benefit') {
        for (const scorer of scorers) if (scorer.bands === undefined) names.add(scorer.name)
      }
    })
  }
  return [...names]
}
