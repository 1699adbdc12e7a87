import type { TraceFile } from '../files.ts'
import { parseJsonLine } from './json-line.ts'
import type { JsonObject } from './json.ts'
import type { LineTally } from './line-tally.ts'
import { linesOf } from './log-lines.ts'

/**
 * Every object of a JSON Lines file, in order. `take` says under what its line counts; a line that
 * cannot be read counts under the reason.
 */
export async function readObjects(
  file: TraceFile,
  tally: LineTally,
  take: (object: JsonObject, line: number) => string,
): Promise<void> {
  for await (const line of linesOf(file, (reason) => tally.problem({ file: file.name, reason }))) {
    tally.line()
    if (!('text' in line)) {
      const { kind, reason } = line
      tally.unreadable(`unreadable: ${kind}`, { file: file.name, line: line.line, reason })
      continue
    }
    if (line.text.trim() === '') {
      tally.blank()
      continue
    }
    const parsed = parseJsonLine(line.text)
    if (!parsed.ok) {
      const reason = line.last && parsed.reason === 'not JSON' ? 'cut off' : parsed.reason
      tally.unreadable(`unreadable: ${reason}`, { file: file.name, line: line.line, reason })
      continue
    }
    tally.extraObjects(parsed.objects.length - 1)
    for (const object of parsed.objects) tally.count(take(object, line.line))
  }
}
