/**
 * The core: language, policies, checks, replay. Runs wherever JavaScript runs; whoever uses it hands
 * in sources, sessions, seed and instants.
 */
export type { Diagnostic, DiagnosticCode, Fix, Severity } from './language/diagnostic.ts'
export type { Location, Source, Span } from './language/source.ts'
export { format } from './language/format.ts'
export { renderDiagnostic } from './language/frame.ts'
export type { FrameOptions, FrameStyle } from './language/frame.ts'
export { parse } from './language/parser.ts'
export type { ParsedFile } from './language/parser.ts'
export { compilePhrases, phraseListDigest } from './language/phrases.ts'
export { registry, registryEntry } from './language/registry.ts'
export type { DiagnosticEntry } from './language/registry.ts'

export { check } from './check/index.ts'

export type * from './policy/core.ts'
export type {
  CallInput,
  Conclusion,
  Decision,
  Evaluator,
  Explanation,
  SessionState,
  World,
} from './policy/decision.ts'
export { policyDigest } from './policy/digest.ts'
export { compilePolicy } from './policy/engine/compile-policy.ts'
export { loadPolicy, loadPolicyText } from './policy/load.ts'
export type { LoadResult, ReadProblem, ReadResult, SourceReader } from './policy/load.ts'
export { explainDecision } from './policy/reference/explain.ts'
export { referenceEvaluator } from './policy/reference/decide.ts'
export { conclude, observe, startSession } from './policy/session-state.ts'

export { openGateway } from './gateway/gateway.ts'
export type { Answered, CompletedCall, Gateway, GatewayCall, GatewayOptions } from './gateway/gateway.ts'
export { callRecords, propensityMillionths, sessionRecord } from './gateway/call-log.ts'
export type { LoggedCall, LoggedSession } from './gateway/call-log.ts'
export type { GatewaySession } from './gateway/session.ts'
export { maxSessionTextChars, readSession, sessionText, sessionTextVersion } from './gateway/session-text.ts'
export type { SessionReading } from './gateway/session-text.ts'

export type * from './trace/record.ts'
export type { RecordedSession } from './trace/session.ts'

export type { Fault, FaultDomain, Timer } from './trace/faults/fault.ts'
export { presets, providerOfPreset, sampleFaults } from './replay/faults/sample.ts'
export type { FaultSample, Preset } from './replay/faults/sample.ts'
export { recordedFaults } from './replay/faults/script.ts'
export type { FaultSources, TraceBeginning } from './replay/faults/script.ts'
export { beginningOf, withSession } from './replay/faults/trace-span.ts'
export type { TraceSpan } from './replay/faults/trace-span.ts'
export { explainCall } from './replay/explain-call.ts'
export type { ExplainedCall } from './replay/explain-call.ts'
export { decideOnce } from './replay/decide-once.ts'
export type { DecidedFirstCall, FirstCall } from './replay/decide-once.ts'
export { createReplay, finishReplay, mergePartials } from './replay/replay.ts'
export type { Replay, ReplayOptions, ReplayPartial } from './replay/replay.ts'
export type * from './replay/result/call.ts'
export type * from './replay/result/failover.ts'
export type * from './replay/result/money.ts'
export type * from './replay/result/replay.ts'
export type * from './replay/result/session.ts'
export type * from './replay/result/totals.ts'
