import { isAbsolute } from 'node:path'
import type { ReadProblem } from '../policy/load.ts'

/** The largest file that is read, in bytes. */
export const maxFileBytes = 1_000_000

export const tooLarge: ReadProblem = {
  code: 'RT0004',
  message: `the file is larger than ${maxFileBytes} bytes`,
  help: 'split it and import the parts',
}

export const importOutside: ReadProblem = {
  code: 'RT0002',
  message: 'the import leads out of the project',
  help: 'files are imported from below the root alone; `--root DIR` widens it',
}

export const importMissing: ReadProblem = {
  code: 'RT0001',
  message: 'there is no such file',
  help: 'paths start from the file that imports',
}

export function notText(message: string): ReadProblem {
  return { code: 'RT0003', message, help: 'a policy is a text file in UTF-8' }
}

/** The bytes of a source as text, of bounded size and in UTF-8. */
export function textOf(bytes: Uint8Array): string | ReadProblem {
  if (bytes.length > maxFileBytes) return tooLarge
  if (bytes.includes(0)) return notText('got a binary file, expected text')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return notText('got bytes that are no UTF-8, expected text')
  }
}

/** What a path that is written in a policy is for, for what is said of it. */
export interface PathKind {
  /** As in "`the import` names no file". */
  readonly what: string
  /** What relative paths start from. */
  readonly from: string
  readonly example: string
  readonly endings: readonly string[]
}

export const imports: PathKind = {
  what: 'the import',
  from: 'the file that imports it',
  example: 'catalog/2026-06.route',
  endings: ['.route'],
}

/** What is wrong with an import as it is written, wherever it may lead; `undefined`: nothing. */
export function importProblem(path: string): ReadProblem | undefined {
  return pathProblem(path, imports)
}

/** What is wrong with a path as it is written, wherever it may lead; `undefined`: nothing. */
export function pathProblem(path: string, { what, from, example, endings }: PathKind): ReadProblem | undefined {
  const problem = (message: string, help: string): ReadProblem => ({ code: 'RT0002', message, help })
  if (path.includes('\0') || path.trim() === '') {
    return problem(`${what} names no file`, `write a path such as \`"${example}"\``)
  }
  if (/^[a-z][a-z0-9+.-]+:/i.test(path) && !/^[a-z]:/i.test(path)) {
    return problem(`${what} is no path of a file`, 'nothing is fetched from a network: copy the file into the project')
  }
  if (isAbsolute(path) || path.startsWith('/') || path.startsWith('~') || /^[a-z]:/i.test(path)) {
    return problem(`${what} is an absolute path`, `write it relative to ${from}`)
  }
  if (path.includes('\\')) return problem(`${what} has a \`\\\` in it`, 'paths are written with `/` everywhere')
  if (!endsAs(path, endings)) return problem(`${what} does not end in ${listed(endings)}`, onlyKinds(endings))
  return undefined
}

export function endsAs(path: string, endings: readonly string[]): boolean {
  return endings.some((ending) => path.endsWith(ending))
}

function listed(endings: readonly string[]): string {
  return endings.map((ending) => `\`${ending}\``).join(' or ')
}

export function onlyKinds(endings: readonly string[]): string {
  return `only ${listed(endings)} files can be named here`
}
