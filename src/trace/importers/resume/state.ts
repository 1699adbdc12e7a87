import { asCount, asList, asObject, asString } from '../json.ts'

/** What an import has read and written: kept beside its trace, so that the next one can go on. */
export interface ImportState {
  /** Digest of all that decides what an import of the same files writes. */
  readonly settings: string
  readonly output: Extent
  readonly files: readonly ReadFile[]
}

/** The first `bytes` of a file; `sha256` is of all of them in a trace, of some blocks of them in a log. */
export interface Extent {
  readonly bytes: number
  readonly sha256: string
}

export interface ReadFile extends Extent {
  /** Absolute, links resolved. */
  readonly path: string
  /** Its lines, where it can be read on after them. */
  readonly lines?: number
  readonly links: LinkSet
}

/** Hashes of what ties a file to others: its sessions and the identities of its calls. */
export type LinkSet = ReadonlySet<string>

const version = 2

export function stateText({ settings, output, files }: ImportState): string {
  const listed = files.map(({ path, bytes, sha256, lines, links }) => ({
    path,
    bytes,
    sha256,
    ...(lines === undefined ? {} : { lines }),
    links: [...links].sort().join(''),
  }))
  return `${JSON.stringify({ importState: version, settings, output, files: listed })}\n`
}

/** Undefined: this is no state, or one of another version. */
export function readState(text: string): ImportState | undefined {
  let state
  try {
    state = asObject(JSON.parse(text))
  } catch {
    return undefined
  }
  const settings = asString(state?.['settings'])
  const output = extentIn(state?.['output'])
  const listed = asList(state?.['files'])?.map(fileIn)
  if (state?.['importState'] !== version || settings === undefined || output === undefined || listed === undefined) {
    return undefined
  }
  const files = listed.filter((file) => file !== undefined)
  return files.length === listed.length ? { settings, output, files } : undefined
}

function extentIn(value: unknown): Extent | undefined {
  const extent = asObject(value)
  const bytes = asCount(extent?.['bytes'])
  const sha256 = asString(extent?.['sha256'])
  return bytes === undefined || sha256 === undefined ? undefined : { bytes, sha256 }
}

function fileIn(value: unknown): ReadFile | undefined {
  const extent = extentIn(value)
  const file = asObject(value)
  const path = asString(file?.['path'])
  const links = asString(file?.['links'])
  if (extent === undefined || path === undefined || links === undefined) return undefined
  const lines = asCount(file?.['lines'])
  return { ...extent, path, ...(lines === undefined ? {} : { lines }), links: new Set(links.match(/.{11}/g)) }
}
