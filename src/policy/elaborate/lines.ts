import type { Source } from '../../language/source.ts'
import type { Name, Node } from '../../language/syntax.ts'
import { at, listed, nearestTo } from './context.ts'
import type { Report } from './context.ts'
import { renameTo } from './names.ts'

type Line = Node & { readonly kind: string }

/** The lines of a block by their word: one each, but for the kinds in `many`. */
export function onceEach<L extends Line>(
  lines: readonly L[],
  many: readonly L['kind'][],
  source: Source,
  report: Report,
): void {
  const first = new Map<string, Line>()
  for (const line of lines) {
    if (many.includes(line.kind)) continue
    const before = first.get(line.kind)
    if (before === undefined) {
      first.set(line.kind, line)
      continue
    }
    report('RT0211', at(source, line), `\`${line.kind}\` is written twice`, {
      help: 'keep one of the two lines',
      related: [{ location: at(source, before), message: 'first written here' }],
    })
  }
}

/** The member of a union of lines that has a kind, also where it shares its shape with other kinds. */
export type LineOf<L, K> = L extends { readonly kind: infer Kinds }
  ? K extends Kinds
    ? L & { readonly kind: K }
    : never
  : never

/** The first line of one kind. */
export function lineOf<L extends Line, K extends L['kind']>(
  lines: readonly L[],
  kind: K,
): LineOf<L, K> | undefined {
  return lines.find((line) => line.kind === kind) as LineOf<L, K> | undefined
}

/** The names of a list; a second mention is reported and left out. */
export function distinct(
  names: readonly Name[],
  what: string,
  source: Source,
  report: Report,
): readonly Name[] {
  const seen = new Map<string, Name>()
  for (const name of names) {
    const before = seen.get(name.text)
    if (before === undefined) {
      seen.set(name.text, name)
      continue
    }
    report('RT0202', at(source, name), `\`${name.text}\` is listed twice`, {
      help: `name each ${what} once`,
      related: [{ location: at(source, before), message: 'first named here' }],
    })
  }
  return [...seen.values()]
}

/** A word of a fixed list, or `undefined` after a report. */
export function oneOf<const W extends string>(
  name: Name,
  words: readonly W[],
  what: string,
  source: Source,
  report: Report,
): W | undefined {
  const found = words.find((word) => word === name.text)
  if (found !== undefined) return found
  const nearest = nearestTo(report, name.text, words)
  report('RT0206', at(source, name), `\`${name.text}\` is no ${what}`, {
    help:
      nearest === undefined ? `write ${listed(words, 'or', 24)}` : `did you mean \`${nearest}\`?`,
    fix: nearest === undefined ? undefined : renameTo(nearest, name, source),
  })
  return undefined
}
