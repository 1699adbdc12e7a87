import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { TraceProblem } from './problem.ts'

/** One input, not yet opened. `name` is what messages and provenance carry. */
export interface TraceFile {
  readonly name: string
  /** Size on disk; `undefined` for a stream. */
  readonly bytes: number | undefined
  readonly open: () => AsyncIterable<Uint8Array>
  /** What is opened is the rest of another file, after so many lines of it. */
  readonly restOf?: { readonly whole: TraceFile; readonly lines: number }
}

export interface FoundFiles {
  readonly files: readonly TraceFile[]
  /** Directories among the paths, and how many trace files each held. */
  readonly directories: readonly { readonly path: string; readonly files: number }[]
  readonly problems: readonly TraceProblem[]
}

/** File names that a directory is searched for. */
export const traceSuffixes: readonly string[] = ['.jsonl', '.jsonl.gz', '.jsonl.zst']

/**
 * The files that the paths name: `-` is the standard input, a directory stands for every
 * `*.jsonl`, `*.jsonl.gz` and `*.jsonl.zst` in it, recursively, in the order of their names.
 * Links to directories are not followed.
 */
export async function findTraceFiles(
  paths: readonly string[],
  stdin: () => AsyncIterable<Uint8Array>,
): Promise<FoundFiles> {
  const files: TraceFile[] = []
  const directories: { path: string; files: number }[] = []
  const problems: TraceProblem[] = []
  for (const path of paths) {
    if (path === '-') {
      files.push({ name: '-', bytes: undefined, open: stdin })
      continue
    }
    try {
      const found = await stat(path)
      if (!found.isDirectory()) {
        files.push(traceFile(path, found.isFile() ? found.size : undefined))
        continue
      }
      const inside = await filesInside(path)
      directories.push({ path, files: inside.length })
      files.push(...inside)
      if (inside.length === 0) problems.push(nothingInside(path))
    } catch (error) {
      problems.push(unreadable(path, error))
    }
  }
  return { files, directories, problems }
}

function traceFile(path: string, bytes: number | undefined): TraceFile {
  return { name: path, bytes, open: () => createReadStream(path, { highWaterMark: 1 << 18 }) }
}

async function filesInside(directory: string): Promise<TraceFile[]> {
  const entries = await readdir(directory, { withFileTypes: true })
  const sorted = entries.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  const files: TraceFile[] = []
  for (const entry of sorted) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) files.push(...(await filesInside(path)))
    else if (traceSuffixes.some((suffix) => entry.name.endsWith(suffix))) {
      const found = await stat(path)
      if (found.isFile()) files.push(traceFile(path, found.size))
    }
  }
  return files
}

function nothingInside(path: string): TraceProblem {
  return {
    kind: 'no-trace-files',
    file: path,
    message: `\`${path}\` is a directory without trace files`,
    help: `name a file, or a directory that holds ${traceSuffixes.map((suffix) => `*${suffix}`).join(', ')}`,
    fatal: true,
  }
}

/** A failure of the file system as a problem of the trace. */
export function unreadable(path: string, error: unknown): TraceProblem {
  const code = String((error as { code?: unknown }).code ?? 'unknown error')
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return {
      kind: 'not-found',
      file: path,
      message: `no file \`${path}\``,
      help: 'check the path; a trace is a *.jsonl file or a directory of them',
      fatal: true,
    }
  }
  return {
    kind: 'unreadable',
    file: path,
    message: `cannot read \`${path}\` (${code})`,
    help: 'check that the file may be read by you',
    fatal: true,
  }
}
