import { createReadStream } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { unreadable } from '../files.ts'
import type { TraceFile } from '../files.ts'
import type { ImportProblem } from './importer.ts'

export interface InputFiles {
  /** Each once, in no meaningful order; each may be opened more than once. */
  readonly files: readonly TraceFile[]
  readonly ignored: readonly ImportProblem[]
}

/** Why a file of this name is no input, or undefined where it is one. */
export type Refusal = (fileName: string) => string | undefined

/**
 * The files of one format below some paths. A directory is searched to its leaves; links to files
 * are read, links to directories in it are not followed. A file given by name is refused for the
 * same reasons as one that was found.
 */
export async function inputFiles(
  paths: readonly string[],
  refusal: Refusal,
): Promise<InputFiles> {
  const files = new Map<string, TraceFile>()
  const ignored: ImportProblem[] = []

  const take = async (path: string): Promise<void> => {
    const reason = refusal(basename(path))
    if (reason !== undefined) {
      ignored.push({ file: path, reason })
      return
    }
    const found = await stat(path)
    if (!found.isFile()) return
    const open = (): AsyncIterable<Uint8Array> => createReadStream(path, { highWaterMark: 1 << 18 })
    const file = await realpath(path)
    if (!files.has(file)) files.set(file, { name: path, bytes: found.size, open })
  }
  const search = async (directory: string): Promise<void> => {
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name)
      if (entry.isDirectory()) await guarded(path, search)
      else await guarded(path, take)
    }
  }
  const guarded = async (path: string, action: (path: string) => Promise<void>): Promise<void> => {
    try {
      await action(path)
    } catch (error) {
      ignored.push({ file: path, reason: unreadable(path, error).message })
    }
  }

  for (const path of paths) {
    await guarded(path, async () => {
      const found = await stat(path)
      await (found.isDirectory() ? search(path) : take(path))
    })
  }
  return { files: [...files.values()], ignored }
}
