/** A place in a source file: UTF-16 offsets, `start` inclusive, `end` exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** One `.route` file as it was read. `name` is what messages print; it is never opened again. */
export interface Source {
  readonly name: string
  readonly text: string
}

/** A span in a named source: what a diagnostic points at. */
export interface Location {
  readonly source: Source
  readonly span: Span
}
