import { rmSync } from 'node:fs'
import type { TraceRecord } from '../trace/record.ts'
import { writeTrace } from '../trace/write.ts'
import type { TraceWriteOptions } from '../trace/write.ts'
import type { Context } from './context.ts'
import { exitCode, type ExitCode } from './exit-code.ts'
import { badInput, fileFailure, isClosedPipe, isFileError } from './failure.ts'

/** Writes a trace under its name or not at all; `undefined`: it is written, else how the command ends. */
export async function writeTraceFile(
  path: string,
  records: Iterable<TraceRecord> | AsyncIterable<TraceRecord>,
  context: Context,
  options: Pick<TraceWriteOptions, 'beforeNaming'> = {},
): Promise<ExitCode | undefined> {
  const forget = context.onInterrupt(() => rmSync(`${path}.${process.pid}.part`, { force: true }))
  try {
    await writeTrace(path, records, options)
    return undefined
  } catch (error) {
    if (path === '-' && isClosedPipe(error)) return exitCode.pass
    if (isFileError(error)) return badInput(context, fileFailure(path, 'write', error))
    throw error
  } finally {
    forget()
  }
}

/** A report goes beside the trace: to standard error where the trace itself is printed. */
export async function printBeside(path: string, text: string, context: Context): Promise<void> {
  if (path === '-') context.note(text)
  else await context.out(text)
}
