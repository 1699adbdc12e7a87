import type { DiagnosticEntry } from './entry.ts'

/** RT01xx: what is not a sentence of the grammar. */
export const syntaxEntries: readonly DiagnosticEntry[] = []
