import type { TraceFile } from '../files.ts'
import type { Line } from '../lines.ts'
import { parseJsonLine } from './json-line.ts'
import type { JsonObject } from './json.ts'
import type { LineTally } from './line-tally.ts'
import { lineBatches } from './log-lines.ts'

/**
 * Every object of a JSON Lines file, in order. `take` says under what its line counts; a line that
 * cannot be read counts under the reason.
 */
export async function readObjects(
  file: TraceFile,
  tally: LineTally,
  take: (object: JsonObject, line: number) => string,
): Promise<void> {
  const takeLine = (line: Line): void => {
    tally.line()
    if (!('text' in line)) {
      const { kind, reason } = line
      tally.unreadable(`unreadable: ${kind}`, { file: file.name, line: line.line, reason })
      return
    }
    if (line.text.trim() === '') {
      tally.blank()
      return
    }
    const parsed = parseJsonLine(line.text)
    if (!parsed.ok) {
      const reason = line.last && parsed.reason === 'not JSON' ? 'cut off' : parsed.reason
      tally.unreadable(`unreadable: ${reason}`, { file: file.name, line: line.line, reason })
      return
    }
    tally.extraObjects(parsed.objects.length - 1)
    for (const object of parsed.objects) tally.count(take(object, line.line))
  }
  const batches = lineBatches(file, (reason) => tally.problem({ file: file.name, reason }))
  for await (const batch of batches) batch.forEach(takeLine)
}
