import { randomUUID } from 'node:crypto'
import { chmod, link, rename, rm, stat, writeFile } from 'node:fs/promises'
import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Context } from './context.ts'

/**
 * Writes a file that appears whole under its name or not at all, and keeps the mode of the one that
 * it replaces. `overwrite: false` rejects with `EEXIST` where there is one. Rejects with the
 * system's error; nothing is left behind then, nor on an interruption.
 */
export async function writeFileWhole(
  path: string,
  text: string,
  context: Context,
  options: { readonly overwrite: boolean },
): Promise<void> {
  const temporary = join(dirname(path), `.${randomUUID()}.part`)
  const forget = context.onInterrupt(() => rmSync(temporary, { force: true }))
  try {
    await writeFile(temporary, text, { flag: 'wx' })
    if (options.overwrite) {
      const mode = await modeOf(path)
      if (mode !== undefined) await chmod(temporary, mode)
      await rename(temporary, path)
    } else await link(temporary, path)
  } finally {
    await rm(temporary, { force: true })
    forget()
  }
}

async function modeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode & 0o7777
  } catch {
    return undefined
  }
}
