import { reached } from '../analysis/coverage/measure.ts'
import type { Coverage, Reached } from '../analysis/coverage/measure.ts'
import type { Suggestions } from '../analysis/suggest/suggest.ts'
import type { BoundaryPoint, ConditionPoint, LinePoint, Owner } from '../analysis/coverage/points.ts'
import { printed } from '../policy/reference/print.ts'
import { escapeTerminal } from './escape.ts'
import { formatShare, plural } from './number.ts'
import { positionOf } from './position.ts'
import type { Style } from './style.ts'

/** Four shares, then what is missing by name; nothing but the shares where nothing is. */
export function coverageText(coverage: Coverage, style: Style): string {
  const { rules, conditions, boundaries, lines } = reached(coverage)
  const share = (name: string, { covered, of, unreachable }: Reached): string =>
    `${name} ${(covered === of ? style.good : style.warn)(formatShare(covered, of))} (${covered} of ${of}${unreachable > 0 ? `, ${unreachable} out of reach` : ''})`
  const head = ['coverage: ', share('rules', rules), ', ', share('condition outcomes', conditions), ', ', share('boundary sides', boundaries), ', ', share('serving lines', lines)].join('')
  const open = missing(coverage).map((line) => `  ${style.dim('never')}  ${escapeTerminal(line)}`)
  const proved = unreachableIn(coverage).map((line) => `  ${style.dim('out of reach')}  ${escapeTerminal(line)}`)
  return [head, ...open, ...proved, ''].join('\n')
}

/** One line for each thing that no test reaches. */
export function missing(coverage: Coverage): readonly string[] {
  return [
    ...coverage.rules.flatMap(({ point, fired, unreachable }) =>
      fired > 0 || unreachable !== undefined ? [] : [`rule ${point.name} fires`],
    ),
    ...coverage.conditions.flatMap(({ point, whenTrue, whenFalse, whenUnknown, neverTrue, neverFalse }) => {
      const open = whenTrue + whenFalse === 0 && whenUnknown > 0 ? ', only unknown' : ''
      return [
        ...(whenTrue > 0 || neverTrue !== undefined ? [] : [`${conditionOf(point)} is true${open}`]),
        ...(whenFalse > 0 || neverFalse !== undefined ? [] : [`${conditionOf(point)} is false${open}`]),
      ]
    }),
    ...coverage.boundaries.flatMap(({ point, exactly, beside, neverAt, neverBeside }) => [
      ...(exactly > 0 || neverAt !== undefined ? [] : [sideText(point, 'at')]),
      ...(beside > 0 || neverBeside !== undefined ? [] : [sideText(point, 'beside')]),
    ]),
    ...coverage.lines.flatMap(({ point, acted, unreachable }) => (acted > 0 || unreachable !== undefined ? [] : [lineOf(point)])),
  ]
}

/** One line for each thing that is proved to be out of reach, with the reason. */
function unreachableIn(coverage: Coverage): readonly string[] {
  return [
    ...coverage.rules.flatMap(({ point, unreachable }) =>
      unreachable === undefined ? [] : [`rule ${point.name} fires: ${unreachable}`],
    ),
    ...coverage.conditions.flatMap(({ point, neverTrue, neverFalse }) => [
      ...(neverTrue === undefined ? [] : [`${conditionOf(point)} is true: ${neverTrue}`]),
      ...(neverFalse === undefined ? [] : [`${conditionOf(point)} is false: ${neverFalse}`]),
    ]),
    ...coverage.boundaries.flatMap(({ point, neverAt, neverBeside }) => [
      ...(neverAt === undefined ? [] : [`${sideText(point, 'at')}: ${neverAt}`]),
      ...(neverBeside === undefined ? [] : [`${sideText(point, 'beside')}: ${neverBeside}`]),
    ]),
    ...coverage.lines.flatMap(({ point, unreachable }) => (unreachable === undefined ? [] : [`${lineOf(point)}: ${unreachable}`])),
  ]
}

function sideText(point: BoundaryPoint, side: 'at' | 'beside'): string {
  const where = side === 'at' ? 'at' : `just ${besideText(point)}`
  return `${owned(point.owner)}: \`${point.text}\` ${where} ${number(point)}`
}

function conditionOf({ owner, kind, text }: ConditionPoint): string {
  return `${owned(owner)}: ${kind === 'guard' ? 'the whole guard ' : ''}\`${text}\``
}

function lineOf({ owner, text }: LinePoint): string {
  return `${owned(owner)}: ${text}`
}

function owned({ kind, name }: Owner): string {
  return `${kind} ${name}`
}

function number({ at, unit }: BoundaryPoint): string {
  return printed(at, { kind: 'number', unit })
}

function besideText({ beside }: BoundaryPoint): string {
  return beside === 'either' ? 'beside' : beside
}

/** As `--format json` prints it. */
export function coverageData(coverage: Coverage): unknown {
  return {
    ...reached(coverage),
    missing: missing(coverage),
    outOfReach: unreachableIn(coverage),
    rulesFired: coverage.rules.map(({ point, fired }) => ({ rule: point.name, ...positionOf(point.location), fired })),
    conditionOutcomes: coverage.conditions.map(({ point, whenTrue, whenFalse, whenUnknown }) => ({
      owner: point.owner,
      kind: point.kind,
      condition: point.text,
      ...positionOf(point.location),
      true: whenTrue,
      false: whenFalse,
      unknown: whenUnknown,
    })),
    boundarySides: coverage.boundaries.map(({ point, exactly, beside }) => ({
      owner: point.owner,
      condition: point.text,
      ...positionOf(point.location),
      at: number(point),
      exactly,
      beside,
    })),
    servingLines: coverage.lines.map(({ point, acted }) => ({
      owner: point.owner,
      what: point.text,
      ...positionOf(point.location),
      acted,
    })),
  }
}

/** Tests to be copied, each as it stands in a policy, and what none was found for. */
export function suggestionsText({ suggestions, notFound, unreachable, tried }: Suggestions, style: Style): string {
  const tests = suggestions.flatMap(({ text, covers }) => [
    ...covers.map((each) => style.dim(`// covers ${escapeTerminal(each)}`)),
    ...text.trimEnd().split('\n').map(escapeTerminal),
    '',
  ])
  const head = `${plural(suggestions.length, 'test')} suggested, ${plural(tried, 'session')} tried`
  const lost = notFound.map((each) => `  ${style.warn('none found')}  ${escapeTerminal(each)}`)
  const dead = unreachable.map(
    ({ what, reason }) => `  ${style.bad('unreachable')}  ${escapeTerminal(`${what}: ${reason}`)}`,
  )
  return [...tests, head, ...dead, ...lost, ''].join('\n')
}
