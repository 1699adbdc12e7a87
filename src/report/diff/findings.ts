import type { Location } from '../../language/source.ts'
import { escapeTerminal } from '../escape.ts'
import { plural } from '../number.ts'
import { placeOfRegion } from './places.ts'
import type { Review } from './review.ts'
import { figureText, placesOf, regionWhere, sideText } from './words.ts'

export interface ReviewFinding {
  readonly rule: 'gate-failed' | 'gate-undecided' | 'decision-moved' | 'meaning-not-decided'
  readonly title: string
  readonly message: string
  readonly location: Location | undefined
}

/** What a review says at places of the new policy: checks that do not pass, then what moves. */
export function reviewFindings({ diff, gate, policy }: Review): readonly ReviewFinding[] {
  const { meaning, traffic } = diff
  const places = traffic === undefined ? 4 : placesOf(traffic)
  const checks = gate?.checks ?? []
  const start = policy.blocks.start?.otherwise.location
  const failed = checks.flatMap(({ name, asked, found, verdict, decides, location }): readonly ReviewFinding[] => {
    if (verdict === 'pass') return []
    const why = decides.length === 0 ? '' : `; ${verdict === 'undecided' ? 'it turns on' : 'such as'} ${decides.join(', ')}`
    return [
      {
        rule: verdict === 'fail' ? 'gate-failed' : 'gate-undecided',
        title: `${name} ${verdict === 'fail' ? 'fails' : 'is undecided'}`,
        message: `asked ${asked}, found ${figureText(found, places, (text) => text)}${why}`,
        location: location ?? start,
      },
    ]
  })
  const nothing: readonly ReviewFinding[] =
    gate !== undefined && checks.length === 0
      ? [{ rule: 'gate-failed', title: 'nothing was evaluated', message: 'a gate that looks at nothing fails', location: start }]
      : []
  const moved = meaning.regions.map((region): ReviewFinding => {
    const row = traffic?.rows.find(({ region: id }) => id === region.id)
    const seen = traffic === undefined ? '' : row === undefined || row.calls === 0 ? '; never seen in the corpus' : `; ${plural(row.calls, 'recorded call')} in ${plural(row.sessions, 'session')}`
    return {
      rule: 'decision-moved',
      title: 'decision moves',
      message: `${regionWhere(region, (text) => text)}: ${sideText(region.old, (text) => text)} before, ${sideText(region.new, (text) => text)} now${seen}`,
      location: placeOfRegion(policy, region) ?? start,
    }
  })
  const open =
    meaning.verdict.kind === 'not decided' || (meaning.verdict.kind === 'differs' && !meaning.verdict.complete)
      ? meaning.notDecided.map(
          ({ reason }): ReviewFinding => ({ rule: 'meaning-not-decided', title: 'not decided for all inputs', message: escapeTerminal(reason), location: start }),
        )
      : []
  return [...failed, ...nothing, ...moved, ...open]
}
