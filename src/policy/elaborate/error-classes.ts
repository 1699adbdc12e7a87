import type * as syntax from '../../language/syntax.ts'
import type { Source } from '../../language/source.ts'
import type { ErrorClass, ErrorMatch } from '../core.ts'
import { at } from './context.ts'
import type { Context } from './context.ts'
import { oneOf } from './lines.ts'
import { defined } from './record.ts'
import { wholeNumber } from './units.ts'

const errorClasses = [
  'rate-limit',
  'overloaded',
  'unavailable',
  'timeout',
  'conflict',
  'server',
  'context-window',
  'max-tokens',
  'content-policy',
  'auth',
  'permission',
  'payment',
  'not-found',
  'invalid-request',
  'too-large',
  'unprocessable',
  'precondition',
  'malformed',
  'cut-off',
] as const satisfies readonly ErrorClass[]

/** A class, a status number or `any`, of `on […]`. */
export function elaborateErrors(
  context: Context,
  list: syntax.ListExpression,
  source: Source,
): ErrorMatch {
  return defined(
    list.items.map((item): ErrorMatch[number] | undefined => {
      if (item.kind === 'quantity') return statusNumber(context, item, source)
      const name =
        item.kind === 'reference' && item.arguments === undefined && item.path.names.length === 1
          ? item.path.names[0]
          : undefined
      if (name !== undefined) {
        return oneOf<ErrorClass | 'any'>(
          name,
          [...errorClasses, 'any'],
          'error class',
          source,
          context.report,
        )
      }
      context.report('RT0205', at(source, item), 'got something else than an error', {
        help: 'write a class such as `overloaded`, a status such as `429`, or `any`',
      })
      return undefined
    }),
  )
}

export function statusNumber(
  context: Context,
  quantity: syntax.Quantity,
  source: Source,
): number | undefined {
  return wholeNumber(quantity, source, context.report, { from: 400, to: 599 })
}

export function errorClass(
  context: Context,
  name: syntax.Name,
  source: Source,
): ErrorClass | undefined {
  return oneOf(name, errorClasses, 'error class', source, context.report)
}
