import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { posix, relative, resolve, sep } from 'node:path'
import type { Source } from '../language/source.ts'
import type { ReadProblem, ReadResult, SourceReader } from '../policy/load.ts'
import { isInside, realPathOf } from './path-inside.ts'
import type { ReadSourcesOptions } from './read-sources.ts'
import { importMissing, importOutside, importProblem, maxFileBytes, notText, textOf, tooLarge } from './source-text.ts'

/** `main:policies/x.route`, where no file has that name: a file of a revision of git. */
export function isRevision(path: string): boolean {
  return path.includes(':') && !/^[a-z]:[\\/]/i.test(path) && !existsSync(path)
}

/**
 * Reads `REVISION:PATH` with everything that it imports out of that one revision, whatever the
 * working tree holds. `git` is run without a shell, fetches nothing, and sees a revision only behind
 * `--end-of-options`; from then on only hashes that it gave back.
 */
export function gitSourceReader(options: ReadSourcesOptions = {}): SourceReader {
  const opened = new Map<string, Source>()
  const paths = new Map<string, string>()
  let entry: Entry | undefined
  const open = (from: Entry, path: string): ReadResult => {
    const name = `${from.revision}:${path}`
    const known = opened.get(name)
    if (known !== undefined) return { kind: 'source', source: known }
    const text = blobAt(from.commit, path, from.top)
    if (typeof text !== 'string') return { kind: 'problem', problem: text }
    const source = { name, text }
    opened.set(name, source)
    paths.set(name, path)
    return { kind: 'source', source }
  }
  return {
    read: (path, from) => {
      if (from === undefined) {
        const found = entryOf(path, options)
        if ('code' in found) return { kind: 'problem', problem: found }
        entry = found
        return open(found, found.path)
      }
      const importer = paths.get(from.name)
      if (importer === undefined || entry === undefined) return { kind: 'problem', problem: importMissing }
      const problem = importProblem(path)
      if (problem !== undefined) return { kind: 'problem', problem }
      const lexical = posix.join(posix.dirname(importer), path)
      return isBelow(entry.root, lexical) ? open(entry, lexical) : { kind: 'problem', problem: importOutside }
    },
  }
}

interface Entry {
  /** As it was asked for. */
  readonly revision: string
  readonly commit: string
  /** The working tree's top directory. */
  readonly top: string
  /** Below the top, with `/`. */
  readonly path: string
  /** Imports stay below it; empty: the whole repository. */
  readonly root: string
}

function entryOf(text: string, options: ReadSourcesOptions): Entry | ReadProblem {
  const at = text.indexOf(':')
  const [revision, written] = [text.slice(0, at), text.slice(at + 1)]
  if (revision === '' || written === '') {
    return problem('RT0001', `\`${text}\` names no file of a revision`, 'write it as `main:policies/my.route`')
  }
  const place = git(['rev-parse', '--show-toplevel', '--show-prefix'], undefined)
  if (!place.ok) return place.problem
  const [top = '', prefix = ''] = place.bytes.toString('utf8').split('\n')
  const commit = git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`], undefined)
  const hash = commit.ok ? commit.bytes.toString('utf8').trim() : ''
  if (!/^[0-9a-f]{40,64}$/.test(hash)) {
    return problem(
      'RT0001',
      `there is no revision \`${revision}\` here, and no file \`${text}\``,
      'fetch it first; a shallow clone holds only the newest',
    )
  }
  const path = posix.normalize(/^\.\.?\//.test(written) ? posix.join(prefix, written) : written)
  const wanted = options.root === undefined ? top : realPathOf(resolve(options.root))
  if (wanted === undefined || !isInside(top, wanted)) {
    return problem('RT0002', `the root \`${options.root ?? ''}\` lies outside of the repository`, 'name a directory in it')
  }
  const root = relative(top, wanted).split(sep).join('/')
  if (!isBelow(root, path)) {
    return problem('RT0002', `\`${text}\` lies outside of the root`, 'give a `--root` that holds it')
  }
  return { revision, commit: hash, top, path, root }
}

function isBelow(root: string, path: string): boolean {
  if (path.startsWith('/') || path === '..' || path.startsWith('../')) return false
  return root === '' || path.startsWith(`${root}/`)
}

/** A link is not followed: it is no file, and nothing is found behind one. */
function blobAt(commit: string, path: string, top: string): string | ReadProblem {
  const listed = git(['--literal-pathspecs', 'ls-tree', '-z', '--full-tree', commit, '--', path], top)
  if (!listed.ok) return listed.problem
  const [mode, kind, blob = ''] = (listed.bytes.toString('utf8').split('\t')[0] ?? '').split(' ')
  if (mode === undefined || mode === '') return problem('RT0001', `there is no file \`${path}\` in that revision`, undefined)
  if (kind !== 'blob' || mode === '120000') return notText(`\`${path}\` is a directory or a link, expected a file`)
  if (!/^[0-9a-f]{40,64}$/.test(blob)) return notText('the file cannot be read')
  const size = git(['cat-file', '-s', blob], top)
  if (!size.ok) return size.problem
  if (Number(size.bytes.toString('utf8')) > maxFileBytes) return tooLarge
  const read = git(['cat-file', 'blob', blob], top)
  return read.ok ? textOf(read.bytes) : read.problem
}

type Answer = { readonly ok: true; readonly bytes: Buffer } | { readonly ok: false; readonly problem: ReadProblem }

function git(words: readonly string[], directory: string | undefined): Answer {
  try {
    const bytes = execFileSync('git', ['--no-pager', '-c', 'core.fsmonitor=false', '-c', 'protocol.allow=never', ...words], {
      cwd: directory,
      maxBuffer: 4 * maxFileBytes,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 30_000,
      env: { ...process.env, GIT_NO_LAZY_FETCH: '1', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' },
    })
    return { ok: true, bytes }
  } catch (error) {
    return { ok: false, problem: gitProblem(error) }
  }
}

function gitProblem(error: unknown): ReadProblem {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
    return problem('RT0001', 'a revision was named, and there is no `git` here', 'install git, or name a file')
  }
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).split('\n')[0] : undefined
  if (said?.includes('not a git repository') === true) {
    return problem('RT0001', 'a revision was named outside of a repository of git', 'run it inside of one, or name a file')
  }
  return problem('RT0001', `git cannot read it: ${said === undefined || said === '' ? 'it was ended' : said}`, undefined)
}

function problem(code: ReadProblem['code'], message: string, help: string | undefined): ReadProblem {
  return { code, message, help }
}
