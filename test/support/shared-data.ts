import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../../../shared/data/', import.meta.url)

/**
 * A file or directory of the recordings that lie beside the repository, `undefined` where they are
 * not there. A test that needs one runs with `it.runIf` and says what it leaves out.
 */
export function sharedData(relative: string): string | undefined {
  const path = fileURLToPath(new URL(relative, root))
  if (existsSync(path)) return path
  console.info(`no recordings at ../shared/data/${relative}: the tests that read them are left out`)
  return undefined
}
