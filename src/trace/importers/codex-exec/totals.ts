import type { Refusal } from '../input-files.ts'
import { inputFiles } from '../input-files.ts'
import { asName } from '../json.ts'
import { lineTally } from '../line-tally.ts'
import { readObjects } from '../read-objects.ts'
import { readCounts } from '../codex/usage.ts'
import type { CodexCounts } from '../codex/usage.ts'

/** The running totals of each thread, as all files tell them. */
export type ThreadTotals = ReadonlyMap<string, readonly CodexCounts[]>

/** The standard input can be read once only: a thread that it goes on with is not known here. */
export async function codexUsageTotals(paths: readonly string[], refusal: Refusal): Promise<ThreadTotals> {
  const { files } = await inputFiles(paths.filter((path) => path !== '-'), refusal)
  const totals = new Map<string, CodexCounts[]>()
  for (const file of files) {
    let thread: string | undefined
    await readObjects(file, lineTally(), (event) => {
      if (event['type'] === 'thread.started') thread = asName(event['thread_id'])
      const counts = event['type'] === 'turn.completed' ? readCounts(event['usage']) : undefined
      if (thread !== undefined && counts !== undefined) totals.set(thread, [...(totals.get(thread) ?? []), counts])
      return ''
    })
  }
  return totals
}

const buckets = ['input', 'cached', 'written', 'output', 'reasoning'] as const

/** Whether a total may have grown to another: no bucket shrank, and one grew. */
export function grewTo(before: CodexCounts, total: CodexCounts): boolean {
  return buckets.every((name) => before[name] <= total[name]) && buckets.some((name) => before[name] < total[name])
}

/** What a thread had come to before a total: the largest that may have grown to it. */
export function totalBefore(total: CodexCounts, totals: readonly CodexCounts[]): CodexCounts | undefined {
  const smaller = totals.filter((one) => grewTo(one, total))
  return smaller.reduce<CodexCounts | undefined>(
    (largest, one) => (largest === undefined || grewTo(largest, one) ? one : largest),
    undefined,
  )
}
