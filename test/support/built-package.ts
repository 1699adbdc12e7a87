import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

export interface BuiltPackage {
  readonly path: string
  readonly dispose: () => void
}

const root = resolve(import.meta.dirname, '..', '..')

/**
 * Builds the package from the sources as they are, beside its own `node_modules`: tests of what is
 * shipped must not run what an earlier build has left in `dist`.
 */
export function buildPackage(): BuiltPackage {
  const path = mkdtempSync(join(root, 'node_modules', '.reroute-'))
  const dispose = (): void => rmSync(path, { recursive: true, force: true })
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')
  const options = ['-p', join(root, 'tsconfig.build.json'), '--outDir', join(path, 'dist')]
  const { stdout } = spawnSync(process.execPath, [tsc, ...options], { encoding: 'utf8' })
  // Types are not what is tested here: `npm run typecheck` is.
  if (!existsSync(join(path, 'dist', 'cli', 'main.js'))) {
    dispose()
    throw new Error(`the package does not build:\n${stdout}`)
  }
  for (const name of ['package.json', 'policies', 'traces', 'docs']) {
    symlinkSync(join(root, name), join(path, name))
  }
  return { path, dispose }
}
