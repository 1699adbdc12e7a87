/** Runs the tests that a policy holds: for whoever keeps policies beside a test suite of their own. */
export { loadPolicy, loadPolicyText } from './policy/load.ts'
export type { LoadResult, SourceReader } from './policy/load.ts'
export { runTest, runTests } from './replay/scenario.ts'
export type { TestFailure, TestResult } from './replay/scenario.ts'
