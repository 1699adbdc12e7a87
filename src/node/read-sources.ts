import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { dirname, resolve, sep } from 'node:path'
import type { Source } from '../language/source.ts'
import { joinImport } from '../policy/import-path.ts'
import type { ReadProblem, ReadResult, SourceReader } from '../policy/load.ts'
import { isDirectory, isInside, pathInside, projectRoot, realPathOf } from './path-inside.ts'
import { imports, maxFileBytes, notText, textOf, tooLarge } from './source-text.ts'

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
      const real = pathInside(path, importer, root, imports)
      return typeof real === 'string'
        ? open(real, joinImport(from.name, path))
        : { kind: 'problem', problem: real }
    },
  }
}

function refused(code: ReadProblem['code'], message: string, help: string | undefined): ReadResult {
  return { kind: 'problem', problem: { code, message, help } }
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
