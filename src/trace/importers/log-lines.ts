import { defaultTraceLimits } from '../limits.ts'
import { readLines } from '../lines.ts'
import type { Line } from '../lines.ts'
import type { TraceFile } from '../files.ts'

/** A line may hold a pasted image or a whole file, so it may be longer than one of a trace. */
const limits = { ...defaultTraceLimits, lineBytes: 128_000_000 }

/** The lines of a log, plain or packed. What is wrong with the file goes to `onProblem`. */
export async function* linesOf(
  file: TraceFile,
  onProblem: (reason: string) => void,
): AsyncGenerator<Line> {
  for await (const batch of lineBatches(file, onProblem)) yield* batch
}

/** The same, as they come: a wait for every line costs more than reading it. */
export function lineBatches(
  file: TraceFile,
  onProblem: (reason: string) => void,
): AsyncGenerator<readonly Line[]> {
  return readLines(file, {
    limits,
    onBytes: () => undefined,
    onProblem: ({ message }) => onProblem(message),
  })
}
