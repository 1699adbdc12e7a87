import { readFile } from 'node:fs/promises'

/** As `package.json` has it, two levels above this file in the source and in what is built. */
export async function packageVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  const { version } = JSON.parse(text) as { version: string }
  return version
}
