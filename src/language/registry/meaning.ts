import type { DiagnosticEntry } from './entry.ts'

/** RT02xx: names, types and units. */
export const meaningEntries: readonly DiagnosticEntry[] = []
