import type { DiagnosticEntry } from './entry.ts'

/** RT09xx: limits of what a replay can say. */
export const simulationEntries: readonly DiagnosticEntry[] = []
