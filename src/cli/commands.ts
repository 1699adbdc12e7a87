import type { Command } from 'commander'
import type { Context } from './context.ts'
import type { ExitCode } from './exit-code.ts'

/** Adds arguments, options and the action of one command; `done` takes what the action came to. */
export type DefineCommand = (
  command: Command,
  context: Context,
  done: (code: ExitCode) => void,
) => void

export interface CommandEntry {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<DefineCommand>
}

/** In the order in which they are met. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'new',
    summary: 'write a small policy with a test that passes',
    load: async () => (await import('./commands/new.ts')).defineNew,
  },
  {
    name: 'check',
    summary: 'find every error in policies, each with its place and remedy',
    load: async () => (await import('./commands/check.ts')).defineCheck,
  },
  {
    name: 'fmt',
    summary: 'lay policies out in the one way there is',
    load: async () => (await import('./commands/fmt.ts')).defineFmt,
  },
  {
    name: 'test',
    summary: 'run the tests that policies hold',
    load: async () => (await import('./commands/test.ts')).defineTest,
  },
  {
    name: 'mutate',
    summary: 'find the mistakes in policies that their tests would not notice',
    load: async () => (await import('./commands/mutate.ts')).defineMutate,
  },
  {
    name: 'eval',
    summary: 'decide one call, without a trace',
    load: async () => (await import('./commands/eval.ts')).defineEval,
  },
  {
    name: 'import',
    summary: 'turn recorded sessions into a trace',
    load: async () => (await import('./commands/import.ts')).defineImport,
  },
  {
    name: 'trace',
    summary: 'bring a trace of an older version up to date',
    load: async () => (await import('./commands/trace.ts')).defineTrace,
  },
  {
    name: 'pseudonymise',
    summary: 'take names, ids and texts out of a trace, for the policies that it must still fit',
    load: async () => (await import('./commands/pseudonymise.ts')).definePseudonymise,
  },
  {
    name: 'sample',
    summary: 'pick a few whole sessions that show all that a policy does',
    load: async () => (await import('./commands/sample.ts')).defineSample,
  },
  {
    name: 'prices',
    summary: 'turn price lists into catalogues of models',
    load: async () => (await import('./commands/prices.ts')).definePrices,
  },
  {
    name: 'audit',
    summary: 'price recorded bills again and say why one does not match',
    load: async () => (await import('./commands/audit.ts')).defineAudit,
  },
  {
    name: 'replay',
    summary: 'replay recorded sessions under a policy',
    load: async () => (await import('./commands/replay.ts')).defineReplay,
  },
  {
    name: 'faults',
    summary: 'check a script of faults, or draw one from published incidents',
    load: async () => (await import('./commands/faults.ts')).defineFaults,
  },
  {
    name: 'diff',
    summary: 'compare two policies: what changes in meaning, and over recorded sessions',
    load: async () => (await import('./commands/diff.ts')).defineDiff,
  },
  {
    name: 'snapshot',
    summary: 'print what a policy means, to commit it and to review it as a diff',
    load: async () => (await import('./commands/snapshot.ts')).defineSnapshot,
  },
  {
    name: 'ci',
    summary: 'judge a policy change over recorded sessions: the gate for continuous integration',
    load: async () => (await import('./commands/ci.ts')).defineCi,
  },
  {
    name: 'compare',
    summary: 'put policies beside each other: cost, success, and what a further success costs',
    load: async () => (await import('./commands/compare.ts')).defineCompare,
  },
  {
    name: 'explain',
    summary: 'show how one decision of a session came about',
    load: async () => (await import('./commands/explain.ts')).defineExplain,
  },
  {
    name: 'shrink',
    summary: 'make a session as small as it can be and still show what it shows',
    load: async () => (await import('./commands/shrink.ts')).defineShrink,
  },
]
