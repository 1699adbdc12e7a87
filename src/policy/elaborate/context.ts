import { diagnostic } from '../../language/registry.ts'
import { suggest } from '../../language/suggest.ts'
import type { Diagnostic, DiagnosticCode } from '../../language/diagnostic.ts'
import type { DiagnosticOptions } from '../../language/registry.ts'
import type { Location, Source } from '../../language/source.ts'
import type { Node } from '../../language/syntax.ts'
import type { Signal } from '../core.ts'
import type { Names } from './names.ts'

/** What an elaboration knows and gathers: handed to every function, owned by `elaborate`. */
export interface Context {
  readonly names: Names
  readonly report: Report
  /** Filled while expressions are elaborated: each signal once, in the order of first need. */
  readonly signals: Map<string, ElaboratedSignal>
  /** The signals whose expressions are being read, the outermost first. */
  readonly frames: SignalFrame[]
}

/** What is learnt about a signal while its expression is read. */
export interface SignalFrame {
  readonly name: string
  depth: number
  size: number
  notInFilter: string | undefined
}

/** `undefined` where the signal is in error: reported once, silent wherever it is used. */
export interface ElaboratedSignal {
  readonly signal: Signal | undefined
  /** Signals that stand on signals: 1 for one that names none. */
  readonly depth: number
  /** What the signal would be with every other signal written out, in nodes. */
  readonly size: number
  /** What a filter may not read, when the signal reads such a thing. */
  readonly notInFilter: string | undefined
}

export interface Report {
  (code: DiagnosticCode, location: Location, message: string, options?: DiagnosticOptions): void
  /** Names that may still be compared in search of the nearest: bounds the time of a hopeless file. */
  readonly suggestions: { left: number }
}

/** The candidate nearest to a misspelt word, while there is time for it. */
export function nearestTo(
  report: Report,
  written: string,
  candidates: Iterable<string>,
): string | undefined {
  return suggest(written, counted(report, candidates))
}

function* counted(report: Report, candidates: Iterable<string>): Iterable<string> {
  if (report.suggestions.left <= 0) return
  for (const candidate of candidates) {
    report.suggestions.left -= 1
    yield candidate
  }
}

/** Gathers diagnostics, the same finding at the same place once. */
export function reporter(diagnostics: Diagnostic[]): Report {
  const seen = new Map<Source, Set<string>>()
  const report = (
    code: DiagnosticCode,
    location: Location,
    message: string,
    options?: DiagnosticOptions,
  ): void => {
    const known = seen.get(location.source) ?? new Set()
    seen.set(location.source, known)
    const key = `${code} ${location.span.start} ${location.span.end} ${message}`
    if (known.has(key)) return
    known.add(key)
    diagnostics.push(diagnostic(code, location, message, options))
  }
  return Object.assign(report, { suggestions: { left: 1_000_000 } })
}

export function at(source: Source, node: Node): Location {
  return { source, span: node.span }
}

/** `a`, `a and b`, `a, b and c`: user text in back-ticks, at most `limit` of it. */
export function listed(words: readonly string[], joint: 'and' | 'or' = 'or', limit = 8): string {
  const shown = words.slice(0, limit).map((word) => `\`${word}\``)
  if (words.length > limit) return `${shown.join(', ')} and ${words.length - limit} more`
  const last = shown.pop()
  if (last === undefined) return 'nothing'
  return shown.length === 0 ? last : `${shown.join(', ')} ${joint} ${last}`
}
