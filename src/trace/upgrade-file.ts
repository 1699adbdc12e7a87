import { findTraceFiles } from './files.ts'
import type { TraceFile } from './files.ts'
import { defaultTraceLimits } from './limits.ts'
import { readLines } from './lines.ts'
import { parseLine } from './parse.ts'
import type { TraceProblem } from './problem.ts'
import type { TraceRecord } from './record.ts'
import { planUpgrade, upgraded, upgradeTable } from './upgrade.ts'
import type { LooseRecord, UpgradePlan, UpgradeTable } from './upgrade.ts'

/** What stands in the way of an upgrade: no line may be lost on it. */
export interface UpgradeFailure {
  /** Lower case, without a full stop. */
  readonly message: string
  readonly help: string
}

export type OpenedUpgrade =
  | { readonly kind: 'failed'; readonly failure: UpgradeFailure }
  | { readonly kind: 'current' }
  | {
      readonly kind: 'upgrade'
      readonly from: number
      /** In the order of the file. Throws `UpgradeStopped` at a line that does not come to a record. */
      readonly records: () => AsyncGenerator<TraceRecord>
    }

export class UpgradeStopped extends Error {
  readonly failure: UpgradeFailure
  constructor(failure: UpgradeFailure) {
    super(failure.message)
    this.failure = failure
  }
}

/** Reads the versions that the headers of one file name; the file is read again for its records. */
export async function openUpgrade(path: string, table: UpgradeTable = upgradeTable): Promise<OpenedUpgrade> {
  try {
    const file = await oneFile(path)
    const versions = new Set<unknown>()
    for await (const { record } of looseRecords(file)) {
      if (record['record'] === 'session') versions.add(record['schema'])
    }
    const plan: UpgradePlan = planUpgrade(versions, table)
    if (plan.kind === 'refused') return { kind: 'failed', failure: plan }
    if (plan.kind === 'current') return plan
    return { kind: 'upgrade', from: plan.from, records: () => upgradedRecords(file, plan.steps) }
  } catch (error) {
    if (error instanceof UpgradeStopped) return { kind: 'failed', failure: error.failure }
    throw error
  }
}

async function oneFile(path: string): Promise<TraceFile> {
  if (path === '-') {
    const message = 'the standard input cannot be read twice'
    throw new UpgradeStopped({ message, help: 'write it to a file first' })
  }
  const { files, directories, problems } = await findTraceFiles([path], neverAsked)
  const [file] = files
  const [problem] = problems
  if (problem !== undefined) throw new UpgradeStopped(problem)
  if (file === undefined || directories.length > 0) {
    const message = `\`${path}\` is a directory, expected a file`
    throw new UpgradeStopped({ message, help: 'upgrade its files one by one' })
  }
  return file
}

async function* neverAsked(): AsyncGenerator<Uint8Array> {}

async function* upgradedRecords(
  file: TraceFile,
  steps: Extract<UpgradePlan, { readonly kind: 'upgrade' }>['steps'],
): AsyncGenerator<TraceRecord> {
  for await (const { line, record } of looseRecords(file)) {
    const text = JSON.stringify(upgraded(record, steps))
    const parsed = parseLine(text, false, defaultTraceLimits.depth, () => {})
    if (!parsed.ok) throw stoppedAt(file, line, parsed.reason)
    yield parsed.record
  }
}

interface NumberedRecord {
  readonly line: number
  readonly record: LooseRecord
}

async function* looseRecords(file: TraceFile): AsyncGenerator<NumberedRecord> {
  const problems: TraceProblem[] = []
  const options = {
    limits: defaultTraceLimits,
    onBytes: () => {},
    onProblem: (problem: TraceProblem) => void problems.push(problem),
  }
  for await (const batch of readLines(file, options)) {
    for (const line of batch) {
      if ('reason' in line) throw stoppedAt(file, line.line, line.reason)
      if (line.text.trim() === '') continue
      yield { line: line.line, record: parsedRecord(file, line.line, line.text) }
    }
  }
  const [problem] = problems
  if (problem !== undefined) throw new UpgradeStopped(problem)
}

function parsedRecord(file: TraceFile, line: number, text: string): LooseRecord {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw stoppedAt(file, line, 'not a JSON object: a trace has one record a line')
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as LooseRecord
  throw stoppedAt(file, line, 'not a JSON object: a trace has one record a line')
}

function stoppedAt({ name }: TraceFile, line: number, reason: string): UpgradeStopped {
  return new UpgradeStopped({
    message: `\`${name}\` line ${line}: ${reason}`,
    help: 'mend the line or take it out: an upgrade loses none',
  })
}
