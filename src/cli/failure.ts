import { escapeTerminal } from '../report/escape.ts'
import type { Context } from './context.ts'
import { exitCode, type ExitCode } from './exit-code.ts'

/** What went wrong and what helps, one line each; `message` lower case, user text in back-ticks. */
export interface Failure {
  readonly message: string
  readonly help?: string | undefined
}

/** Says it on standard error and gives back the exit code. */
export function fail(context: Context, code: ExitCode, { message, help }: Failure): ExitCode {
  const { bad, dim } = context.noteStyle
  context.note(`${bad('error')}: ${escapeTerminal(message)}\n`)
  if (help !== undefined) context.note(`  ${dim('help')}: ${escapeTerminal(help)}\n`)
  return code
}

/** What the system says of a file, in our words; what it was wanted for is `purpose`. */
export function fileFailure(path: string, purpose: 'read' | 'write', error: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const shown = `\`${path}\``
  switch (code) {
    case 'ENOENT':
      return purpose === 'read'
        ? { message: `${shown} does not exist`, help: 'check the path; it is relative to the working directory' }
        : { message: `the directory of ${shown} does not exist`, help: 'create it, or write elsewhere' }
    case 'EISDIR':
      return { message: `${shown} is a directory, expected a file`, help: 'name a file in it' }
    case 'ENOTDIR':
      return { message: `a part of the path ${shown} is a file, expected a directory`, help: 'check the path' }
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return { message: `${shown} may not be ${purpose === 'read' ? 'read' : 'written'}`, help: 'check its permissions' }
    case 'EEXIST':
      return { message: `${shown} exists already`, help: 'choose another name, or remove it first' }
    case 'ENOSPC':
      return { message: `no space left for ${shown}`, help: 'make room, or write elsewhere' }
    case 'EMFILE':
    case 'ENFILE':
      return { message: `too many files are open to open ${shown}`, help: 'raise the limit of open files' }
    default:
      return { message: `${shown} cannot be ${purpose === 'read' ? 'read' : 'written'}: ${code || 'unknown error'}`, help: 'check the file and its disk' }
  }
}

/** A system error, which is about the user's files, as against a bug, which is ours. */
export function isFileError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && 'syscall' in error
}

/** Whoever read our output has seen enough: no error. */
export function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE'
}

export function badInput(context: Context, failure: Failure): ExitCode {
  return fail(context, exitCode.badInput, failure)
}

export function usage(context: Context, failure: Failure): ExitCode {
  return fail(context, exitCode.usage, failure)
}
