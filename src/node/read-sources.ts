import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { Source } from '../language/source.ts'
import { joinImport } from '../policy/import-path.ts'
import type { ReadProblem, ReadResult, SourceReader } from '../policy/load.ts'
import { importMissing, importOutside, importProblem, maxFileBytes, notText, textOf, tooLarge } from './source-text.ts'

export { maxFileBytes }

export interface ReadSourcesOptions {
  /** Imports stay below it. By default the repository of the policy, else its directory. */
  readonly root?: string | undefined
}

/**
 * Reads sources from the file system. What is refused is refused before it is opened where that can
 * be told from its path, and nothing of its content is ever quoted.
 */
export function fileSourceReader(options: ReadSourcesOptions = {}): SourceReader {
  const opened = new Map<string, Source>()
  const realPaths = new Map<string, string>()
  let root: string | undefined
  const open = (path: string, name: string): ReadResult => {
    const known = opened.get(path)
    if (known !== undefined) return { kind: 'source', source: known }
    const text = readText(path)
    if (typeof text !== 'string') return { kind: 'problem', problem: text }
    const source = { name, text }
    opened.set(path, source)
    realPaths.set(name, path)
    return { kind: 'source', source }
  }
  return {
    read: (path, from) => {
      if (from === undefined) {
        const real = realPathOf(resolve(path))
        if (real === undefined)
          return refused(
            'RT0001',
            `there is no file \`${path}\``,
            'give the path of a `.route` file',
          )
        if (isDirectory(real)) {
          return refused(
            'RT0003',
            `\`${path}\` is a directory, expected a \`.route\` file`,
            'name a file in it',
          )
        }
        root = realPathOf(resolve(options.root ?? projectRoot(real))) ?? dirname(real)
        if (!isInside(root, real)) {
          return refused(
            'RT0002',
            `the policy lies outside of the root \`${options.root ?? root}\``,
            'give a `--root` that holds it',
          )
        }
        return open(real, path.split(sep).join('/'))
      }
      const importer = realPaths.get(from.name)
      if (importer === undefined || root === undefined)
        return refused('RT0001', 'the file cannot be found', undefined)
      const real = importedPath(path, importer, root)
      return typeof real === 'string'
        ? open(real, joinImport(from.name, path))
        : { kind: 'problem', problem: real }
    },
  }
}

/** The real path that an import leads to, or why it leads nowhere. */
function importedPath(path: string, importer: string, root: string): string | ReadProblem {
  const written = importProblem(path)
  if (written !== undefined) return written
  const lexical = resolve(dirname(importer), path)
  if (!isInside(root, lexical)) return importOutside
  const real = realPathOf(lexical)
  if (real === undefined) return importMissing
  if (!isInside(root, real)) return importOutside
  if (!real.endsWith('.route')) {
    return {
      code: 'RT0002',
      message: 'the import is a link to another kind of file',
      help: 'only `.route` files can be imported',
    }
  }
  return real
}

function refused(code: ReadProblem['code'], message: string, help: string | undefined): ReadResult {
  return { kind: 'problem', problem: { code, message, help } }
}

/** The nearest directory above with a `.git`, else the directory of the file. */
function projectRoot(file: string): string {
  let directory = dirname(file)
  for (;;) {
    if (existsSync(join(directory, '.git'))) return directory
    const above = dirname(directory)
    if (above === directory) return dirname(file)
    directory = above
  }
}

export function isInside(root: string, path: string): boolean {
  const steps = relative(root, path)
  return steps === '' || (!isAbsolute(steps) && steps !== '..' && !steps.startsWith(`..${sep}`))
}

export function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

/** The text of a regular file of bounded size in UTF-8. */
function readText(path: string): string | ReadProblem {
  try {
    // Opening a pipe would wait for its writer.
    if (!statSync(path).isFile()) return notText('got a directory or a device, expected a file')
    const descriptor = openSync(path, 'r')
    try {
      const { size } = fstatSync(descriptor)
      if (size > maxFileBytes) return tooLarge
      const bytes = new Uint8Array(maxFileBytes + 1)
      let length = 0
      while (length < bytes.length) {
        const count = readSync(descriptor, bytes, length, bytes.length - length, null)
        if (count === 0) break
        length += count
      }
      return textOf(bytes.subarray(0, length))
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return { code: 'RT0001', message: 'the file cannot be read', help: 'look at its permissions' }
  }
}
