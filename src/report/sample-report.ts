import type { SampleFigures } from '../analysis/sample/figures.ts'
import { escapeTerminal } from './escape.ts'
import { formatUsd, placesFor, type Places } from './money.ts'
import { formatCount, formatShare, plural } from './number.ts'
import { clip, field, withRest, type Screen } from './terminal/layout.ts'

export interface SampleFacts extends SampleFigures {
  readonly output: string
  readonly policy: string
  /** Of the file that was written; `undefined`: it was printed. */
  readonly bytes: number | undefined
  /** Words of persons or models stand in it. */
  readonly holdsText: boolean
}

const lostShown = 4

const words = {
  rule: 'rules',
  switch: 'switches',
  end: 'ends',
  error: 'errors',
  stop: 'stops',
  divergence: 'divergences',
} as const

export function sampleScreen(facts: SampleFacts, screen: Screen): string {
  const { style } = screen
  const { corpus, sample, weighted } = facts
  const places = placesFor(corpus.picoUsd)
  const size = facts.bytes === undefined ? '' : `, ${formatCount(Math.ceil(facts.bytes / 1_000))} kB`
  const taken = `${plural(sample.sessions, 'session')} of ${formatCount(corpus.sessions)}`
  const left = facts.sessionsStoodForByNone
  const lines = [
    style.strong(`${taken} to ${escapeTerminal(facts.output)}${size}`),
    ...field(
      screen,
      'calls',
      `${formatCount(sample.calls)} of ${formatCount(corpus.calls)} (${formatShare(sample.calls, corpus.calls)})`,
    ),
    ...field(screen, 'recorded cost', costs(facts, places)),
    ...field(
      screen,
      'stands for',
      `${plural(weighted.sessions, 'session')}; weighted, ${formatCount(weighted.calls)} calls and ` +
        `${formatUsd(weighted.picoUsd, places)}, where the traces hold ` +
        `${formatCount(corpus.calls)} and ${formatUsd(corpus.picoUsd, places)}`,
    ),
    ...field(
      screen,
      'model × size',
      `${formatCount(facts.strataKept)} of ${formatCount(facts.strata)} kept` +
        (left === 0 ? '' : `; ${plural(left, 'session')} stood for by none`),
      facts.strataKept < facts.strata ? style.warn : undefined,
    ),
    ...coverage(facts, screen),
    ...(facts.holdsText
      ? field(screen, 'text', 'it holds words of persons or models: `reroute pseudonymise` before it is shared', style.warn)
      : []),
  ]
  return `${lines.join('\n')}\n`
}

function costs({ sample, corpus }: SampleFacts, places: Places): string {
  const unknown = corpus.callsWithoutCost
  const share = formatShare(sample.picoUsd, corpus.picoUsd)
  const known = `${formatUsd(sample.picoUsd, places)} of ${formatUsd(corpus.picoUsd, places)} (${share})`
  return unknown === 0 ? known : `${known}; ${plural(unknown, 'call')} of unknown cost`
}

function coverage({ coverage: kinds, policy, forCoverage }: SampleFacts, screen: Screen): string[] {
  const title = `of policy \`${escapeTerminal(policy)}\`; ${plural(forCoverage, 'session')} taken for it`
  return [
    ...field(screen, 'coverage', title),
    ...kinds.flatMap(({ kind, kept, of, lost }) => {
      const label = `  ${words[kind]}`
      const share = `${formatCount(kept)} of ${formatCount(of)}`
      if (lost.length === 0) return field(screen, label, share)
      const shown = lost.slice(0, lostShown).map((name) => clip(name, 40))
      const names = withRest(shown, lost.length - lostShown)
      return field(screen, label, `${share}, without ${names}`, screen.style.warn)
    }),
  ]
}
