import { parse } from '../language/parser.ts'
import { diagnostic } from '../language/registry.ts'
import type { Diagnostic, DiagnosticCode } from '../language/diagnostic.ts'
import type { Location, Source } from '../language/source.ts'
import type { File } from '../language/syntax.ts'
import type { Policy } from './core.ts'
import { elaborate } from './elaborate/index.ts'
import { joinImport } from './import-path.ts'

/** Opens sources for the loader, which itself opens nothing. */
export interface SourceReader {
  /**
   * The source of `path` as written after `import` in `from`, or of the entry when `from` is
   * `undefined`. The same file always comes back under the same `name`.
   */
  read(path: string, from: Source | undefined): ReadResult
}

export type ReadResult =
  | { readonly kind: 'source'; readonly source: Source }
  | { readonly kind: 'problem'; readonly problem: ReadProblem }

/** Why a file was not read, without a word of its content. */
export interface ReadProblem {
  readonly code: 'RT0001' | 'RT0002' | 'RT0003' | 'RT0004'
  readonly message: string
  readonly help: string | undefined
}

export interface LoadResult {
  /** `undefined` when there is an error among the diagnostics. */
  readonly policy: Policy | undefined
  readonly diagnostics: readonly Diagnostic[]
  /** Every file that was read, imported ones before those that import them. */
  readonly sources: readonly Source[]
}

/** The version of the language that this release reads. */
export const languageVersion = 1
/** The most files one policy is made of. */
export const maxFiles = 64
/** The most rules one policy holds, over all blocks. */
export const maxRules = 10_000

/** Reads a policy with everything it imports, parses and elaborates it. Never throws. */
export function loadPolicy(entry: string, reader: SourceReader): LoadResult {
  const loading: Loading = {
    reader,
    files: [],
    state: new Map(),
    diagnostics: [],
    count: 0,
    path: [],
  }
  const read = reader.read(entry, undefined)
  if (read.kind === 'problem') {
    const location = { source: { name: entry, text: '' }, span: { start: 0, end: 0 } }
    return { policy: undefined, diagnostics: [problemAt(read.problem, location)], sources: [] }
  }
  loadFile(loading, read.source)
  const { files, diagnostics } = loading
  const sources = files.map((file) => file.source)
  const own = files.at(-1)
  if (own !== undefined && diagnostics.length === 0 && isEmpty(own)) {
    const location = { source: own.source, span: { start: 0, end: 0 } }
    const help = '`reroute new FILE` writes a small policy to begin with'
    return {
      policy: undefined,
      diagnostics: [diagnostic('RT0010', location, 'the file declares nothing', { help })],
      sources,
    }
  }
  checkRules(files, diagnostics)
  const unread = diagnostics.some((each) => each.severity === 'error')
  const elaborated = elaborate(files)
  // Where a file is incomplete, names may be missing only because their declaration was not read; one
  // that is nearly another is a slip all the same.
  const found = unread
    ? elaborated.diagnostics.filter((each) => !followsFromMissing.has(each.code) || each.fix !== undefined)
    : elaborated.diagnostics
  return {
    policy: unread ? undefined : elaborated.policy,
    diagnostics: inOrder([...diagnostics, ...found], sources),
    sources,
  }
}

/** A policy from a text, with libraries by the paths that `import` may name. For tests and documents. */
export function loadPolicyText(
  name: string,
  text: string,
  libraries: ReadonlyMap<string, string> = new Map(),
): LoadResult {
  const opened = new Map<string, Source>([[name, { name, text }]])
  return loadPolicy(name, {
    read: (path, from) => {
      const wanted = from === undefined ? path : joinImport(from.name, path)
      const known = opened.get(wanted)
      if (known !== undefined) return { kind: 'source', source: known }
      const library = libraries.get(wanted)
      if (library === undefined) {
        const known = [...libraries.keys()].slice(0, 8).map((each) => `\`${each}\``)
        const help = known.length === 0 ? 'no library is at hand' : `there is ${known.join(', ')}`
        return {
          kind: 'problem',
          problem: { code: 'RT0001', message: 'there is no such file', help },
        }
      }
      const source = { name: wanted, text: library }
      opened.set(wanted, source)
      return { kind: 'source', source }
    },
  })
}

function isEmpty(file: File): boolean {
  return file.policy === undefined && file.imports.length === 0 && file.declarations.length === 0
}

/** Codes that an unread declaration elsewhere can raise, the file itself being right. */
const followsFromMissing: ReadonlySet<DiagnosticCode> = new Set([
  'RT0201',
  'RT0206',
  'RT0209',
  'RT0212',
  'RT0216',
  'RT0218',
  'RT0221',
  'RT0222',
  'RT0226',
  'RT0229',
])

interface Loading {
  readonly reader: SourceReader
  readonly files: File[]
  /** By source name. */
  readonly state: Map<string, 'open' | 'done'>
  readonly diagnostics: Diagnostic[]
  count: number
  /** The imports that lead to the file being read. */
  readonly path: Source[]
}

function loadFile(loading: Loading, source: Source): void {
  loading.state.set(source.name, 'open')
  loading.count += 1
  loading.path.push(source)
  const { file, diagnostics } = parse(source)
  if (file.language !== undefined && Number(file.language.raw) !== languageVersion) {
    const location = { source, span: file.language.span }
    const help = `write \`language ${languageVersion}\`, or read it with the release that it was written for`
    report(loading, 'RT0011', location, `got version ${file.language.raw} of the language`, help)
  }
  for (const line of file.imports) {
    const location = { source, span: line.path.span }
    if (loading.count >= maxFiles) {
      report(
        loading,
        'RT0006',
        location,
        `the policy imports more than ${maxFiles - 1} files`,
        'put what belongs together into one file',
      )
      break
    }
    importFile(loading, line.path.value, location)
  }
  loading.path.pop()
  loading.state.set(source.name, 'done')
  loading.files.push(file)
  loading.diagnostics.push(...diagnostics)
}

function importFile(loading: Loading, path: string, location: Location): void {
  const read = loading.reader.read(path, location.source)
  if (read.kind === 'problem') {
    loading.diagnostics.push(problemAt(read.problem, location))
    return
  }
  const { source } = read
  const state = loading.state.get(source.name)
  if (state === 'done') return
  if (state === 'open') {
    const from = loading.path.findIndex((each) => each.name === source.name)
    const round = loading.path.slice(from).map((each) => `\`${each.name}\``)
    report(
      loading,
      'RT0005',
      location,
      `the import goes round in a circle back to \`${source.name}\``,
      round.length === 1 ? 'a file cannot import itself' : `it goes through ${round.join(', ')}`,
    )
    return
  }
  const before = loading.files.length
  loadFile(loading, source)
  const file = loading.files.at(-1)
  if (loading.files.length > before && file?.policy !== undefined) {
    report(
      loading,
      'RT0009',
      location,
      `\`${source.name}\` is a policy, expected a library`,
      'only files without a `policy` line can be imported: move what both need into one',
    )
  }
}

function report(
  loading: Loading,
  code: DiagnosticCode,
  location: Location,
  message: string,
  help: string,
): void {
  loading.diagnostics.push(diagnostic(code, location, message, { help }))
}

function problemAt(problem: ReadProblem, location: Location): Diagnostic {
  return diagnostic(problem.code, location, problem.message, { help: problem.help })
}

function checkRules(files: readonly File[], diagnostics: Diagnostic[]): void {
  let count = 0
  for (const { source, declarations } of files) {
    for (const declaration of declarations) {
      if (declaration.kind !== 'block') continue
      for (const rule of declaration.rules) {
        count += 1
        if (count <= maxRules) continue
        const location = { source, span: rule.name.span }
        const help = 'decide on fewer, wider conditions'
        diagnostics.push(
          diagnostic('RT0007', location, `the policy has more than ${maxRules} rules`, { help }),
        )
        return
      }
    }
  }
}

/** By file in the order of reading, then by place. */
function inOrder(
  diagnostics: readonly Diagnostic[],
  sources: readonly Source[],
): readonly Diagnostic[] {
  const rank = new Map(sources.map((source, index) => [source, index]))
  return [...diagnostics].sort((left, right) => {
    const files = (rank.get(left.location.source) ?? 0) - (rank.get(right.location.source) ?? 0)
    return files !== 0 ? files : left.location.span.start - right.location.span.start
  })
}
