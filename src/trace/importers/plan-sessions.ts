import type { TraceFile } from '../files.ts'
import type { DraftItem, SessionDraft } from './session-draft.ts'

/** What a plan keeps of one file: identities and instants, no facts. */
export interface SurveyedFile {
  readonly file: TraceFile
  readonly derived: boolean
  readonly firstSession: string
  readonly lastMicros: number
  readonly items: number
  readonly drafts: readonly SurveyedDraft[]
}

interface SurveyedDraft {
  readonly session: string
  readonly order: SessionDraft['order']
  readonly items: readonly SurveyedItem[]
}

interface SurveyedItem {
  /** Its place among all items of the file. */
  readonly at: number
  readonly call: boolean
  readonly identity: string | undefined
  readonly copied: boolean
  /** Of the start, else of the end. */
  readonly micros: number | undefined
  readonly endMicros: number | undefined
}

/** Which file keeps which call, and the number that it has there. */
export interface Plan {
  readonly files: readonly TraceFile[]
  readonly hasCalls: (session: string) => boolean
  readonly backwardTimes: (session: string) => boolean
  /** Undefined: a copy. For an event the number of the call that it precedes. */
  readonly numberOf: (file: number, draft: number, item: number) => number | undefined
}

/** Gathers what a plan needs of one file. Items of one session may be added between those of others. */
export interface Surveyor {
  readonly add: (session: string, order: SessionDraft['order'], item: DraftItem) => void
  readonly surveyed: (drafts: readonly SessionDraft[]) => SurveyedFile
}

export function surveyor(file: TraceFile): Surveyor {
  const loose = new Map<string, SurveyedDraft & { readonly items: SurveyedItem[] }>()
  let next = 0
  const placed = (item: DraftItem): SurveyedItem => {
    next += 1
    return itemOf(item, next)
  }
  return {
    add: (session, order, item) => {
      const known = loose.get(session) ?? { session, order, items: [] }
      loose.set(session, known)
      known.items.push(placed(item))
    },
    surveyed: (drafts) => {
      const own = drafts.map(({ session, order, items }) => ({ session, order, items: items.map(placed) }))
      const kept = [...loose.values(), ...own]
      let lastMicros = 0
      let items = 0
      for (const draft of kept) {
        items += draft.items.length
        for (const one of draft.items) lastMicros = Math.max(lastMicros, one.endMicros ?? one.micros ?? 0)
      }
      const derived = drafts.length > 0 && loose.size === 0 && drafts.every((draft) => draft.derived)
      return { file, derived, firstSession: kept[0]?.session ?? '', lastMicros, items, drafts: kept }
    },
  }
}

function itemOf(item: DraftItem, at: number): SurveyedItem {
  const { identity, copied } = item
  const isCopied = copied === true
  if (item.kind === 'event') {
    return { at, call: false, identity, copied: isCopied, micros: item.facts.atMicros, endMicros: undefined }
  }
  const { startMicros, endMicros } = item.facts
  return { at, call: true, identity, copied: isCopied, micros: startMicros ?? endMicros, endMicros }
}

interface Kept {
  readonly file: number
  readonly draft: number
  readonly item: number
  readonly surveyed: SurveyedItem
}

/**
 * The order of the files and of the calls; that of the input plays no part. Originals before those
 * that repeat them, a session that ended first before one that went on from it, and of two states
 * of one file the longer. `known`: whether a call of this identity is kept elsewhere already.
 */
export function planSessions(files: readonly SurveyedFile[], known: (identity: string) => boolean = () => false): Plan {
  const ranked = rankedFiles(files)
  const claimed = new Set<string>()
  const bySession = new Map<string, { readonly order: SessionDraft['order']; readonly kept: Kept[] }>()
  for (const [file, { drafts }] of ranked.entries()) {
    for (const { draft, item, one } of inOrder(drafts)) {
      const { session, order } = draft.of
      const group = bySession.get(session) ?? { order, kept: [] }
      bySession.set(session, group)
      if (one.copied || (one.identity !== undefined && (claimed.has(one.identity) || known(one.identity)))) continue
      if (one.identity !== undefined) claimed.add(one.identity)
      group.kept.push({ file, draft: draft.at, item, surveyed: one })
    }
  }
  const numbers = new Map<number, Map<number, Map<number, number>>>()
  const backward = new Set<string>()
  const withCalls = new Set<string>()
  for (const [session, { order, kept }] of bySession) {
    if (order === 'time') kept.sort(compareKept)
    else if (runsBackwards(kept)) backward.add(session)
    let call = 0
    for (const { file, draft, item, surveyed: one } of kept) {
      if (one.call) call += 1
      entry(entry(numbers, file), draft).set(item, one.call ? call : call + 1)
    }
    if (call > 0) withCalls.add(session)
  }
  return {
    files: ranked.map(({ file }) => file),
    hasCalls: (session) => withCalls.has(session),
    backwardTimes: (session) => backward.has(session),
    numberOf: (file, draft, item) => numbers.get(file)?.get(draft)?.get(item),
  }
}

interface PlacedItem {
  readonly draft: { readonly at: number; readonly of: SurveyedDraft }
  readonly item: number
  readonly one: SurveyedItem
}

/** As they stand in the file: of two copies in it the first is kept, whichever session it is of. */
function inOrder(drafts: readonly SurveyedDraft[]): readonly PlacedItem[] {
  const placed = drafts.flatMap((of, at) => {
    const draft = { at, of }
    return of.items.map((one, item) => ({ draft, item, one }))
  })
  return placed.sort((a, b) => a.one.at - b.one.at)
}

function entry<K, V>(map: Map<K, Map<number, V>>, key: K): Map<number, V> {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = new Map<number, V>()
  map.set(key, made)
  return made
}

/** By start; those without one stay where they stand, after all others. */
function compareKept(a: Kept, b: Kept): number {
  const left = a.surveyed.micros ?? Number.POSITIVE_INFINITY
  const right = b.surveyed.micros ?? Number.POSITIVE_INFINITY
  if (left !== right) return left < right ? -1 : 1
  return a.file - b.file || a.draft - b.draft || a.item - b.item
}

function runsBackwards(kept: readonly Kept[]): boolean {
  let last = 0
  for (const { surveyed: one } of kept) {
    const end = one.endMicros
    if (end === undefined) continue
    if (end < last) return true
    last = end
  }
  return false
}

function rankedFiles(files: readonly SurveyedFile[]): readonly SurveyedFile[] {
  const ends = new Map<string, number>()
  for (const { firstSession, lastMicros } of files) {
    ends.set(firstSession, Math.max(ends.get(firstSession) ?? 0, lastMicros))
  }
  const endOf = ({ firstSession }: SurveyedFile): number => ends.get(firstSession) ?? 0
  return files.toSorted(
    (a, b) =>
      Number(a.derived) - Number(b.derived) ||
      compare(endOf(a), endOf(b)) ||
      compare(a.firstSession, b.firstSession) ||
      b.items - a.items ||
      compare(b.lastMicros, a.lastMicros) ||
      compare(a.file.name, b.file.name),
  )
}

function compare(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
