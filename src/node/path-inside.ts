import { existsSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { ReadProblem } from '../policy/load.ts'
import { endsAs, onlyKinds, pathProblem } from './source-text.ts'
import type { PathKind } from './source-text.ts'

/**
 * The real path that one written in a policy leads to, or why it leads nowhere. `importer` is the real
 * path of the file that it stands in. Nothing is opened.
 */
export function pathInside(path: string, importer: string, root: string, kind: PathKind): string | ReadProblem {
  const written = pathProblem(path, kind)
  if (written !== undefined) return written
  const outside: ReadProblem = {
    code: 'RT0002',
    message: `${kind.what} leads out of the project`,
    help: 'files are read from below the root alone; `--root DIR` widens it',
  }
  const lexical = resolve(dirname(importer), path)
  if (!isInside(root, lexical)) return outside
  const real = realPathOf(lexical)
  if (real === undefined) {
    return { code: 'RT0001', message: 'there is no such file', help: `paths start from ${kind.from}` }
  }
  if (!isInside(root, real)) return outside
  if (!endsAs(real, kind.endings)) {
    return { code: 'RT0002', message: `${kind.what} is a link to another kind of file`, help: onlyKinds(kind.endings) }
  }
  return real
}

/** The nearest directory above with a `.git`, else the directory of the file. */
export function projectRoot(file: string): string {
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

export function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}
