import { createReadStream } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { unreadable } from '../files.ts'
import type { TraceFile } from '../files.ts'
import type { ImportOptions, ImportProblem } from './importer.ts'

export interface InputFiles {
  /** Each once, by name; each may be opened more than once. */
  readonly files: readonly TraceFile[]
  readonly ignored: readonly ImportProblem[]
}

/** A log is read twice, so what comes in a stream is held. */
const standardInputBytes = 256_000_000

/** Why a file of this name is no input, or undefined where it is one. */
export type Refusal = (fileName: string) => string | undefined

/** Bytes on disk. */
function sizeOf(files: readonly TraceFile[]): number {
  return files.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0)
}

/** Logs shrink to about a tenth where they are packed, and so do the columns of a table. */
const packed = /\.(gz|zst|parquet|pq)$/i

/** Whether some files, unpacked, have about so many bytes at most. */
export function areSmall(files: readonly TraceFile[], mostBytes: number): boolean {
  return sizeOf(files) + 9 * sizeOf(files.filter(({ name }) => packed.test(name))) <= mostBytes
}

/** The same files; what is read of them is told. `passes`: how often each is read. */
export function withProgress(
  files: readonly TraceFile[],
  passes: number,
  { onProgress }: ImportOptions,
): readonly TraceFile[] {
  if (onProgress === undefined) return files
  const total = sizeOf(files) * passes
  let done = 0
  async function* told(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      done += chunk.length
      onProgress?.({ done: Math.min(done, total), total })
      yield chunk
    }
  }
  return files.map((file) => ({ ...file, open: () => told(file.open()) }))
}

/** Takes files by the ends of their names, packed or not, and says of others that they are none. */
export function onlySuffixes(suffixes: readonly string[], otherwise: string): Refusal {
  const ends = new RegExp(String.raw`\.(${suffixes.map((one) => one.replaceAll('.', String.raw`\.`)).join('|')})(\.gz|\.zst)?$`, 'i')
  return (fileName) => (ends.test(fileName) ? undefined : otherwise)
}

/**
 * The files of one format below some paths. A directory is searched to its leaves; links to files
 * are read, links to directories in it are not followed. A file given by name is refused for the
 * same reasons as one that was found. `-` is the standard input.
 */
export async function inputFiles(
  paths: readonly string[],
  refusal: Refusal,
  standardInput: () => AsyncIterable<Uint8Array> = () => process.stdin,
): Promise<InputFiles> {
  const files = new Map<string, TraceFile>()
  const ignored: ImportProblem[] = []

  const takeStandardInput = async (): Promise<void> => {
    const chunks: Uint8Array[] = []
    let bytes = 0
    for await (const chunk of standardInput()) {
      bytes += chunk.length
      if (bytes > standardInputBytes) {
        const reason = `more than ${standardInputBytes} bytes on the standard input: save them to a file`
        ignored.push({ file: '-', reason })
        return
      }
      chunks.push(chunk)
    }
    files.set('-', { name: '-', bytes, open: () => Readable.from(chunks) })
  }
  const take = async (path: string): Promise<void> => {
    const reason = refusal(basename(path))
    if (reason !== undefined) {
      ignored.push({ file: path, reason })
      return
    }
    const found = await stat(path)
    if (!found.isFile()) {
      const what = found.isDirectory() ? 'a link to a directory: name it to have it searched' : 'a pipe or a device, and no file: `-` reads the standard input'
      ignored.push({ file: path, reason: what })
      return
    }
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
    if (path === '-') {
      if (!files.has('-')) await takeStandardInput()
      continue
    }
    await guarded(path, async () => {
      const found = await stat(path)
      await (found.isDirectory() ? search(path) : take(path))
    })
  }
  return { files: [...files.values()].sort((a, b) => (a.name < b.name ? -1 : 1)), ignored }
}
