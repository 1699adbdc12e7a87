import { dirname, resolve } from 'node:path'
import type { Diagnostic } from '../language/diagnostic.ts'
import { diagnostic } from '../language/registry.ts'
import type { Policy, TestCase, TestStep } from '../policy/core.ts'
import { readTrace } from '../trace/read.ts'
import type { RecordedSession } from '../trace/session.ts'
import { pathInside, projectRoot, realPathOf } from './path-inside.ts'
import type { ReadSourcesOptions } from './read-sources.ts'
import type { PathKind } from './source-text.ts'

type RecordedStep = Extract<TestStep, { kind: 'recorded' }>

const recordings: PathKind = {
  what: 'the recording',
  from: 'the file that names it',
  example: '../traces/sessions.jsonl',
  endings: ['.jsonl', '.jsonl.gz', '.jsonl.zst'],
}

export interface WithRecordings {
  /** Its `recorded` steps hold what could be read. */
  readonly policy: Policy
  /** What could not. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads the traces that the tests of a policy name, each once; of a trace, only the sessions named. */
export async function readRecordings(policy: Policy, options: ReadSourcesOptions = {}): Promise<WithRecordings> {
  const steps = [...new Set(policy.tests.flatMap((test) => test.steps.flatMap(recordedSteps)))]
  if (steps.length === 0) return { policy, diagnostics: [] }
  const diagnostics: Diagnostic[] = []
  const wanted = new Map<string, RecordedStep[]>()
  for (const step of steps) {
    const path = recordingPath(step, options)
    if (typeof path === 'string') wanted.set(path, [...(wanted.get(path) ?? []), step])
    else diagnostics.push(diagnostic('RT0012', step.path.location, path.message, { help: path.help }))
  }
  const fragments = new Map<RecordedStep, RecordedSession>()
  for (const [path, named] of wanted) {
    const { sessions, problem } = await sessionsOf(path, new Set(named.map(({ session }) => session)))
    for (const step of named) {
      const fragment = sessions.get(step.session)
      if (fragment !== undefined) fragments.set(step, fragment)
      else diagnostics.push(notFound(step, problem))
    }
  }
  const filled = (step: TestStep): TestStep => {
    if (step.kind === 'repeat') return { ...step, steps: step.steps.map(filled) }
    return step.kind === 'recorded' ? { ...step, fragment: fragments.get(step) } : step
  }
  const tests = policy.tests.map((test): TestCase => ({ ...test, steps: test.steps.map(filled) }))
  return { policy: { ...policy, tests }, diagnostics }
}

function recordedSteps(step: TestStep): readonly RecordedStep[] {
  if (step.kind === 'repeat') return step.steps.flatMap(recordedSteps)
  return step.kind === 'recorded' ? [step] : []
}

function recordingPath({ path }: RecordedStep, options: ReadSourcesOptions): ReturnType<typeof pathInside> {
  const { name } = path.location.source
  const importer = realPathOf(resolve(name)) ?? resolve(name)
  const root = realPathOf(resolve(options.root ?? projectRoot(importer))) ?? dirname(importer)
  return pathInside(path.text, importer, root, recordings)
}

async function sessionsOf(
  path: string,
  names: ReadonlySet<string>,
): Promise<{ readonly sessions: ReadonlyMap<string, RecordedSession>; readonly problem: string | undefined }> {
  const reading = await readTrace([path])
  const sessions = new Map<string, RecordedSession>()
  try {
    for await (const session of reading.sessions()) {
      if (names.has(session.session)) sessions.set(session.session, session)
    }
    return { sessions, problem: reading.problems.find(({ fatal }) => fatal)?.message }
  } finally {
    reading.dispose()
  }
}

function notFound({ session, path, location }: RecordedStep, problem: string | undefined): Diagnostic {
  const message = problem === undefined ? `no session \`${session}\` is in \`${path.text}\`` : `the recording cannot be read: ${problem}`
  return diagnostic('RT0012', location, message, {
    help: problem === undefined ? 'sessions are named by their whole id, as `reroute replay` lists them' : 'mend the trace, or name another',
  })
}
