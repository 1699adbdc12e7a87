/** What needs a file system: policies by path, traces, importers. */
export { fileSourceReader, maxFileBytes } from './node/read-sources.ts'
export type { ReadSourcesOptions } from './node/read-sources.ts'
export { readRecordings } from './node/read-recordings.ts'
export type { WithRecordings } from './node/read-recordings.ts'

export { claudeCode } from './trace/importers/claude-code.ts'
export { importers } from './trace/importers/index.ts'
export { readMapping } from './trace/importers/table/mapping.ts'
export type { MappingReading, TableMapping } from './trace/importers/table/mapping.ts'
export type {
  Importer,
  ImportOptions,
  ImportReport,
  ImportRun,
  PhraseCounter,
} from './trace/importers/importer.ts'
export { readFaults } from './trace/faults/read-faults.ts'
export type { FaultProblem, ReadFaults } from './trace/faults/read-faults.ts'
export { faultFileText } from './trace/faults/write-faults.ts'
export { readTrace } from './trace/read.ts'
export type { TraceOptions, TraceReading, TraceSummary } from './trace/read.ts'
export type { QuarantinedLine, TraceProblem } from './trace/problem.ts'
export { writeTrace } from './trace/write.ts'
export type { TraceWriteOptions, WrittenTrace } from './trace/write.ts'
