import type { JudgedMutant, MutationScore } from '../analysis/mutation/score.ts'
import { positionAt } from '../language/position.ts'
import type { Location } from '../language/source.ts'
import { escapeTerminal } from './escape.ts'
import { formatShare, plural } from './number.ts'
import { positionOf } from './position.ts'
import type { Style } from './style.ts'

/** The score, and each mistake that no test notices with its place. */
export function mutationText(file: string, score: MutationScore, style: Style): string {
  const { killed, survived, equivalent } = score
  const paint = survived === 0 ? style.good : style.warn
  const proved = equivalent === 0 ? '' : `, ${equivalent} more proved equivalent`
  const head = `${escapeTerminal(file)}: mutation score ${paint(formatShare(killed, killed + survived))}, ${killed} of ${plural(killed + survived, 'mutant')} killed${proved}`
  const lines = score.mutants.flatMap((each) => (each.verdict.kind === 'survived' ? survivor(each, style) : []))
  const idle = score.idleTests.flatMap(({ title, location, without }) => [
    `  ${style.warn('green')}     without ${escapeTerminal(without.join(', '))}, which its title names: ${escapeTerminal(title)}`,
    placeOf(location, style),
  ])
  return [head, ...lines, ...idle, ''].join('\n')
}

function survivor({ mutant: { kind, place, location, change } }: JudgedMutant, style: Style): string[] {
  return [`  ${style.warn('survives')}  ${escapeTerminal(place)}, ${kind}: ${escapeTerminal(change)}`, placeOf(location, style)]
}

function placeOf({ source, span }: Location, style: Style): string {
  const { line, column } = positionAt(source, span.start)
  return `            ${style.dim(`--> ${escapeTerminal(source.name)}:${line}:${column}`)}`
}

/** As `--format json` prints it. */
export function mutationData(file: string, { mutants, killed, survived, equivalent, idleTests }: MutationScore): unknown {
  return {
    file,
    killed,
    survived,
    equivalent,
    idleTests: idleTests.map(({ title, location, without }) => ({ title, ...positionOf(location), without })),
    mutants: mutants.map(({ mutant: { kind, place, location, change }, verdict }) => ({
      kind,
      place,
      change,
      ...positionOf(location),
      verdict: verdict.kind,
      killedBy: verdict.kind === 'killed' ? verdict.by : undefined,
    })),
  }
}
