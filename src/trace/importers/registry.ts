import { claudeCode } from './claude-code.ts'
import type { Importer } from './importer.ts'

/** Every importer, by the name of its format on the command line. */
export const importers: readonly Importer[] = [claudeCode]

export function importerOf(format: string): Importer | undefined {
  return importers.find((importer) => importer.format === format)
}
