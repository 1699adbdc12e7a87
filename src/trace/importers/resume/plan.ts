import { realpath } from 'node:fs/promises'
import type { TraceFile } from '../../files.ts'
import type { Importer, ImportOptions } from '../importer.ts'
import { measure } from './extents.ts'
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
  /** What the files that are read tell of: records of these sessions are made anew. */
  readonly renewed: LinkSet
  readonly files: readonly ReadFile[]
  readonly unchanged: number
  /** Read before and not there any more; what was read of them stays. */
  readonly gone: number
}

interface Found extends ReadFile {
  readonly file: TraceFile
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
  const before = new Map((state?.files ?? []).map((one) => [one.path, one]))
  const found: Found[] = []
  for (const file of files) {
    if (file.name === '-') return refuse('the standard input cannot be read on: save it to a file')
    const path = await realpath(file.name)
    const known = before.get(path)
    before.delete(path)
    const { bytes, sha256, begins } = await measure(path, known)
    if (known !== undefined && !begins) {
      return refuse(`\`${file.name}\` does not begin any more with the ${known.bytes} bytes that were read of it`)
    }
    const changed = bytes !== known?.bytes
    const links =
      known === undefined || changed ? new Set((await importer.linksOf(file, options)).map(linkOf)) : known.links
    // What was read of it before may not be told any more.
    const all = known === undefined ? links : new Set([...known.links, ...links])
    found.push({ file, path, bytes, sha256, links: all, changed })
  }
  const gone = [...before.values()]
  const renewed = linksReached(found, gone)
  const lost = gone.find(({ links }) => meets(links, renewed))
  if (lost !== undefined) {
    return refuse(`\`${lost.path}\` is gone, and shares a session or a call with files that are new or have grown`)
  }
  const read = found.filter(({ links, changed }) => changed || meets(links, renewed))
  return {
    kind: 'plan',
    read: read.map(({ file }) => file),
    renewed,
    files: [...found.map(({ path, bytes, sha256, links }) => ({ path, bytes, sha256, links })), ...gone],
    unchanged: found.length - read.length,
    gone: gone.length,
  }
}

function refuse(reason: string): ResumeRefusal {
  return { kind: 'refused', reason }
}

/** All links of the changed files, and of files that share one with them, and so on. */
function linksReached(found: readonly Found[], gone: readonly ReadFile[]): LinkSet {
  const holders = new Map<string, ReadFile[]>()
  for (const file of [...found, ...gone]) {
    for (const link of file.links) holders.set(link, [...(holders.get(link) ?? []), file])
  }
  const reached = new Set<string>()
  const open: ReadFile[] = found.filter(({ changed }) => changed)
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
