import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import type { TraceFile } from '../../files.ts'
import { packingOf } from '../../unpack.ts'
import type { Importer, ImportOptions } from '../importer.ts'
import { beginningBytes } from '../importer-of-calls.ts'
import { endsLine, fingerprint } from './extents.ts'
import { linkOf } from './links.ts'
import type { ImportState, LinkSet, ReadFile } from './state.ts'

/** Why an import cannot go on. */
export interface ResumeRefusal {
  readonly kind: 'refused'
  readonly reason: string
}

export interface ResumePlan {
  readonly kind: 'plan'
  /** New ones, those that grew, and those that share a session or a call with any of them. */
  readonly read: readonly TraceFile[]
  /** The rest of those that grew and can be read on. */
  readonly readOn: readonly TraceFile[]
  /** What the files that are read tell of: records of these sessions are made anew. */
  readonly renewed: LinkSet
  /** What stood in the files that are read on: none of it is told by any other file. */
  readonly continued: LinkSet
  readonly files: readonly ReadFile[]
  readonly unchanged: number
  /** Of those read, how many have grown and are read from their beginning. */
  readonly grownFromBeginning: number
  /** Read before and not there any more; what was read of them stays. */
  readonly gone: number
}

interface Found extends ReadFile {
  readonly file: TraceFile
  readonly before: ReadFile | undefined
  readonly changed: boolean
}

/**
 * What must be read again so that the trace comes out as if all files were imported at once. Files
 * that share neither a session nor a call do not touch each other's records.
 */
export async function planResume(
  importer: Importer,
  files: readonly TraceFile[],
  options: ImportOptions,
  state: ImportState | undefined,
): Promise<ResumePlan | ResumeRefusal> {
  const left = new Map((state?.files ?? []).map((one) => [one.path, one]))
  const found: Found[] = []
  for (const file of files) {
    if (file.name === '-') return refuse('the standard input cannot be read on: save it to a file')
    const path = await realpath(file.name)
    const before = left.get(path)
    left.delete(path)
    const { size } = await stat(path)
    if (before !== undefined && (size < before.bytes || (await fingerprint(path, before.bytes)) !== before.sha256)) {
      return refuse(`\`${file.name}\` does not begin any more with the ${before.bytes} bytes that were read of it`)
    }
    found.push(await surveyed(importer, { file: upTo(file, path, size), path, before, size }, options))
  }
  const gone = [...left.values()]
  const holders = holdersOf([...found, ...gone])
  const readOn = found.filter((one) => isRest(one) && [...one.links].every((link) => holders.get(link)?.length === 1))
  const renewed = linksReached(found.filter(({ changed }) => changed).filter((one) => !readOn.includes(one)), holders)
  const lost = gone.find(({ links }) => meets(links, renewed))
  if (lost !== undefined) {
    return refuse(`\`${lost.path}\` is gone, and shares a session or a call with files that are new or have grown`)
  }
  const read = found.filter((one) => !readOn.includes(one) && (one.changed || meets(one.links, renewed)))
  return {
    kind: 'plan',
    read: read.map(({ file }) => file),
    readOn: readOn.map(({ file, before }) => restOf(file, before)),
    renewed,
    continued: new Set(readOn.flatMap(({ before }) => [...(before?.links ?? [])])),
    files: [
      ...found.map(({ path, bytes, sha256, lines, links }) => ({ path, bytes, sha256, links, ...(lines === undefined ? {} : { lines }) })),
      ...gone,
    ],
    unchanged: found.length - read.length - readOn.length,
    grownFromBeginning: read.filter(({ before, changed }) => changed && before !== undefined).length,
    gone: gone.length,
  }
}

interface ToSurvey {
  readonly file: TraceFile
  readonly path: string
  readonly before: ReadFile | undefined
  readonly size: number
}

async function surveyed(importer: Importer, { file, path, before, size }: ToSurvey, options: ImportOptions): Promise<Found> {
  if (before?.bytes === size) return { ...before, file, before, changed: false }
  const grown = before?.lines !== undefined && before.bytes >= beginningBytes
  const { links, lines } = await importer.linksOf(grown ? restOf(file, before) : file, options)
  const alone = lines !== undefined && (await endsLine(path, size)) && !(await isPacked(path))
  return {
    file,
    path,
    before,
    bytes: size,
    sha256: await fingerprint(path, size),
    ...(alone ? { lines: (grown ? before.lines : 0) + lines } : {}),
    // What was read of it before may not be told any more.
    links: new Set([...(before?.links ?? []), ...links.map(linkOf)]),
    changed: true,
  }
}

/** A file may go on growing while it is read: what comes later is for the next time. */
function upTo(file: TraceFile, path: string, bytes: number): TraceFile {
  if (bytes === 0) return file
  return { ...file, bytes, open: () => createReadStream(path, { highWaterMark: 1 << 18, end: bytes - 1 }) }
}

/** What has grown since, of a file that can be read on. Its beginning is so long that it stays the same. */
function isRest({ before, changed }: Found): boolean {
  return changed && before?.lines !== undefined && before.bytes >= beginningBytes
}

function restOf(file: TraceFile, before: ReadFile | undefined): TraceFile {
  const { bytes = 0, lines = 0 } = before ?? {}
  const end = (file.bytes ?? 0) - 1
  return {
    name: file.name,
    bytes: (file.bytes ?? 0) - bytes,
    open: () => createReadStream(file.name, { highWaterMark: 1 << 18, start: bytes, end }),
    restOf: { whole: file, lines },
  }
}

async function isPacked(path: string): Promise<boolean> {
  for await (const head of createReadStream(path, { end: 3 })) return packingOf(head as Uint8Array) !== 'plain'
  return false
}

function refuse(reason: string): ResumeRefusal {
  return { kind: 'refused', reason }
}

type Holders = ReadonlyMap<string, readonly ReadFile[]>

function holdersOf(files: readonly ReadFile[]): Holders {
  const holders = new Map<string, ReadFile[]>()
  for (const file of files) {
    for (const link of file.links) {
      const known = holders.get(link)
      if (known === undefined) holders.set(link, [file])
      else known.push(file)
    }
  }
  return holders
}

/** All links of the changed files, and of files that share one with them, and so on. */
function linksReached(changed: readonly ReadFile[], holders: Holders): LinkSet {
  const reached = new Set<string>()
  const open = [...changed]
  const seen = new Set(open)
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    for (const link of file.links) {
      if (reached.has(link)) continue
      reached.add(link)
      for (const other of holders.get(link) ?? []) {
        if (!seen.has(other)) open.push(other)
        seen.add(other)
      }
    }
  }
  return reached
}

function meets(links: LinkSet, others: LinkSet): boolean {
  for (const link of links) if (others.has(link)) return true
  return false
}
