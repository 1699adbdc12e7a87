import type { DiagnosticEntry } from './entry.ts'

/** RT00xx: reading files, imports, size limits. */
export const readingEntries: readonly DiagnosticEntry[] = []
