import type * as syntax from '../../language/syntax.ts'
import type { Type } from '../core.ts'
import { at, listed, nearestTo } from './context.ts'
import type { Context } from './context.ts'
import { coreFunctions, factTypes } from './core-words.ts'
import { renameTo } from './names.ts'
import type { Scope } from './scope.ts'
import { isScale, wordsOf } from './types.ts'

interface Foreign {
  readonly help: string
  /** What means it here; `undefined`: the place is wrong. */
  readonly name: string | undefined
}

/** Names that other languages have, and words of this one in the wrong place. */
const foreignNames: ReadonlyMap<string, Foreign> = new Map<string, Foreign>([
  ...['null', 'nil', 'undefined', 'none', 'nothing', 'empty'].map((each): [string, Foreign] => [each, { help: 'what is known to be absent is `none`', name: 'none' }]),
  ...['true', 'yes'].map((each): [string, Foreign] => [each, { help: 'the two truths are `true` and `false`', name: 'true' }]),
  ...['false', 'no'].map((each): [string, Foreign] => [each, { help: 'the two truths are `true` and `false`', name: 'false' }]),
  ...['choose', 'use', 'upgrade', 'keep', 'restart', 'stop'].map(
    (each): [string, Foreign] => [each, { help: `\`${each}\` is what a rule does: it stands after \`then\``, name: undefined }],
  ),
])

/** Whether a bare name is a value of the policy or of the language. */
export function isValueName(context: Context, name: string): boolean {
  return (
    context.names.values.entries.has(name) ||
    factTypes.has(name) ||
    name === 'it' ||
    coreFunctions.get(name)?.parameters.length === 0
  )
}

/** A bare word that its closed set does not have. */
export function reportNotInSet(
  context: Context,
  scope: Scope,
  name: syntax.Name,
  set: string,
  words: readonly string[],
): void {
  const nearest = nearestTo(context.report, name.text, words)
  const missing = set === 'status' && name.text === 'missing'
  context.report('RT0206', at(scope.source, name), `\`${name.text}\` is no word of \`${set}\``, {
    help: missing
      ? 'a policy cannot ask whether a verdict is missing, for that would tell a replay from production; `is not ok` covers it'
      : nearest === undefined
        ? `the words are ${listed(words, 'and', 12)}`
        : `did you mean \`${nearest}\`?`,
    fix: nearest === undefined || missing ? undefined : renameTo(nearest, name, scope.source),
  })
}

/** A bare word that means nothing, with what it could have been. */
export function reportUnknownWord(
  context: Context,
  scope: Scope,
  name: syntax.Name,
  expected: Type | undefined,
): void {
  const { names, report } = context
  const location = at(scope.source, name)
  const noun =
    expected?.kind === 'model' ? 'model' : expected?.kind === 'provider' ? 'provider' : undefined
  if (expected?.kind === 'text') {
    report('RT0201', location, `nothing is named \`${name.text}\`, expected text`, {
      help: `free text stands in quotes: \`"${name.text}"\``,
      fix: renameTo(`"${name.text}"`, name, scope.source),
    })
    return
  }
  const foreign = foreignNames.get(name.text.toLowerCase())
  const nearest = foreign?.name ?? (foreign === undefined ? nearestTo(report, name.text, wordsFor(context, noun, expected)) : undefined)
  const dashed = name.text.split('-')
  const subtraction =
    dashed.length === 2 &&
    names.values.entries.has(dashed[0] ?? '') &&
    isValueOrNumber(context, dashed[1] ?? '')
      ? `${dashed[0]} - ${dashed[1]}`
      : undefined
  report(
    'RT0201',
    location,
    noun === undefined
      ? `nothing is named \`${name.text}\``
      : `no ${noun} is named \`${name.text}\``,
    {
      help:
        subtraction !== undefined
          ? `for subtraction write \`${subtraction}\``
          : foreign !== undefined
            ? foreign.help
          : nearest !== undefined
            ? `did you mean \`${nearest}\`?`
            : noun !== undefined
              ? `declare it, or import the file that does`
              : 'a signal, setting, state or word of a scale can stand here; free text stands in quotes',
      fix:
        subtraction !== undefined
          ? renameTo(subtraction, name, scope.source)
          : nearest === undefined
            ? undefined
            : renameTo(nearest, name, scope.source),
    },
  )
}

function isValueOrNumber(context: Context, text: string): boolean {
  return /^\d/.test(text) || isValueName(context, text)
}

/** What could stand at a place, what is expected there first. */
function* wordsFor(
  { names }: Context,
  noun: 'model' | 'provider' | undefined,
  expected: Type | undefined,
): Iterable<string> {
  if (noun === 'model') yield* [...names.models.entries.keys(), 'requested', 'current']
  if (noun === 'provider') yield* names.providers.entries.keys()
  if (expected?.kind === 'word' && isScale(expected, names))
    yield* wordsOf(expected.set, names) ?? []
  yield* names.values.entries.keys()
  yield* factTypes.keys()
  for (const [key, { parameters }] of coreFunctions) if (parameters.length === 0) yield key
  if (noun !== undefined) return
  yield* names.scaleWords.keys()
  yield* names.models.entries.keys()
  yield* names.providers.entries.keys()
}
