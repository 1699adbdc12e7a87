import type { Source } from '../../language/source.ts'
import type * as syntax from '../../language/syntax.ts'
import type { Signal } from '../core.ts'
import { at } from './context.ts'
import type { Context, ElaboratedSignal, SignalFrame } from './context.ts'
import { elaborateCases, elaborateExpression } from './expressions.ts'

/** Signals may stand on signals this deep. */
const deepest = 100
/** Reads of a signal with every other signal written out. */
const largest = 100_000

/** The signal whose expression is being read, if one is. */
export function currentFrame(context: Context): SignalFrame | undefined {
  return context.frames.at(-1)
}

/** Reads a signal at its first use. `undefined` after a report, or inside its own cycle. */
export function elaborateSignal(
  context: Context,
  declaration: syntax.SignalDeclaration,
  source: Source,
): ElaboratedSignal | undefined {
  const name = declaration.name.text
  const known = context.signals.get(name)
  if (known !== undefined) return passUp(context, known)
  const stack = context.frames
  const cycle = stack.findIndex((frame) => frame.name === name)
  if (cycle >= 0) {
    const through = stack.slice(cycle).map((frame) => `\`${frame.name}\``)
    context.report(
      'RT0210',
      at(source, declaration.name),
      `the signal \`${name}\` stands on itself`,
      {
        help:
          through.length === 1
            ? 'a signal cannot name itself'
            : `it goes round through ${through.join(', ')}`,
      },
    )
    return undefined
  }
  if (stack.length >= deepest) {
    tooLarge(context, declaration, source, `more than ${deepest} signals stand on each other`)
    return undefined
  }
  const frame: SignalFrame = { name, depth: 1, size: 0, notInFilter: undefined }
  stack.push(frame)
  const scope = { source, place: 'signal', it: undefined } as const
  const { value } = declaration
  const expression =
    value.kind === 'cases'
      ? elaborateCases(context, scope, value)
      : elaborateExpression(context, scope, value)
  stack.pop()
  let signal: Signal | undefined = expression && {
    name,
    location: at(source, declaration),
    value: expression,
  }
  if (signal?.value.type.kind === 'any') {
    context.report('RT0205', at(source, value), `the signal \`${name}\` is only ever \`none\``, {
      help: 'a signal has a value that differs',
    })
    signal = undefined
  }
  if (frame.depth > deepest || frame.size > largest) {
    tooLarge(
      context,
      declaration,
      source,
      `the signal \`${name}\` grows too large when the signals it names are written out`,
    )
    signal = undefined
  }
  const elaborated: ElaboratedSignal = {
    signal,
    depth: frame.depth,
    size: frame.size,
    notInFilter: frame.notInFilter,
  }
  context.signals.set(name, elaborated)
  return passUp(context, elaborated)
}

function passUp(context: Context, elaborated: ElaboratedSignal): ElaboratedSignal {
  const outer = currentFrame(context)
  // What is in error has been reported: it weighs on nobody.
  if (outer !== undefined && elaborated.signal !== undefined) {
    outer.depth = Math.max(outer.depth, elaborated.depth + 1)
    outer.size = Math.min(outer.size + elaborated.size, largest + 1)
    outer.notInFilter ??= elaborated.notInFilter
  }
  return elaborated
}

function tooLarge(
  context: Context,
  declaration: syntax.SignalDeclaration,
  source: Source,
  message: string,
): void {
  context.report('RT0008', at(source, declaration.name), message, {
    help: 'signals stand on signals at most 100 deep, with at most 100,000 reads in all',
  })
}
