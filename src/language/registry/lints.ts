import type { DiagnosticEntry } from './entry.ts'

/** RT03xx: policies that are well formed and still look wrong. */
export const lintsEntries: readonly DiagnosticEntry[] = []
