import { lex } from '../../language/lexer.ts'
import type { Location } from '../../language/source.ts'
import type { Block, Located, Moment, Policy, Rule } from '../../policy/core.ts'
import { canonicalText } from '../../policy/digest.ts'

/** What was edited, in the author's words; what it does is another question. */
export interface Edit {
  /** `setting threshold`, `rule image`. */
  readonly place: string
  /** `0.70 becomes 0.75`, `added`, `removed`. */
  readonly change: string
}

/**
 * What differs between two texts in rules and in all that they are made of, declaration by declaration:
 * layout, comments, tests and spelling that means the same do not show. What stands outside of rules is
 * told by `namedChanges`.
 */
export function editsOf(older: Policy, newer: Policy): readonly Edit[] {
  return [
    ...declaredEdits('setting', older.settings, newer.settings, 0),
    ...ruleEdits(older, newer),
    ...declaredEdits('signal', older.signals, newer.signals),
    ...declaredEdits('scorer', older.scorers, newer.scorers),
    ...declaredEdits('ladder', older.ladders, newer.ladders),
    ...declaredEdits('filter', older.filters, newer.filters),
    ...declaredEdits('hide', older.hides, newer.hides),
    ...uncheckedEdits(older, newer),
  ]
}

type Named = Located & { readonly name: string }

function declaredEdits<T extends Named>(
  kind: string,
  olds: readonly T[],
  news: readonly T[],
  /** Words told before those that differ. */
  around: number = 2,
): readonly Edit[] {
  const gone = olds.filter(({ name }) => !news.some((now) => now.name === name))
  const come = news.filter(({ name }) => !olds.some((old) => old.name === name))
  const renamed = gone.flatMap((old) => {
    const now = come.find((each) => ownText({ ...each, name: old.name }) === ownText(old))
    return now === undefined ? [] : [{ old, now }]
  })
  return [
    ...olds.flatMap((old): readonly Edit[] => {
      const now = news.find(({ name }) => name === old.name)
      if (now === undefined || ownText(old) === ownText(now)) return []
      const text = textChange(old.location, now.location, around)
      return text === undefined ? [] : [{ place: `${kind} ${old.name}`, change: text }]
    }),
    ...renamed.map(({ old, now }): Edit => ({ place: `${kind} ${now.name}`, change: `was \`${old.name}\`` })),
    ...gone
      .filter((each) => !renamed.some(({ old }) => old === each))
      .map(({ name }): Edit => ({ place: `${kind} ${name}`, change: 'removed' })),
    ...come
      .filter((each) => !renamed.some(({ now }) => now === each))
      .map(({ name }): Edit => ({ place: `${kind} ${name}`, change: 'added' })),
  ]
}

function uncheckedEdits({ unchecked: olds }: Policy, { unchecked: news }: Policy): readonly Edit[] {
  return [
    ...news.filter((each) => !olds.includes(each)).map((each): Edit => ({ place: `filter ${each}`, change: 'switched off' })),
    ...olds.filter((each) => !news.includes(each)).map((each): Edit => ({ place: `filter ${each}`, change: 'switched on' })),
  ]
}

// --- rules

/** The same edit of a block for several moments is told once. */
function ruleEdits(older: Policy, newer: Policy): readonly Edit[] {
  const moments = ['start', 'turn', 'call'] as const satisfies readonly Moment[]
  const found = moments.flatMap((moment) => blockEdits(older.blocks[moment], newer.blocks[moment]).map((edit) => ({ moment, edit })))
  const merged = new Map<string, { readonly edit: Edit; readonly moments: Moment[] }>()
  for (const { moment, edit } of found) {
    const key = canonicalText(edit)
    const first = merged.get(key) ?? { edit, moments: [] }
    first.moments.push(moment)
    merged.set(key, first)
  }
  return [...merged.values()].map(({ edit, moments: of }) => ({ ...edit, place: `${edit.place} (on ${of.join(', ')})` }))
}

function blockEdits(old: Block | undefined, now: Block | undefined): readonly Edit[] {
  if (old === undefined && now === undefined) return []
  if (old === undefined) return [{ place: 'the block', change: 'added' }]
  if (now === undefined) return [{ place: 'the block', change: 'removed' }]
  return [...declaredEdits('rule', old.rules, now.rules), ...orderEdit(old.rules, now.rules), ...otherwiseEdit(old.otherwise, now.otherwise)]
}

function otherwiseEdit(old: Rule, now: Rule): readonly Edit[] {
  if (ownText(old) === ownText(now)) return []
  const change = textChange(old.location, now.location, 2)
  const place = old.name === 'otherwise' ? old.name : `otherwise ${old.name}`
  return change === undefined ? [] : [{ place, change }]
}

function orderEdit(olds: readonly Rule[], news: readonly Rule[]): readonly Edit[] {
  const names = (all: readonly Rule[], of: readonly Rule[]): readonly string[] =>
    all.flatMap(({ name }) => (of.some((each) => each.name === name) ? [name] : []))
  const [before, after] = [names(olds, news), names(news, olds)]
  const first = before.findIndex((name, at) => name !== after[at])
  if (first < 0) return []
  const last = before.findLastIndex((name, at) => name !== after[at])
  const shown = (all: readonly string[]): string => clipped(all.slice(first, last + 1).join(', '))
  return [{ place: 'order of rules', change: `${shown(before)} becomes ${shown(after)}` }]
}

/** Without places; the use of a setting is its name, whatever its value. */
function ownText(value: unknown): string {
  return canonicalText(withoutSettings(value))
}

function withoutSettings(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSettings)
  if (typeof value !== 'object' || value === null) return value
  if ('setting' in value && typeof value.setting === 'string') return { setting: value.setting }
  return Object.fromEntries(Object.entries(value).flatMap(([key, each]) => (key === 'location' ? [] : [[key, withoutSettings(each)]])))
}

// --- texts

const mostCharacters = 90

/** The words that differ, with some before them; `undefined`: the difference stands elsewhere. */
function textChange(old: Location, now: Location, around: number): string | undefined {
  const [before, after] = [wordsOf(old), wordsOf(now)]
  const most = Math.min(before.length, after.length)
  let first = 0
  while (first < most && before[first] === after[first]) first += 1
  let end = 0
  while (end < most - first && before.at(-1 - end) === after.at(-1 - end)) end += 1
  if (first === before.length && first === after.length) return undefined
  const from = Math.max(0, first - around)
  // An operator says nothing without its right side.
  const operator = [before, after].some((words) => /^[^\w"]+$/.test(words.at(-1 - end) ?? ''))
  const kept = operator && around > 0 ? Math.max(0, end - 1) : end
  const part = (words: readonly string[]): string => clipped(words.slice(from, words.length - kept).join(' '))
  return around === 0 ? `${part(before)} becomes ${part(after)}` : `\`${part(before)}\` becomes \`${part(after)}\``
}

/** Tokens that stand together are a word; comments are none. */
function wordsOf({ source, span }: Location): readonly string[] {
  const { tokens } = lex({ name: source.name, text: source.text.slice(span.start, span.end) })
  const words: string[] = []
  for (const [at, { image, startOffset }] of tokens.entries()) {
    const spaced = startOffset > (tokens[at - 1]?.endOffset ?? startOffset) + 1
    if (at === 0 || spaced) words.push(image)
    else words.push(`${words.pop() ?? ''}${image}`)
  }
  return words
}

function clipped(text: string): string {
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters - 1)}…`
}
